"""Which folder a command works in, and which it refuses."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpusbuilder.cli.main import app
from corpusbuilder.cli.options import check_workspace
from corpusbuilder.errors import StorageError, UsageError

NOBODY = 65534


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@contextmanager
def without_rights():
    """Root may write anywhere, so the test goes on as another user."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def somebody_without_rights():
    with without_rights():
        yield


@pytest.mark.parametrize("command", ["build", "demo", "generate", "init", "release", "status"])
@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_is_no_workspace(tmp_path, command, below):
    (tmp_path / "book.pdf").write_bytes(b"%PDF-")
    done = run(command, "-w", str(tmp_path / "book.pdf" / below))
    assert done.exit_code == 2
    assert f"{tmp_path / 'book.pdf'} is a file, not a folder" in done.stderr
    assert (tmp_path / "book.pdf").read_bytes() == b"%PDF-"


@pytest.mark.usefixtures("somebody_without_rights")
def test_a_folder_that_cannot_be_made_is_told_at_once():
    with pytest.raises(StorageError) as caught:
        check_workspace(Path("/corpus-of-nobody/deep"), writes=True)
    assert caught.value.message.startswith("/corpus-of-nobody/deep: this folder cannot be made")
    assert "-w" in caught.value.hint
    with pytest.raises(StorageError, match="cannot be written"):
        check_workspace(Path("/"), writes=True)


@pytest.mark.usefixtures("somebody_without_rights")
def test_reading_needs_no_right_to_write():
    check_workspace(Path("/"), writes=False)
    check_workspace(Path("/corpus-of-nobody"), writes=False)


def test_a_corpus_that_may_only_be_read_passes_since_it_may_be_current():
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        corpus = Path(name) / "corpus"
        (corpus / "parse").mkdir(parents=True)
        for folder in (corpus / "parse", corpus, Path(name)):
            folder.chmod(0o555)
        with without_rights():
            check_workspace(corpus, writes=True)
            with pytest.raises(StorageError, match="cannot be written") as caught:
                check_workspace(corpus / "parse", writes=True)
        assert caught.value.repeat is False
        Path(name).chmod(0o755)
        corpus.chmod(0o755)


def test_a_name_that_no_disk_takes_is_a_storage_error():
    with pytest.raises(StorageError, match="File name too long"):
        check_workspace(Path("x" * 5000), writes=True)


def test_looking_at_a_new_folder_does_not_make_it(tmp_path):
    check_workspace(tmp_path / "a" / "b", writes=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UsageError):
        check_workspace(tmp_path / "a", writes=False)


def test_the_demo_keeps_to_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo-workspace").write_bytes(b"")  # in its way: the demo must stumble over it
    done = run("demo")
    assert done.exit_code == 2
    assert "demo-workspace is a file" in done.stderr
    assert "demo-workspace" in run("demo", "--help").stdout
