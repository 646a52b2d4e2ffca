"""Every character that is read ends in exactly one place: on pages made to be hard, and on random ones."""

import random
import string
from dataclasses import replace

import pymupdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.stages.parse import stage as parse_stage
from corpusbuilder.stages.parse.conservation import balances, totals, warnings
from corpusbuilder.store.files import sha256_of

STAGE = ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none", dpi=72), backends={})
WORDS = ["the", "cell", "wall", "is", "made", "of", "fibres", "that", "hold", "water", "and", "light", "on", "leaves"]


def parse(path):
    (done,) = STAGE.process([Source(path, sha256_of(path), document_id(sha256_of(path)), path.name)])
    return done


def prose(seed, count):
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(count))


def saved(path, *draws):
    document = pymupdf.open()
    for draw in draws:
        draw(document.new_page(width=420, height=595))
    document.save(path)
    document.close()
    return path


def columns(page):
    page.insert_text((40, 30), "THE CELL", fontsize=9)
    page.insert_textbox((40, 60, 200, 540), prose(1, 180) + " exam-\nple of a co\u00adop.", fontsize=9)
    page.insert_textbox((220, 60, 380, 540), prose(2, 180), fontsize=9)
    page.insert_text((205, 580), "17", fontsize=8)


def figure_over_text(page):
    page.insert_textbox((40, 40, 380, 300), prose(3, 150), fontsize=10)
    for n in range(12):
        page.draw_rect((60 + 22 * n, 120, 78 + 22 * n, 170), fill=(0.2, 0.5, 0.8))
        page.insert_text((61 + 22 * n, 150), f"L{n}", fontsize=7)
    page.insert_text((60, 330), "Figure 1. Two pictures over their text.", fontsize=8)
    page.draw_rect((55, 110, 340, 180))
    page.draw_rect((70, 100, 200, 200), fill=(0.9, 0.9, 0.2), fill_opacity=0.3)


