"""Figures drawn with PyMuPDF: their picture, and the lines that a perfect recogniser would find in it."""

import pymupdf

from corpusbuilder.records.page import Line, Word
from corpusbuilder.stages.parse.scans.ink import Picture

DPI = 200


class Figure:
    """A sheet to draw on; what is written becomes lines, in order."""

    def __init__(self, width=240, height=120):
        self.document = pymupdf.open()
        self.sheet = self.document.new_page(width=width, height=height)
        self.lines = []

    def write(self, x, y, text, *, size=9, font="helv", color=(0, 0, 0), read_as=None, confidence=0.99):
        """Writes with the baseline at ``y``; it is read as ``read_as``."""
        self.sheet.insert_text((x, y), text, fontsize=size, fontname=font, color=color)
        words, at = [], x
        for word in text.split():
            width = pymupdf.get_text_length(word, fontname=font, fontsize=size)
            words.append((at, at + width))
            at += width + pymupdf.get_text_length(" ", fontname=font, fontsize=size)
        read = (read_as or text).split()
        left = words[0][0] - (size if len(read[0]) > len(text.split()[0]) else 0)
        spans = words if len(read) == len(words) else [(words[0][0], words[-1][1])]
        boxes = [(left if k == 0 else x0, y - size, x1, y + 0.3 * size) for k, (x0, x1) in enumerate(spans)]
        self.add([*zip(read, boxes, strict=True)], confidence)

    def add(self, words, confidence=0.99, direction=(1.0, 0.0)):
        """A line that is read where there may be none."""
        made = tuple(Word(text, box, size=0.75 * (box[3] - box[1]), confidence=confidence) for text, box in words)
        xs0, ys0, xs1, ys1 = zip(*(word.box for word in made), strict=True)
        self.lines.append(Line(made, (min(xs0), min(ys0), max(xs1), max(ys1)), direction=direction))

    def png(self):
        """The sheet at 200 dpi."""
        return self.sheet.get_pixmap(dpi=DPI).tobytes("png")

    @property
    def picture(self):
        return Picture.of(self.png(), (72 / DPI, 0.0, 0.0, 72 / DPI, 0.0, 0.0))
