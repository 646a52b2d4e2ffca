"""Pictures drawn by OpenCV, traced, and read as graphs."""

import math
import random

import cv2
import numpy as np
import pytest

from corpusbuilder.diagrams import read_diagram
from corpusbuilder.diagrams.raster import trace_picture
from corpusbuilder.records.page import Line, Word

EM = 20
"""Font size in pixels; pixels are points here."""
ALIKE = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Sheet:
    """White paper with words, boxes and arrows."""

    def __init__(self, width=700, height=460):
        self.pixels = np.full((height, width, 3), 255, np.uint8)
        self.lines = []

    def word(self, name, x, y):
        long, tall = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 1)[0]
        cv2.putText(self.pixels, name, (x - long // 2, y + tall // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 1, cv2.LINE_AA)
        box = (x - long / 2 - 1, y - tall / 2 - 3, x + long / 2 + 2, y + tall / 2 + 5)
        self.lines.append(Line((Word(name, box, EM * 0.8),), box))

    def node(self, name, x, y, *, fill=(250, 240, 225)):
        half = 12 + 6 * len(name)
        cv2.rectangle(self.pixels, (x - half, y - 18), (x + half, y + 18), fill, -1)
        cv2.rectangle(self.pixels, (x - half, y - 18), (x + half, y + 18), (90, 60, 30), 2)
        self.word(name, x, y)

    def arrow(self, a, b, *, head="filled", width=2, colour=(40, 40, 160)):
        ux, uy = (b[0] - a[0]) / math.dist(a, b), (b[1] - a[1]) / math.dist(a, b)
        long, wide = 7 + 4 * width, 3 + 2 * width
        back = b[0] - long * ux, b[1] - long * uy
        barbs = [(back[0] - wide * uy, back[1] + wide * ux), (back[0] + wide * uy, back[1] - wide * ux)]
        shaft_end = b if head == "open" else back
        if head == "dashed":
            self.dashes(a, back, width, colour)
        else:
            self.line(a, shaft_end, width, colour)
        if head == "open":
            for barb in barbs:
                self.line(barb, b, width, colour)
        elif head != "none":
            cv2.fillPoly(self.pixels, [np.array([b, *barbs], np.int32)], colour, cv2.LINE_AA)

    def line(self, a, b, width=2, colour=(40, 40, 160)):
        cv2.line(self.pixels, *(tuple(round(v) for v in p) for p in (a, b)), colour, width, cv2.LINE_AA)

    def dashes(self, a, b, width, colour):
        count = int(math.dist(a, b) // 14)
        for k in range(count):
            ends = [(k + part) / count for part in (0, 0.6)]
            self.line(*((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for t in ends), width, colour)

    def read(self):
        png = cv2.imencode(".png", self.pixels)[1].tobytes()
        height, width = self.pixels.shape[:2]
        paths = trace_picture(png, self.lines, to_page=ALIKE)
        return read_diagram(
            self.lines, paths, to_pixels=ALIKE, size=(width, height), figure_id="fig", method="ocr", drawn="cv"
        )


def arrows(diagram):
    names = {label.id: label.text for label in diagram.labels}
    return sorted((names.get(c.tail_id), names.get(c.head_id)) for c in diagram.connectors if c.directed)


def pair(**style):
    sheet = Sheet()
    sheet.node("algae", 120, 120)
    sheet.node("snail", 540, 300)
    sheet.arrow((170, 141), (485, 281), **style)
    return sheet


@pytest.mark.parametrize("head", ["filled", "open", "dashed"])
@pytest.mark.parametrize("width", [2, 3])
def test_an_arrow_of_pixels_runs_from_its_tail_to_its_head(head, width):
    diagram = pair(head=head, width=width).read()
    assert arrows(diagram) == [("algae", "snail")]
    assert {connector.method for connector in diagram.connectors} == {"cv"}


def test_a_thick_arrow_is_no_region():
    diagram = pair(width=9).read()
    assert arrows(diagram) == [("algae", "snail")]
    assert diagram.regions == ()


def test_a_line_whose_head_is_not_seen_is_left_out():
    assert pair(head="none").read().connectors == ()


def test_crossing_arrows_keep_their_ways():
    sheet = Sheet()
    for name, x, y in (("pike", 100, 80), ("perch", 100, 380), ("heron", 600, 80), ("otter", 600, 380)):
        sheet.node(name, x, y)
    sheet.arrow((145, 105), (550, 360))
    sheet.arrow((145, 355), (550, 100))
    assert arrows(sheet.read()) == [("perch", "heron"), ("pike", "otter")]


def test_noise_blur_and_a_slight_turn_change_nothing():
    sheet = pair()
    turn = cv2.getRotationMatrix2D((350, 230), 0.4, 1.0)
    turned = cv2.warpAffine(sheet.pixels, turn, (700, 460), borderValue=(255, 255, 255))
    noise = np.random.default_rng(3).normal(0, 5, turned.shape)
    blurred = cv2.GaussianBlur(turned, (3, 3), 0.6)
    sheet.pixels = np.clip(blurred + noise, 0, 255).astype(np.uint8)
    assert arrows(sheet.read()) == [("algae", "snail")]


def test_leaders_cross_outlines_to_the_part_that_they_name():
    sheet = Sheet()
    cv2.ellipse(sheet.pixels, (260, 230), (190, 150), 0, 0, 360, (210, 235, 250), -1)
    cv2.ellipse(sheet.pixels, (260, 230), (190, 150), 0, 0, 360, (60, 60, 60), 2, cv2.LINE_AA)
    cv2.ellipse(sheet.pixels, (230, 210), (60, 45), 0, 0, 360, (200, 200, 250), -1)
    cv2.ellipse(sheet.pixels, (230, 210), (60, 45), 0, 0, 360, (60, 60, 60), 2, cv2.LINE_AA)
    sheet.line((235, 205), (520, 180), 1, (30, 30, 30))
    sheet.line((400, 290), (520, 320), 1, (30, 30, 30))
    sheet.word("nucleus", 570, 180)
    sheet.word("membrane", 580, 322)
    diagram = sheet.read()
    names = {label.id: label.text for label in diagram.labels}
    sizes = {names[r.label_id]: r.box[2] - r.box[0] for r in diagram.regions if r.label_id and r.linked_by == "leader"}
    assert sizes == {"nucleus": pytest.approx(121, abs=6), "membrane": pytest.approx(381, abs=6)}


def test_a_coast_is_no_connector():
    sheet = Sheet()
    sheet.word("Oran", 100, 120)
    sheet.word("Fez", 600, 300)
    draw = random.Random(4)
    here = (130.0, 130.0)
    for step in range(1, 46):
        there = (130 + 10 * step, 130 + 3.4 * step + draw.uniform(-22, 22))
        sheet.line(here, there)
        here = there
    assert sheet.read().connectors == ()


@pytest.mark.parametrize("what", ["noise", "empty", "tiny", "no picture"])
def test_what_is_no_drawing_yields_nothing(what):
    draw = np.random.default_rng(1)
    pixels = {
        "noise": draw.integers(0, 255, (300, 400, 3), np.uint8),
        "empty": np.full((300, 400, 3), 255, np.uint8),
        "tiny": np.zeros((1, 1, 3), np.uint8),
        "no picture": None,
    }[what]
    png = b"\x89PNG nothing" if pixels is None else cv2.imencode(".png", pixels)[1].tobytes()
    assert trace_picture(png, [], to_page=ALIKE) == []
