"""Whole books, damaged or in parts: a status for each page, and the same result however the work is shared."""

import random
from collections import defaultdict
from importlib import resources
from pathlib import Path

import pymupdf
import pytest
from mutations import mutated, small_book

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Rejected, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of

SAMPLES = Path(str(resources.files("corpusbuilder").joinpath("samples")))
STATUSES = {"ok", "blank", "scanned", "timeout", "bad_encoding", "failed"}


def parsed(path, pdf=None):
    stage = ParseStage(pdf=pdf or PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    sha256 = sha256_of(path)
    (result,) = stage.process([Source(path, sha256, document_id(sha256), path.name)])
    return result


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    return small_book(tmp_path_factory.mktemp("seed") / "seed.pdf").read_bytes()


@pytest.fixture(scope="module")
def guarded():
    return GuardedPdf(20, memory_mb=1024)


@pytest.mark.parametrize("number", range(42))
def test_a_damaged_file_ends_with_a_status_for_each_page_or_a_reason(number, seed, guarded, tmp_path):
    path = tmp_path / "damaged.pdf"
    path.write_bytes(mutated(seed, number))
    result = parsed(path, guarded)
    if isinstance(result, Rejected):
        assert result.reason_code in {"damaged", "no_pages", "not_a_pdf", "no_content", "encrypted"}
    else:
        pages = result.outputs[0].document.pages
        assert {page.status for page in pages} <= STATUSES
        assert [page.page_no for page in pages] == list(range(1, len(pages) + 1))
        assert not any("unexpected" in note for note in result.notes)


@pytest.mark.parametrize("name", ["en", "fr"])
def test_the_result_does_not_depend_on_the_number_of_processes(name):
    (path,) = SAMPLES.glob(f"*_{name}.pdf")
    here, *shared = (parsed(path, pdf) for pdf in (None, *(GuardedPdf(60, processes=n) for n in (1, 2, 3))))
    assert isinstance(here, Done)
    assert all(result == here for result in shared)


def test_an_image_of_a_thousand_million_pixels_costs_at_most_its_page(tmp_path, seed):
    path = tmp_path / "huge.pdf"
    with pymupdf.open(stream=seed) as pdf:
        # 30,000 x 30,000 pixels in a few kilobytes: a bomb for whoever decodes it.
        page = pdf[1]
        xref = page.get_images()[0][0]
        for key, value in (("Width", "30000"), ("Height", "30000")):
            pdf.xref_set_key(xref, key, value)
        pdf.save(path)
    result = parsed(path, GuardedPdf(20, memory_mb=1024))
    pages = result.outputs[0].document.pages
    assert (pages[0].status, pages[2].status) == ("ok", "ok")
    assert {passage.words[0].page_no for unit in result.outputs for passage in unit.passages} >= {1, 3}


def passages_by_page(result, places):
    """Texts of the passages that begin on each page of the original; ``places`` has its number for each page."""
    found = defaultdict(list)
    for unit in result.outputs:
        for passage in unit.passages:
            found[places[passage.words[0].page_no - 1]].append(passage.text)
    return dict(found)


@pytest.mark.parametrize("order", range(3))
def test_a_book_and_its_pages_shuffled_have_the_same_passages_on_each_page(order, tmp_path, seed):
    whole = tmp_path / "book.pdf"
    words = ["river", "mountain", "forest", "valley", "desert", "island", "harbour", "village"]
    with pymupdf.open() as pdf:
        for number, word in enumerate(words, start=1):
            page = pdf.new_page(width=400, height=600)
            page.insert_text((40, 30), "The shapes of the land", fontsize=8)
            page.insert_text((40, 80), f"The {word}", fontsize=16)
            page.insert_textbox((40, 100, 360, 300), f"Nobody lives by the {word} but the birds. " * 9, fontsize=10)
            page.draw_rect((60, 320, 160, 380), fill=(0.9, 0.9, 1))
            page.draw_line((160, 350), (260, 350))
            page.draw_rect((260, 320, 340, 380))
            page.insert_text((60, 410), f"Figure {number}. A {word}.", fontsize=9)
            page.insert_text((195, 580), str(number), fontsize=9)
        pdf.save(whole)
        places = list(range(1, len(words) + 1))
        random.Random(order).shuffle(places)
        pdf.select([place - 1 for place in places])
        pdf.save(tmp_path / "shuffled.pdf")
    before = passages_by_page(parsed(whole), range(1, len(words) + 1))
    after = passages_by_page(parsed(tmp_path / "shuffled.pdf"), places)
    assert before == after
    assert all(any(word in text for text in before[n]) for n, word in enumerate(words, start=1))
