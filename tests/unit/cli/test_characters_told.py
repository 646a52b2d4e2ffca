"""What the command line says when characters of a page are lost: a fault put into parsing on purpose."""

import json

import pymupdf
import pytest
from typer.testing import CliRunner

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.cli.main import app
from corpusbuilder.config import ParseSection
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.stages.parse import stage as parse_stage
from corpusbuilder.store.files import sha256_of

TEXTS = ("Water rises from the sea and falls as rain on the land.", "Roots drink it, and leaves give it back.")
SIZES = tuple(len(text.replace(" ", "")) for text in TEXTS)


@pytest.fixture
def book(tmp_path):
    document = pymupdf.open()
    for n, text in enumerate(TEXTS):
        document.new_page().insert_text((72, 200 + 150 * n), text)
    document.save(tmp_path / "book.pdf")
    return tmp_path / "book.pdf"


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def parse(book):
    return run("parse", book, "-w", book.parent / "ws", "--set", "parse.ocr=none", "--set", "parse.workers=1")


def test_the_counts_are_in_the_done_file_and_the_manifest(book):
    assert parse(book).exit_code == 0
    workspace = book.parent / "ws" / "parse"
    (done,) = [json.loads(path.read_text()) for path in (workspace / "done").glob("*.json")]
    counted = json.loads((workspace / "manifest.json").read_text())["characters"]
    assert counted == done["characters"]
    assert (counted["read"], counted["passage"], counted["lost"]) == (sum(SIZES), sum(SIZES), 0)


def test_a_loss_is_told_with_its_page_and_counted_by_status(book, monkeypatch):
    whole = parse_stage.make_passages
    monkeypatch.setattr(parse_stage, "make_passages", lambda *a, **k: whole(*a, **k)[:-1])
    stage = ParseStage(pdf=PyMuPdf(), ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    sha256 = sha256_of(book)
    (made,) = stage.process([Source(book, sha256, document_id(sha256), book.name)])
    note = f"book.pdf, page 2: of {SIZES[1]} characters {SIZES[1]} were lost (“,.Rabcdegiklnorstv”)"
    assert made.notes == (note,)

    parse(book)
    (done,) = (book.parent / "ws" / "parse" / "done").glob("*.json")
    kept = json.loads(done.read_text())
    done.write_text(json.dumps({**kept, "notes": made.notes, "characters": dict(made.characters)}))
    status = " ".join(run("status", "-w", book.parent / "ws").output.split())
    assert f"of {sum(SIZES)} characters {SIZES[1]} were lost and 0 kept twice: parse/done/ names the pages" in status
