"""Which folder a command works in, and which it refuses."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpusbuilder.cli.main import app
from corpusbuilder.cli.options import check_workspace
from corpusbuilder.errors import StorageError, UsageError

NOBODY = 65534


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def somebody_without_rights():
    """Root may write anywhere, so the test goes on as another user."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    yield
    os.setresuid(0, 0, 0)


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
