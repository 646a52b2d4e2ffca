"""The stage on a real PDF: our own sample chapters, without OCR."""

from importlib import resources
from pathlib import Path

import pymupdf
import pytest

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.errors import MissingExtraError, RecordError
from corpusbuilder.records.document import BlockLabel
from corpusbuilder.records.geometry import transform_box
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Rejected, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.store.files import sha256_of

SAMPLES = Path(str(resources.files("corpusbuilder").joinpath("samples")))


def source(path, **facts):
    sha256 = sha256_of(path) if path.exists() else "0" * 64
    return Source(path, sha256, document_id(sha256), path.name, **facts)


@pytest.fixture(scope="module")
def stage():
    return ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={"package x": "1"})


@pytest.fixture(scope="module", params=["en", "fr"])
def parsed(request, stage):
    (path,) = SAMPLES.glob(f"*_{request.param}.pdf")
    (done,) = stage.process([source(path)])
    return request.param, done


@pytest.fixture
def figures(parsed):
    return [figure for unit in parsed[1].outputs for figure in unit.figures]


@pytest.fixture
def passages(parsed):
    return [passage for unit in parsed[1].outputs for passage in unit.passages]


def test_the_language_is_told_from_the_text(parsed):
    assert {unit.document.language for unit in parsed[1].outputs} == {parsed[0]}


def test_every_figure_of_the_chapters_has_its_number(parsed, figures):
    numbers = sorted(f.number for f in figures if f.kind != "table")
    assert numbers == ([f"1.{n}" for n in range(1, 8)] if parsed[0] == "en" else ["1", "1", "2", "3", "4", "5"])


def test_every_figure_is_mentioned_in_the_text(figures):
    assert all(figure.mentions for figure in figures if figure.kind != "table")


def test_mentions_are_the_characters_they_claim(passages, figures):
    texts = {passage.id: passage.text for passage in passages}
    assert all(texts[m.passage_id][m.start : m.end] == m.text for f in figures for m in f.mentions)


def test_running_heads_captions_and_labels_are_no_passages(parsed, passages):
    text = "\n".join(passage.text for passage in passages)
    blocks = [block for unit in parsed[1].outputs for block in unit.blocks]
    heads = {b.text for b in blocks if b.label in (BlockLabel.PAGE_HEADER, BlockLabel.PAGE_FOOTER)}
    assert len(heads) >= 3
    assert not any(head in text for head in heads if len(head) > 4)
    assert not any(b.text in text for b in blocks if b.label is BlockLabel.CAPTION)


def test_words_broken_over_lines_are_whole(passages):
    assert not any(word.endswith("-") for passage in passages for word in passage.text.split())


def test_figures_have_their_image_and_their_place(parsed, figures):
    assets = {asset.sha256 for asset in parsed[1].assets}
    for figure in figures:
        assert figure.image.sha256 in assets
        whole = transform_box(figure.to_page, (0, 0, figure.image.width, figure.image.height))
        assert whole == pytest.approx(figure.bbox, abs=0.02)


def test_vector_figures_have_arrows_between_their_labels(figures):
    assert sum(c.directed and bool(c.tail_id and c.head_id) for f in figures for c in f.diagram.connectors) >= 8


def test_parsing_twice_gives_the_same(stage, parsed):
    (path,) = SAMPLES.glob(f"*_{parsed[0]}.pdf")
    (again,) = stage.process([source(path)])
    assert again == parsed[1]


def test_what_the_owner_says_wins(stage):
    (path,) = SAMPLES.glob("*_fr.pdf")
    (done,) = stage.process([source(path, title="Mine", language="en", licence="CC-BY-4.0")])
    assert isinstance(done, Done)
    document = done.outputs[0].document
    assert (document.title, document.language, document.licence) == ("Mine", "en", "CC-BY-4.0")


def test_a_pdf_that_cannot_be_read_is_rejected_by_name_and_the_next_is_read(stage, tmp_path):
    (tmp_path / "bad.pdf").write_bytes(b"nothing of the kind")
    (good,) = SAMPLES.glob("*_en.pdf")
    bad, done = stage.process([source(tmp_path / "bad.pdf"), source(good)])
    assert isinstance(bad, Rejected)
    assert bad.message.startswith("bad.pdf: ")
    assert str(tmp_path) not in bad.message
    assert isinstance(done, Done)


def test_workers_and_time_limits_do_not_make_a_shard_stale():
    def fingerprint(**config):
        stage = ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(**config), backends={})
        return stage.fingerprint("")

    assert fingerprint() == fingerprint(workers=7, page_timeout_s=1)
    assert fingerprint() != fingerprint(dpi=100)


class _NothingRenders(PyMuPdf):
    """A backend whose pages read but cannot be drawn."""

    def open(self, path, *, password=None):
        pdf = super().open(path, password=password)

        def picture(page_no, box, *, dpi):
            raise RecordError("not_rendered", f"page {page_no} cannot be rendered")

        pdf.picture = picture
        return pdf


