"""Every error that corpusbuilder raises on purpose.

::

    CorpusbuilderError                      what went wrong, where, and what to do next
    ├── UsageError                 exit 2   the command line does not make sense
    │   └── ConfigError            exit 2   a config file, key or value does not
    ├── MissingError               exit 3   something that must be there is not
    │   ├── MissingInputError      exit 3   a PDF, folder or earlier stage's output
    │   └── MissingExtraError      exit 3   an optional dependency
    ├── TooManyRejectedError       exit 4   more rejects than --max-rejected allows
    ├── BackendError               exit 5   a model, endpoint or server cannot be used at all
    ├── BudgetReachedError         exit 6   the money set aside is spent
    ├── StorageError               exit 1   the disk is full, read-only or holds a broken file
    └── RecordError                (none)   one record cannot be processed: becomes a reject

An error carries a ``hint``: the next thing to type or to look at. ``RecordError`` also carries a reason code; it is the
only one that a stage may raise about a single record, and it never stops a run.
"""

import errno
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


def command_line(*arguments: object) -> str:
    """A ``corpusbuilder`` command as a person can type it into a shell, whatever its arguments contain."""
    return shlex.join(["corpusbuilder", *map(str, arguments)])


class CorpusbuilderError(Exception):
    """Base of all expected errors.

    ``message`` says what is wrong and with which file or record, ``hint`` what to do about it, ``result`` what was
    done all the same, for ``--json``, and ``repeat`` whether the same command can get further when typed again.
    """

    exit_code: ClassVar[int] = 1
    goes_on: ClassVar[bool] = True
    """Whether the same command, typed again, can get further; ``repeat`` says otherwise of one error."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        result: Mapping[str, object] | None = None,
        repeat: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.result = result or {}
        self.repeat = self.goes_on if repeat is None else repeat

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries by pickle, which drops keyword-only arguments.
        return (_rebuild, (type(self), self.message, self.__dict__))


def _rebuild(kind: type[CorpusbuilderError], message: str, state: dict[str, object]) -> CorpusbuilderError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class UsageError(CorpusbuilderError):
    """The command line does not make sense."""

    exit_code = 2
    goes_on = False


class ConfigError(UsageError):
    """A config file, key or value does not make sense."""


class MissingError(CorpusbuilderError):
    """Something that must be there is not."""

    exit_code = 3


class MissingInputError(MissingError):
    """A PDF, a folder or the output of an earlier stage is missing."""

    goes_on = False


class MissingExtraError(MissingError):
    """An optional dependency is not installed.

    ``package`` is the import that failed, ``extra`` the extra of corpusbuilder that brings it.
    """

    def __init__(self, package: str, extra: str, *, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed",
            hint=f"pip install 'corpusbuilder[{extra}]'",
        )
        self.package = package
        self.extra = extra


class TooManyRejectedError(CorpusbuilderError):
    """More inputs were rejected than ``--max-rejected`` allows."""

    exit_code = 4


class BackendError(CorpusbuilderError):
    """A model, endpoint or server cannot be used at all: unreachable, unauthorised or out of quota."""

    exit_code = 5


class BudgetReachedError(CorpusbuilderError):
    """The money set aside for the run is spent."""

    exit_code = 6


class StorageError(CorpusbuilderError):
    """The workspace cannot be written or holds a file that cannot be read."""


class RecordError(CorpusbuilderError):
    """One record cannot be processed. The runner turns it into a reject with ``reason_code``."""

    def __init__(self, reason_code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason_code = reason_code


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say what an `OSError` means and what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageError(
                f"{path}: no space left on the disk; everything written so far is kept",
                hint="make room, then run the same command again: it goes on where it stopped",
            ) from error
        raise StorageError(f"{path}: {error.strerror or error}", hint="check the folder and its permissions") from error