def table(page):
    for n in range(6):
        page.draw_line((50, 100 + 30 * n), (350, 100 + 30 * n))
        page.draw_line((50 + 60 * n, 100), (50 + 60 * n, 250))
    for n in range(25):
        page.insert_text((55 + 60 * (n % 5), 120 + 30 * (n // 5)), f"{n * 37 % 101}", fontsize=9)
    page.insert_text((50, 90), "Table 2. Numbers.", fontsize=8)


def odd_characters(page):
    page.insert_textbox(
        (40, 40, 380, 200), "L’œuf • né — « oui » … ½ x² ﬁn 10 °C 5 € (a) [b] {c} \\ ~ ^ | @ #", fontsize=12
    )
    page.insert_text((200, 400), "rotated words run up", fontsize=10, rotate=90)
    page.insert_text((300, 400), "rotated words run down", fontsize=10, rotate=270)
    page.insert_text((40, 500), ". . . . . . . . . . . .", fontsize=6)
    page.insert_text((40, 520), "D", fontsize=40)
    page.insert_text((70, 520), "rop caps and - - hyphens -", fontsize=10)


def scattered(page):
    rng = random.Random(5)
    for n in range(120):
        size = rng.choice((6, 9, 12, 24))
        page.insert_text(
            (rng.uniform(0, 400), rng.uniform(10, 590)), f"w{n}-", fontsize=size, rotate=rng.choice((0, 0, 90))
        )


def upside(page):
    columns(page)
    page.set_rotation(90)


HARD = (columns, figure_over_text, table, odd_characters, scattered, upside)


@pytest.mark.parametrize("draw", HARD)
def test_no_character_of_a_hard_page_is_lost_or_kept_twice(tmp_path, draw):
    done = parse(saved(tmp_path / "hard.pdf", draw))
    assert (done.characters["lost"], done.characters["counted_twice"], done.notes) == (0, 0, ())


def test_the_classes_add_up_over_a_whole_book(tmp_path):
    done = parse(saved(tmp_path / "book.pdf", *HARD, *[columns] * 3))
    counted = dict(done.characters)
    assert (counted.pop("lost"), counted.pop("counted_twice")) == (0, 0)
    assert counted.pop("read") == sum(counted.values())
    assert {name for name, number in counted.items() if number} >= {
        "passage",
        "figure_label",
        "furniture",
        "typography",
    }


@example(seed=228, rotation=90)  # a table within a figure: both held its text
@given(seed=st.integers(0, 2**32), rotation=st.sampled_from((0, 90, 180, 270)))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_pages_keep_what_was_read_where_it_stands(tmp_path, seed, rotation):
    rng = random.Random(seed)

    def draw(page):
        for _ in range(rng.randint(1, 25)):
            x, y = rng.uniform(0, 380), rng.uniform(0, 560)
            if rng.random() < 0.3:
                page.draw_rect((x, y, x + rng.uniform(1, 200), y + rng.uniform(1, 200)), fill=(0.5, 0.5, 1))
            else:
                text = "".join(rng.choice(string.ascii_letters + "  -.,;12") for _ in range(rng.randint(1, 80)))
                page.insert_textbox(
                    (x, y, x + rng.uniform(20, 300), y + 150), text, fontsize=rng.choice((7, 10, 10, 18))
                )
        page.insert_text((30, 30), "Here")
        page.set_rotation(rotation)

    done = parse(saved(tmp_path / "random.pdf", draw))
    assert isinstance(done, Done)
    assert (done.characters["lost"], done.characters["counted_twice"]) == (0, 0)
    for unit in done.outputs:
        (page,) = unit.document.pages
        boxes = [word[3:] for p in unit.passages for word in p.words] + [f.bbox for f in unit.figures]
        assert all(0 <= x0 <= x1 <= page.width and 0 <= y0 <= y1 <= page.height for x0, y0, x1, y1 in boxes)
        texts = {passage.id: passage.text for passage in unit.passages}
        mentions = [*unit.unresolved, *(m for figure in unit.figures for m in figure.mentions)]
        assert all(texts[m.passage_id][m.start : m.end] == m.text for m in mentions if m.passage_id in texts)


@pytest.fixture
def read_and_made(tmp_path, monkeypatch):
    """The pages of a book as read, and the units made of them."""
    kept = []
    monkeypatch.setattr(
        parse_stage, "balances", lambda pages, units: kept.append((pages, units)) or balances(pages, units)
    )
    parse(saved(tmp_path / "book.pdf", columns, columns))
    return kept[0]


def test_a_loss_is_counted_and_its_page_named(read_and_made):
    pages, (unit,) = read_and_made
    last = unit.passages[-1]
    poorer = unit.model_copy(update={"passages": unit.passages[:-1]})
    kept = balances(pages, [poorer])
    number = len("".join(last.text.split()))
    assert totals(kept)["lost"] == number
    assert [note for note in warnings(kept, "book.pdf") if f" {number} were lost" in note and "page 2" in note]


def test_what_is_kept_twice_does_not_hide_a_loss(read_and_made):
    pages, (unit,) = read_and_made
    header = next(b for b in unit.blocks if b.label is BlockLabel.PAGE_HEADER and b.page_no == 1)
    swapped = tuple(b if b is not header else b.model_copy(update={"text": "ÉLÉC"}) for b in unit.blocks)
    counted = totals(balances(pages, [unit.model_copy(update={"blocks": swapped})]))
    assert (counted["lost"], counted["counted_twice"]) == (3, 2)  # T, H and L; two accents


def test_a_hyphen_that_no_line_ends_with_is_not_typography(read_and_made):
    pages, units = read_and_made
    word = replace(pages[0].lines[0].words[0], text="-")
    line = replace(pages[0].lines[0], words=(word, *pages[0].lines[0].words))
    more = [replace(pages[0], lines=(line, *pages[0].lines[1:])), *pages[1:]]
    before, after = totals(balances(pages, units)), totals(balances(more, units))
    assert (after["lost"] - before["lost"]) + (after["typography"] - before["typography"]) == 1
