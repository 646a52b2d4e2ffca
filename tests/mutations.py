"""Damaged PDFs, always the same for the same numbers, for tests and for `scripts/fuzz_parse.py`."""

import random
import re

import pymupdf

_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?endobj", re.DOTALL)
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_EXTREMES = (b"0", b"-1", b"4294967295", b"99999999999999", b"-0.00001", b"1e9")


def flipped(data, chance):
    """Some bits turned over."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 8, 64, 512))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncated(data, chance):
    """Cut off at some place."""
    return data[: chance.randrange(16, len(data))]


def overwritten(data, chance):
    """A range of zeros or noise."""
    start, length = chance.randrange(len(data)), chance.choice((16, 256, 4096))
    noise = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
    return data[:start] + noise[: len(data) - start] + data[start + length :]


def cut(data, chance):
    """A range is missing, so that all offsets behind it are wrong."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 2048) :]


def without_objects(data, chance):
    """Some objects are missing."""
    share = chance.choice((0.02, 0.1, 0.4))
    return _OBJECT.sub(lambda match: b"" if chance.random() < share else match[0], data)


def swapped(data, chance):
    """Two objects bear each other's content, as a page that is its own font."""
    found = list(_OBJECT.finditer(data))
    if len(found) < 2:
        return flipped(data, chance)
    first, second = sorted(chance.sample(found, 2), key=lambda match: match.start())
    bodies = [match[0].split(b"obj", 1) for match in (first, second)]
    return b"".join(
        (
            data[: first.start()],
            bodies[0][0] + b"obj" + bodies[1][1],
            data[first.end() : second.start()],
            bodies[1][0] + b"obj" + bodies[0][1],
            data[second.end() :],
        )
    )


def with_extremes(data, chance):
    """Some numbers are huge, negative or nothing, those of the structure included."""
    share = chance.choice((0.001, 0.01))
    return _NUMBER.sub(lambda match: chance.choice(_EXTREMES) if chance.random() < share else match[0], data)


MUTATIONS = (
    flipped,
    truncated,
    overwritten,
    cut,
    without_objects,
    swapped,
    with_extremes,
)


def mutated(data, number, seed=0):
    """Mutation ``number`` of a file; the same for the same numbers."""
    chance = random.Random(f"{seed}/{number}")
    return MUTATIONS[number % len(MUTATIONS)](data, chance) or data[:16]


def small_book(path):
    """A PDF of three pages with text, a drawing, an image and a table of contents, its streams in plain text."""
    with pymupdf.open() as pdf:
        for number in range(1, 4):
            page = pdf.new_page(width=400, height=600)
            page.insert_text((40, 40), f"{number}. The water cycle", fontsize=16)
            page.insert_textbox((40, 60, 360, 200), "Water rises as vapour and falls as rain. " * 8, fontsize=10)
            page.draw_rect((60, 220, 160, 260), color=(0, 0, 1), fill=(0.9, 0.9, 1))
            page.draw_rect((240, 220, 340, 260), color=(0, 0, 1))
            page.draw_line((160, 240), (240, 240), width=2, dashes="[3 2] 0")
            page.draw_bezier((60, 270), (120, 340), (240, 340), (340, 270))
            page.insert_text((80, 244), "Sea")
            page.insert_text((260, 244), "Cloud")
            page.insert_text((60, 360), f"Figure {number}.1 From the sea to the clouds.", fontsize=9)
            pixels = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 40, 30), False)
            pixels.set_rect(pixels.irect, (200, 120, 40 * number))
            page.insert_image((60, 400, 220, 520), pixmap=pixels)
            page.insert_text((60, 535), f"Figure {number}.2 A field.", fontsize=9)
        pdf.set_toc([[1, f"{number}. The water cycle", number] for number in range(1, 4)])
        pdf.save(path, deflate=False, expand=255)
    return path
