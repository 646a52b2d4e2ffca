"""A PDF that was given by mistake leaves the corpus, and the rest of it is as if it had never been there."""

import shutil

import pymupdf
import pytest
from running import corpusbuilder, tree

QUICK = ("--set", "parse.ocr=none", "-q")


@pytest.fixture(scope="module")
def books(tmp_path_factory, shelf):
    """Two short PDFs, the second under a name with a blank."""
    folder = tmp_path_factory.mktemp("books")
    for language, name in (("en", "kept.pdf"), ("fr", "by mistake.pdf")):
        with pymupdf.open(next(shelf.glob(f"*_{language}.pdf"))) as chapter:
            chapter.select([2, 3])
            chapter.save(folder / name)
    return folder


@pytest.fixture
def alone(books, tmp_path):
    """What comes of the first book alone."""
    assert corpusbuilder("build", books / "kept.pdf", "-w", tmp_path / "alone", *QUICK).code == 0
    return tmp_path / "alone"


def test_after_forgetting_and_building_nothing_of_the_pdf_is_left(books, alone, tmp_path):
    ws = tmp_path / "ws"
    assert corpusbuilder("build", books, "-w", ws, *QUICK).code == 0
    done = corpusbuilder("forget", books / "by mistake.pdf", "-w", ws)
    assert done.code == 0, done.err
    assert f"forgotten: {books / 'by mistake.pdf'}" in done.out
    status = corpusbuilder("status", "-w", ws, "--json", *QUICK[:2]).json
    assert (status["documents"], status["is_current"]) == (1, False)
    assert "is gone" in status["release"]
    assert corpusbuilder("build", "-w", ws, *QUICK).code == 0
    assert tree(ws) == tree(alone)
    assert (books / "by mistake.pdf").exists()


def test_a_file_that_is_no_pdf_says_how_to_forget_it_and_is_forgotten_that_way(books, alone, tmp_path):
    shutil.copytree(books, tmp_path / "books")
    (tmp_path / "books" / "by mistake.pdf").write_text("Dear diary")
    ws = tmp_path / "ws"
    done = corpusbuilder("build", tmp_path / "books", "-w", ws, *QUICK)
    assert done.code == 4
    assert "(if it was given by mistake: corpusbuilder forget 'by mistake.pdf' -w WORKSPACE)" in done.err
    assert corpusbuilder("forget", "by mistake.pdf", "-w", ws).code == 0
    again = corpusbuilder("build", "-w", ws, *QUICK)
    assert again.code == 0, again.err
    assert "by mistake" not in again.err
    listing = (alone / "parse" / "sources.json").read_text().replace(str(books), str(tmp_path / "books"))
    (alone / "parse" / "sources.json").write_text(listing)
    assert tree(ws) == tree(alone)


def test_one_that_is_not_on_the_list_is_told_with_the_closest_name(books, tmp_path):
    assert corpusbuilder("parse", books / "kept.pdf", "-w", tmp_path / "ws", *QUICK).code == 0
    done = corpusbuilder("forget", "kopt.pdf", "-w", tmp_path / "ws")
    assert done.code == 3
    assert "error: kopt.pdf: not on this workspace's list of PDFs" in done.err
    assert f"did you mean {books / 'kept.pdf'}?" in done.err
    assert "to go on" not in done.err


def test_pictures_of_a_pdf_that_was_replaced_go_with_the_next_release(books, alone, tmp_path, shelf):
    shutil.copytree(books, tmp_path / "books")
    ws, book = tmp_path / "ws", tmp_path / "books" / "kept.pdf"
    shutil.copy(next(shelf.glob("*_en.pdf")), book)
    assert corpusbuilder("build", book, "-w", ws, *QUICK).code == 0
    before = set((ws / "assets").rglob("*.*"))
    shutil.copy(books / "kept.pdf", book)
    done = corpusbuilder("build", "-w", ws, "--set", "parse.ocr=none")
    assert f"note: {book}: the PDF was replaced" in done.err
    after = {path.name for path in (ws / "assets").rglob("*.*")}
    assert after == {path.name for path in (alone / "assets").rglob("*.*")}
    assert len(after) < len(before)
