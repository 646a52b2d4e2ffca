"""Printed commands can be typed as they stand, and none is printed that cannot help."""

import json
import shlex

import pytest
from typer.testing import CliRunner

from corpusbuilder.cli.main import app


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def commands(text):
    """The commands in an output, as a shell would split them."""
    return [shlex.split(line[line.index("corpusbuilder ") :]) for line in text.splitlines() if "corpusbuilder " in line]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "my corpus").mkdir()
    return tmp_path / "my corpus"


def test_init_prints_a_command_for_a_folder_with_a_blank(folder):
    assert commands(run("init", "-w", folder).stdout) == [["corpusbuilder", "build", "BOOK.pdf", "-w", str(folder)]]


@pytest.mark.parametrize("command", ["status", "build", "forget"])
def test_a_folder_without_pdfs_is_told_how_to_begin(folder, command):
    done = run(command, *(["x.pdf"] if command == "forget" else []), "-w", folder)
    assert done.exit_code == 3
    assert commands(done.stderr) == [["corpusbuilder", "build", "BOOK.pdf", "-w", str(folder)]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "none.pdf"),
        ("parse", "{book}", "--password-env", "SURELY_NOT_SET"),
        ("build", "-w", "{book}"),
        ("status", "-w", "{folder}"),
        ("build", "{book}", "--max-rejected", "1.5"),
    ],
)
def test_to_go_on_is_not_said_where_the_same_command_cannot_help(folder, arguments, monkeypatch):
    monkeypatch.delenv("SURELY_NOT_SET", raising=False)
    book = folder / "book.pdf"
    book.write_bytes(b"%PDF-")
    given = [argument.format(book=book, folder=folder) for argument in arguments]
    given += [] if "-w" in given else ["-w", str(folder)]
    done = run(*given)
    assert done.exit_code in {2, 3}
    assert "error: " in done.stderr
    assert "to go on" not in done.stderr
    assert json.loads(run(*given, "--json").stdout)["resume"] is None
