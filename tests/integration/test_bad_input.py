"""Hostile and broken files: one clear message each, the right exit code, and the other books are finished."""

import os
import shutil
import subprocess
from pathlib import Path

import pymupdf
import pytest
from running import corpusbuilder

PASSWORD = "lecture"


@pytest.fixture(scope="module")
def sample(shelf):
    return next(shelf.glob("*_fr.pdf"))


def encrypted(path, sample, **passwords):
    with pymupdf.open(sample) as pdf:
        pdf.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", **passwords)


def make(kind, path, sample):
    """Write a broken file of some kind."""
    whole = sample.read_bytes()
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "not a pdf":
            path.write_bytes(b"once upon a time" * 100)
        case "truncated":
            path.write_bytes(whole[: len(whole) // 100])
        case "encrypted":
            encrypted(path, sample, user_pw=PASSWORD)
        case "no pages":
            path.write_bytes(
                b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
                b"trailer<</Root 1 0 R>>\n%%EOF"
            )


@pytest.mark.parametrize("kind", ["empty", "not a pdf", "truncated", "encrypted", "no pages"])
def test_a_bad_pdf_is_rejected_by_name_and_the_other_book_is_finished(kind, sample, tmp_path):
    books = tmp_path / "books"
    books.mkdir()
    shutil.copy(sample, books / "good.pdf")
    make(kind, books / "bad.pdf", sample)
    done = corpusbuilder("build", books, "-w", tmp_path / "ws", "--json")
    assert done.code == 4, done.err
    (reject,) = done.json["rejected"]
    assert "bad.pdf" in reject["message"]
    assert reject["reason_code"] not in {"internal_error", "worker_died"}
    assert done.err.count("rejected by parse") == 1
    assert done.json["release"]["rows"]["examples"]
    assert corpusbuilder("build", "-w", tmp_path / "ws", "--max-rejected", "50%").code == 0


def test_an_encrypted_book_names_the_option_and_opens_with_it(sample, tmp_path):
    encrypted(tmp_path / "locked.pdf", sample, user_pw=PASSWORD)
    arguments = ("build", tmp_path / "locked.pdf", "-w", tmp_path / "ws", "--set", "parse.ocr=none")
    done = corpusbuilder(*arguments)
    assert done.code == 4
    assert "--password-env" in done.err
    wrong = corpusbuilder(*arguments, "--password-env", "BOOK_PASSWORD", BOOK_PASSWORD="guess")
    assert wrong.code == 4
    assert "password" in wrong.err
    opened = corpusbuilder(*arguments, "--password-env", "BOOK_PASSWORD", BOOK_PASSWORD=PASSWORD)
    assert opened.code == 0, opened.err
    assert all(PASSWORD.encode() not in p.read_bytes() for p in (tmp_path / "ws" / "parse").rglob("*.json"))


def test_a_path_that_does_not_exist_is_named_and_the_other_book_is_finished(sample, tmp_path):
    done = corpusbuilder("build", tmp_path / "none.pdf", sample, "-w", tmp_path / "ws", "--set", "parse.ocr=none")
    assert done.code == 3
    assert "none.pdf: there is no such file or folder" in done.err
    assert (tmp_path / "ws" / "release" / "corpus" / "README.md").exists()


def test_the_same_book_under_two_names_is_built_once_and_said(sample, tmp_path):
    shutil.copy(sample, tmp_path / "again.pdf")
    done = corpusbuilder("build", sample, tmp_path / "again.pdf", "-w", tmp_path / "ws", "--set", "parse.ocr=none")
    assert done.code == 0
    assert "again.pdf: the same file as" in done.err
    assert len(list((tmp_path / "ws" / "parse").glob("*.jsonl"))) == 1


def test_a_misspelt_key_stops_before_anything_is_done(sample, tmp_path):
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "corpusbuilder.toml").write_text("[parse]\ndpl = 100\n")
    done = corpusbuilder("build", sample, "-w", tmp_path / "ws")
    assert done.code == 2
    assert "did you mean 'parse.dpi'?" in done.err
    assert [p.name for p in (tmp_path / "ws").iterdir()] == ["corpusbuilder.toml"]


def test_a_book_about_which_nothing_can_be_asked_still_gives_its_passages(tmp_path):
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), "Mind the step.")
        pdf.save(tmp_path / "sign.pdf")
    done = corpusbuilder("build", tmp_path / "sign.pdf", "-w", tmp_path / "ws", "--json")
    assert done.code == 0, done.err
    assert done.json["release"]["rows"]["passages"] == {"train": 1}
    assert done.json["release"]["rows"]["examples"] == {}


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_named_and_the_run_goes_on_when_there_is_room(small_disk, sample, built):
    books = built.parent / "books"
    done = corpusbuilder("build", books, "-w", small_disk / "ws")
    assert done.code == 1
    assert "no space left on the disk" in done.err
    assert "to go on: corpusbuilder build" in done.err
    assert "bug" not in done.err
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    again = corpusbuilder("build", books, "-w", small_disk / "ws")
    assert again.code == 0, again.err
    assert Path(small_disk / "ws" / "release" / "corpus" / "README.md").exists()
