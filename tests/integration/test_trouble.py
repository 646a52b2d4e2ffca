"""What goes wrong between two runs: nothing that was made is lost, and nothing stale is released."""

import os
import shutil
import subprocess

import pymupdf
import pytest
from running import command, corpusbuilder, tree

from corpusbuilder.store.workspace import Workspace

QUICK = ("--set", "parse.ocr=none", "-q")
STAGES = ("parse", "generate", "ground", "verify")


@pytest.fixture(scope="module")
def small_books(tmp_path_factory, shelf):
    """Five short PDFs, cut from the sample chapters."""
    folder = tmp_path_factory.mktemp("small")
    for name, first in (("en", 0), ("en", 2), ("en", 4), ("fr", 0), ("fr", 2)):
        with pymupdf.open(next(shelf.glob(f"*_{name}.pdf"))) as chapter:
            chapter.select([first, first + 1])
            chapter.save(folder / f"{name}{first}.pdf")
    return folder


@pytest.fixture(scope="module")
def made_once(tmp_path_factory, small_books):
    folder = tmp_path_factory.mktemp("made")
    assert corpusbuilder("build", small_books, "-w", folder / "ws", *QUICK).code == 0
    return folder / "ws"


@pytest.fixture
def ws(made_once, small_books, tmp_path):
    """A workspace of five small books, and the books, to be changed at will."""
    shutil.copytree(small_books, tmp_path / "books")
    shutil.copytree(made_once, tmp_path / "ws")
    listing = tmp_path / "ws" / "parse" / "sources.json"
    listing.write_text(listing.read_text().replace(str(small_books), str(tmp_path / "books")))
    return tmp_path / "ws"


def documents(workspace):
    return [len(Workspace(workspace).document_ids(stage)) for stage in STAGES]


@pytest.mark.parametrize("at_once", [False, True])
def test_every_part_of_many_documents_is_done_one_by_one_or_at_once(made_once, small_books, tmp_path, at_once):
    parts = [command("build", small_books, "-w", tmp_path / "ws", *QUICK, "--shard", f"{i}/3") for i in (1, 2, 3)]
    if at_once:
        runs = [subprocess.Popen(part, stderr=subprocess.PIPE, text=True) for part in parts]
        errors = [run.communicate(timeout=300)[1] for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0], errors
    else:
        for part in parts:
            subprocess.run(part, check=True, capture_output=True)
    assert corpusbuilder("release", "-w", tmp_path / "ws", *QUICK).code == 0
    assert tree(tmp_path / "ws") == tree(made_once)


def test_when_nothing_is_asked_any_more_nothing_old_is_released(ws):
    done = corpusbuilder(
        "build", "-w", ws, *QUICK, "--json", "--set", "generate.per_unit=0", "--set", "generate.per_figure=0"
    )
    assert done.code == 0, done.err
    assert done.json["release"]["rows"]["examples"] == {}
    assert not list((ws / "verify").glob("*.jsonl"))


def test_a_release_leaves_out_what_is_not_finished_and_says_so(ws):
    assert corpusbuilder("parse", "-w", ws, *QUICK, "--set", "parse.unit_tokens=300", "--limit", "2").code == 0
    done = corpusbuilder("release", "-w", ws, "--set", "parse.ocr=none", "--set", "parse.unit_tokens=300", "--json")
    assert done.code == 3 or sum(done.json["release"]["rows"]["documents"].values()) < 5
    assert ".pdf is left out" in done.err or ".pdf is not (" in done.err


def test_a_drive_that_is_not_mounted_costs_nothing(ws):
    before = documents(ws)
    next((ws.parent / "books").glob("en*.pdf")).unlink()
    done = corpusbuilder("build", "-w", ws, *QUICK, "--set", "parse.dpi=140", "--json")
    assert done.code == 4
    assert "[unreadable]" in done.err
    assert documents(ws) == before
    assert sum(done.json["release"]["rows"]["documents"].values()) == 5


@pytest.mark.parametrize("how", ["relative", "absolute", "folder"])
def test_the_password_option_works_however_the_path_is_given(small_books, tmp_path, how):
    books = tmp_path / "books"
    books.mkdir()
    with pymupdf.open(small_books / "fr0.pdf") as pdf:
        pdf.save(books / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="lecture")
    given = {"relative": "books/locked.pdf", "absolute": books / "locked.pdf", "folder": books}[how]
    arguments = ("build", given, "-w", tmp_path / "ws", *QUICK)
    assert corpusbuilder(*arguments, cwd=tmp_path).code == 4
    done = corpusbuilder(*arguments, "--password-env", "BOOK_PW", cwd=tmp_path, BOOK_PW="lecture")
    assert done.code == 0, done.err


def test_without_the_password_what_was_read_with_it_stays(small_books, tmp_path):
    with pymupdf.open(small_books / "fr0.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="lecture")
    arguments = ("build", tmp_path / "locked.pdf", "-w", tmp_path / "ws", *QUICK)
    assert corpusbuilder(*arguments, "--password-env", "BOOK_PW", BOOK_PW="lecture").code == 0
    before = tree(tmp_path / "ws")
    os.environ.pop("BOOK_PW", None)
    again = corpusbuilder("build", "-w", tmp_path / "ws", "--set", "parse.ocr=none")
    assert "nothing to do" in again.out
    assert tree(tmp_path / "ws") == before


@pytest.mark.parametrize("harm", ["deleted", "cut"])
def test_a_damaged_release_is_made_again(ws, made_once, harm):
    file = next((ws / "release" / "corpus" / "data" / "examples").glob("*.parquet"))
    if harm == "deleted":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-100])
    assert "by hand" in corpusbuilder("status", "-w", ws, "--set", "parse.ocr=none").out
    assert corpusbuilder("build", "-w", ws, *QUICK).code == 0
    assert tree(ws / "release") == tree(made_once / "release")


def test_force_makes_the_release_again_too(ws):
    done = corpusbuilder("build", "-w", ws, *QUICK, "--force", "--json")
    assert done.json["release"]["cached"] is False


def test_a_book_that_becomes_a_copy_of_another_settles(ws):
    books = ws.parent / "books"
    shutil.copy(books / "en0.pdf", books / "en2.pdf")
    assert corpusbuilder("build", "-w", ws, *QUICK).code == 0
    status = corpusbuilder("status", "-w", ws, "--json", "--set", "parse.ocr=none").json
    assert status["is_current"]
    assert documents(ws) == [4, 4, 4, 4]


def test_what_a_document_that_is_gone_left_behind_is_removed(ws):
    for ghost in ("parse/doc-gone.jsonl.partial", "verify/doc-gone.jsonl", "ground/rejected/doc-gone.jsonl"):
        (ws / ghost).parent.mkdir(exist_ok=True)
        (ws / ghost).write_text("{}\n")
    assert corpusbuilder("build", "-w", ws, *QUICK).code == 0
    assert not list(ws.rglob("doc-gone*"))


def test_a_broken_list_of_pdfs_is_named(ws):
    (ws / "parse" / "sources.json").write_text('[{"path": 1}]')
    done = corpusbuilder("build", "-w", ws, *QUICK)
    assert done.code == 1
    assert "sources.json: not a list of PDFs" in done.err
    assert "bug" not in done.err
