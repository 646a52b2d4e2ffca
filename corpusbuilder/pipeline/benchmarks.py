"""Reads the questions of benchmarks, as their makers publish them: JSON, JSONL, CSV, TSV or one question a line."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final, NoReturn

from corpusbuilder.errors import ConfigError, MissingInputError, storage_errors
from corpusbuilder.stages.release.benchmarks import BenchmarkFile, BenchmarkQuestion

FIELDS: Final = ("question", "query", "problem", "prompt", "instruction", "input")
"""Where a question stands, in whatever case; the first of them that a record has."""
TURNS: Final = ("conversations", "messages", "conversation")
"""Where a conversation stands, of which the first turn of the user is the question."""
_USERS: Final = {"human", "user"}
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_SPACE: Final = re.compile(r"\s*")
_NAMES: Final = {*FIELDS, "value", "content", "text"}
_IMAGE_MARK: Final = re.compile(r"<image(?: ?\d+)?>\s*")
_HINT: Final = (
    f"a question is read from {', '.join(FIELDS)} or from the first turn of the user in {' or '.join(TURNS[:2])}; "
    "a file of plain lines is named .txt"
)


def read_benchmarks(root: Path, names: Sequence[str]) -> list[BenchmarkFile]:
    """Read files of benchmark questions.

    Args:
        root: the folder to which relative names refer.
        names: of the files.

    Raises:
        MissingInputError: there is no such file.
        ConfigError: a file has no questions, or is damaged; the message names file and line.
        StorageError: a file cannot be read.
    """
    return [_read(root / name, _public(name)) for name in names]


def _public(name: str) -> str:
    """What names a file in a release: where it lies outside of the workspace is nobody's business."""
    path = PurePath(name)
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def benchmark_digests(root: Path, names: Sequence[str]) -> dict[str, str | None]:
    """SHA-256 of the files, by name; None of one that is not there."""
    digests: dict[str, str | None] = {}
    for name in names:
        with storage_errors(root / name):
            digests[name] = hashlib.sha256((root / name).read_bytes()).hexdigest() if (root / name).is_file() else None
    return digests


def _read(path: Path, name: str) -> BenchmarkFile:
    with storage_errors(path):
        if not path.is_file():
            raise MissingInputError(
                f"{path}: there is no such file of benchmark questions",
                hint="release.benchmarks names files, relative to the workspace",
            )
        data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(path, data.count(b"\n", 0, error.start) + 1, "not UTF-8", hint="save the file as UTF-8")
    readers = {".jsonl": _lines_of_json, ".ndjson": _lines_of_json, ".json": _whole_json, ".txt": _plain_lines}
    readers |= {".csv": _table, ".tsv": _table}
    if path.suffix.lower() not in readers:
        _refuse(path, 1, f"not a file of questions: {path.suffix or 'no'} is not .json, .jsonl, .csv, .tsv or .txt")
    questions = readers[path.suffix.lower()](path, text)
    found = tuple(BenchmarkQuestion(line, said) for line, said in questions if said.strip())
    if not found:
        _refuse(path, 1, "no question found")
    return BenchmarkFile(name, hashlib.sha256(data).hexdigest(), found)


def _refuse(path: Path, line: int, what: str, *, hint: str = _HINT) -> NoReturn:
    raise ConfigError(f"{path}, line {line}: {what}", hint=hint)


def _plain_lines(_: Path, text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(text.split("\n"), start=1)


def _lines_of_json(path: Path, text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            record = _parsed(path, line, before=number - 1)
            found = record if isinstance(record, str) else _raw_question(record)
            if found is None:
                _refuse(path, number, "a record without a question")
            yield number, _without_marks(found)


def _whole_json(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Questions at any depth. Their lines are those of the strings, which stand in the same order."""
    whole = _parsed(path, text, before=0)
    strings = _values(text)
    line, place = 1, 0
    every = (one if isinstance(one, str) else None for one in whole) if isinstance(whole, list) else ()
    for found in (*filter(None, every), *_questions_within(whole)):
        for start, value in strings:
            if value == found:
                line, place = line + text.count("\n", place, start), start
                break
        yield line, _without_marks(found)


def _values(text: str) -> Iterator[tuple[int, str]]:
    """Where each string begins that can be a question: under one of the names for it, or in a list."""
    key, colon = "", 0
    for match in _STRING.finditer(text):
        value = json.loads(match[0], strict=False)
        after = _SPACE.match(text, match.end())
        if after and text[after.end() : after.end() + 1] == ":":
            key, colon = value.strip().lower(), after.end() + 1
        elif text[colon : match.start()].strip() or key in _NAMES:
            yield match.start(), value


def _parsed(path: Path, text: str, *, before: int) -> object:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        _refuse(path, before + error.lineno, f"not valid JSON: {error.msg}", hint="a .jsonl file has one record a line")
    except RecursionError:
        _refuse(path, before + 1, "JSON nested too deeply")
    except ValueError as error:  # a number of thousands of digits
        _refuse(path, before + 1, f"not usable JSON: {error}")


def _questions_within(value: object) -> Iterator[str]:
    own = _raw_question(value)
    if own is not None:
        yield own
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _questions_within(inner)


def _without_marks(text: str) -> str:
    return _IMAGE_MARK.sub("", text).strip()


def _raw_question(record: object) -> str | None:
    """The question of a record, as it stands in the file; None when it has none."""
    if not isinstance(record, Mapping):
        return None
    fields = {str(name).strip().lower(): value for name, value in record.items()}
    for name in FIELDS:
        if isinstance(said := fields.get(name), str) and said.strip():
            return said
    for name in (*TURNS, *FIELDS):
        turns = fields.get(name)
        for turn in turns if isinstance(turns, list) else ():
            who = turn.get("from", turn.get("role")) if isinstance(turn, Mapping) else None
            if isinstance(who, str) and who in _USERS:
                return _said(turn.get("value", turn.get("content")))
    return None


def _said(content: object) -> str | None:
    """The text of a turn: a string, or the first text among its parts."""
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, Mapping))
        content = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    return content if isinstance(content, str) else None


def _table(path: Path, text: str) -> Iterator[tuple[int, str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    column: int | None = None
    line = 1
    try:
        for row in rows:
            if column is None:
                names = [name.strip().lower() for name in row]
                column = next((names.index(name) for name in FIELDS if name in names), None)
                if column is None:
                    _refuse(path, line, "no column of questions among the names in the first line")
            elif column < len(row):
                yield line, _without_marks(row[column])
            elif any(row):
                _refuse(path, line, f"a row of {len(row)} columns without a question")
            line = rows.line_num + 1
    except csv.Error as error:
        _refuse(path, line, f"not a table: {error}", hint="a cell with line breaks or commas stands in quotation marks")