def test_a_figure_that_cannot_be_drawn_costs_itself_and_not_the_book():
    (path,) = SAMPLES.glob("*_en.pdf")
    stage = ParseStage(pdf=_NothingRenders(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    (done,) = stage.process([source(path)])
    assert isinstance(done, Done)
    assert sum(len(unit.passages) for unit in done.outputs) > 10
    assert sum("a figure was left out" in note for note in done.notes) >= 7


class _Breaks(PyMuPdf):
    """A backend that opens documents of which one method breaks on some pages."""

    def __init__(self, method, error, pages):
        super().__init__()
        self._method, self._error, self._on = method, error, pages

    def open(self, path, *, password=None):
        pdf = super().open(path, password=password)
        real = getattr(pdf, self._method)

        def broken(page_no, *args, **options):
            if page_no in self._on:
                raise self._error
            return real(page_no, *args, **options)

        setattr(pdf, self._method, broken)
        return pdf


def parsed_with(pdf):
    (path,) = SAMPLES.glob("*_en.pdf")
    stage = ParseStage(pdf=pdf, ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    (done,) = stage.process([source(path)])
    return path.name, done


def figure_pages(done):
    return {figure.page_no for unit in done.outputs for figure in unit.figures}


def passage_pages(done):
    return {word.page_no for unit in done.outputs for passage in unit.passages for word in passage.words}


def test_a_figure_that_breaks_our_code_costs_itself_and_not_the_book():
    _, whole = parsed_with(PyMuPdf())
    page = min(figure_pages(whole))
    name, done = parsed_with(_Breaks("picture", ZeroDivisionError("of 0x7f"), {page}))
    assert isinstance(done, Done)
    assert figure_pages(done) == figure_pages(whole) - {page}
    notes = [note for note in done.notes if "a figure was left out" in note]
    assert notes[0] == f"{name}, page {page}: a figure was left out: unexpected ZeroDivisionError"


def test_a_page_that_breaks_our_code_costs_itself_and_not_the_book():
    name, done = parsed_with(_Breaks("read_page", IndexError("list index out of range"), {1, 2}))
    assert isinstance(done, Done)
    assert f"{name}, page 2: failed: it was left out: unexpected IndexError" in done.notes
    assert not {1, 2} & (figure_pages(done) | passage_pages(done))
    assert [page.status for page in done.outputs[0].document.pages][:3] == ["failed", "failed", "ok"]
    assert len(passage_pages(done)) >= 2


def test_a_drawing_that_breaks_the_search_for_figures_costs_its_page(monkeypatch):
    def search(page, *, body_size):
        if page.page_no == 1:
            raise RecursionError
        return find_figures(page, body_size=body_size)

    monkeypatch.setattr("corpusbuilder.stages.parse.pages.find_figures", search)
    name, done = parsed_with(PyMuPdf())
    assert f"{name}, page 1: failed: it was left out: unexpected RecursionError" in done.notes
    first = done.outputs[0].document.pages[0]
    assert (first.status, first.width > 0) == ("failed", True)
    assert 1 not in passage_pages(done)


@pytest.mark.parametrize("method", ["picture", "read_page"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), MissingExtraError("rapidocr", "ocr", purpose="OCR")])
def test_what_stops_a_run_is_not_taken_for_a_bad_page(method, error):
    with pytest.raises(type(error)):
        parsed_with(_Breaks(method, error, range(1, 99)))


def test_a_book_all_of_whose_pages_break_is_rejected():
    _, rejected = parsed_with(_Breaks("read_page", ValueError(), range(1, 99)))
    assert (rejected.reason_code, "failed" in rejected.message) == ("no_content", True)


def test_a_book_with_nothing_in_it_says_how_many_pages_are_like_what(stage, tmp_path):
    with pymupdf.open() as pdf:
        for _ in range(2):
            pdf.new_page()
        pdf.new_page().draw_line((10, 10), (20, 10))
        pdf.save(tmp_path / "empty.pdf")
    (rejected,) = stage.process([source(tmp_path / "empty.pdf")])
    assert rejected.message == (
        "empty.pdf: no text and no figure was found on any page (its pages: 2 blank, 1 without anything to keep)"
    )


def test_a_file_whose_owner_forbids_copying_is_read_with_a_note(stage, tmp_path):
    (good,) = SAMPLES.glob("*_en.pdf")
    with pymupdf.open(good) as pdf:
        rights = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "owner", "permissions": 0}
        pdf.select([0])
        pdf.save(tmp_path / "kept.pdf", **rights)
    (done,) = stage.process([source(tmp_path / "kept.pdf")])
    assert isinstance(done, Done)
    assert any("does not permit copying" in note for note in done.notes)
    assert done.outputs[0].passages
