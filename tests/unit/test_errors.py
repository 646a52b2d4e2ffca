"""What an error says of the next command, and that it says so in every process."""

import pickle
import shlex
import subprocess

import pytest

from corpusbuilder.errors import (
    BackendError,
    BudgetReachedError,
    ConfigError,
    MissingExtraError,
    MissingInputError,
    RecordError,
    StorageError,
    TooManyRejectedError,
    UsageError,
    command_line,
)


@pytest.mark.parametrize("path", ["my books/été.pdf", "it's.pdf", "$HOME;rm", "a\nb", "-w"])
def test_a_printed_command_means_the_same_to_a_shell(path):
    line = command_line("forget", path)
    assert shlex.split(line) == ["corpusbuilder", "forget", path]
    echoed = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {line.removeprefix('corpusbuilder ')}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert echoed.stdout == f"forget\n{path}\n"


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (UsageError("x"), False),
        (ConfigError("x"), False),
        (MissingInputError("x"), False),
        (MissingExtraError("ray", "ray", purpose="x"), True),
        (TooManyRejectedError("x"), True),
        (BackendError("x"), True),
        (BudgetReachedError("x"), True),
        (StorageError("x"), True),
        (StorageError("x", repeat=False), False),
        (MissingInputError("x", repeat=True), True),
        (RecordError("code", "x"), True),
    ],
)
def test_an_error_knows_whether_the_same_command_can_help_in_every_process(error, helps):
    assert error.repeat is helps
    assert pickle.loads(pickle.dumps(error)).repeat is helps
