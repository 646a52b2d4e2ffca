"""The same pixels drawn in another order are read as the same page."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pymupdf
import pytest

from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.records.page import Line
from corpusbuilder.stages.parse.blocks import make_blocks
from corpusbuilder.stages.parse.passages import make_passages, words_of

Drawn = tuple[float, float, str, float]
"""Left, baseline, text and size."""


def two_columns(random: Random) -> list[Drawn]:
    """Words of two justified columns with indented paragraphs and note marks."""
    drawn: list[Drawn] = []
    for left in (60.0, 320.0):
        for row in range(14):
            x, y = left + (14.0 if row % 5 == 0 else 0.0), 100.0 + 13.0 * row
            while x < left + 190.0:
                text = "".join(random.choices("aeilnorst", k=random.randint(1, 9))) + random.choice(["", "", ".", ","])
                drawn.append((x, y, text, 10.0))
                x += pymupdf.get_text_length(text, "helv", 10)
                if random.random() < 0.1:
                    drawn.append((x, y - 3.5, "3", 6.0))
                    x += pymupdf.get_text_length("3", "helv", 6)
                x += random.uniform(2.8, 5.0)
    return drawn


def lines_of(folder: Path, drawn: list[Drawn]) -> tuple[Line, ...]:
    path = folder / "page.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=842)
        for x, y, text, size in drawn:
            page.insert_text((x, y), text, fontname="helv", fontsize=size)
        document.save(path)
    with PyMuPdf().open(path) as pdf:
        return pdf.read_page(1).lines


def passages_of(lines: tuple[Line, ...]) -> list[str]:
    blocks = sorted(make_blocks(lines, page_no=1, em=10.0), key=lambda block: (block.box[0] > 300, block.box[1]))
    return [p.text for p in make_passages(blocks, document_id="doc-1", vocabulary=words_of(blocks))]


@pytest.mark.parametrize("seed", [*range(15), 232, 236, 2338, 2705])  # the last four: a note mark before a blank
def test_a_page_drawn_word_by_word_in_any_order_gives_the_same_lines_and_passages(seed):
    random = Random(seed)
    drawn = two_columns(random)
    with TemporaryDirectory() as folder:
        in_order = lines_of(Path(folder), drawn)
        random.shuffle(drawn)
        shuffled = lines_of(Path(folder), drawn)
    assert [line.text for line in shuffled] == [line.text for line in in_order]
    assert passages_of(shuffled) == passages_of(in_order)
    assert len(in_order) == 28
