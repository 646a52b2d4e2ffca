"""VLMEvalKit: one TSV file a data set, which it reads with pandas from its data folder.

::

    <name>_mcq.tsv         questions to choose from, on a figure
    <name>_mcq_text.tsv    questions to choose from, on text alone
    <name>_openended.tsv   open questions on a figure
    MD5SUMS  README.md     what to know to register them

What its readers do decides what is written (open-compass/VLMEvalKit, ``vlmeval/dataset``: ``image_base.py``,
``image_mcq.py``, ``__init__.py``). ``index`` is a unique integer. ``image`` is base64 or, to save space, the index of
an earlier row with the same image. A row without an image is skipped in a file that has the column: hence a file of
its own for text. A file with columns A and B is one of choices, ``openended`` in the name makes the other VQA, which
reads nothing but the question: there the texts stand in front of it, elsewhere in ``hint``. A cell that pandas takes
for a missing value would be lost: such examples are left out.
"""

import base64
import csv
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import Final, Self, TextIO, TypeAlias

from corpusbuilder.errors import storage_errors
from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.formats.asked import Asked, AskedQuestions
from corpusbuilder.exports.formats.choices import LETTERS
from corpusbuilder.exports.formats.naming import plain_name
from corpusbuilder.exports.images import put_file
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.store.release import ReleaseFolder

Cells: TypeAlias = dict[str, str]

_LAST: Final = ("answer", "category", "l2-category", "split", "id")
_MISSING: Final = frozenset(
    {
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    }
)  # fmt: skip
"""What pandas reads as a missing value."""
_MEANINGFUL: Final = ("mmbench", "ccbench", "circular", "mmcr")
"""In the name of a data set, these make VLMEvalKit look for every question several times, with its choices turned."""


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the questions of a release as TSV files; see `corpusbuilder.exports.base.Export`."""
    refuse_trace(options, "VLMEvalKit")
    splits = wanted_splits(release, options)
    letters = LETTERS[: _most_choices(release, splits)]
    name = _dataset_name(release.manifest.name)
    questions = AskedQuestions(release, options)
    with storage_errors(folder), ExitStack() as stack:
        tables = {
            kind: stack.enter_context(_Table(folder / f"{name}_{kind}.tsv", columns))
            for kind, columns in {
                "mcq": ("index", "image", "question", "hint", *letters, *_LAST),
                "mcq_text": ("index", "question", "hint", *letters, *_LAST),
                "openended": ("index", "image", "question", *_LAST),
            }.items()
        }
        for split in splits:
            for asked in questions.of(split):
                problem = _add(asked, split, tables)
                if problem:
                    questions.left_out[problem] += 1
    written = [table for table in tables.values() if table.rows]
    _say_how_to_register(folder, written)
    return ExportReport(
        rows={table.path.name: table.rows for table in written},
        images=len({digest for table in written for digest in table.images}),
        left_out=dict(sorted(questions.left_out.items())),
        notes=(*questions.safe.notes(), *(note for table in written for note in table.notes())),
        usage=_usage([table.path.stem for table in written]),
    )


def _usage(names: Sequence[str]) -> str:
    return (
        f'cp "{{folder}}"/*.tsv ~/LMUData/ && python run.py --data {" ".join(names)} --model <model>' if names else ""
    )


def _add(asked: Asked, split: str, tables: "Mapping[str, _Table]") -> str | None:
    """Write a question into the table it belongs to; returns why there is none for it."""
    if not asked.choices and asked.image is None:
        return "VLMEvalKit has no data sets of open questions without an image"
    if not _MISSING.isdisjoint((asked.question, *(asked.choices or (asked.answer,)))):
        return "VLMEvalKit would read one of their texts, such as None or NA, as a missing value"
    texts = "\n\n".join(asked.passages)
    cells = {"category": asked.question_type, "l2-category": asked.language, "split": split, "id": asked.id}
    if asked.choices:
        kind = "mcq" if asked.image is not None else "mcq_text"
        options = dict(zip(LETTERS, asked.choices, strict=False))
        letter = LETTERS[asked.choices.index(asked.answer)]
        cells |= {"question": asked.question, "hint": texts, **options, "answer": letter}
    else:
        kind = "openended"
        cells |= {"question": "\n\n".join(filter(None, (texts, asked.question))), "answer": asked.answer}
    tables[kind].write(cells, asked.image)
    return None


class _Table:
    """A TSV file of which an image stands in one row, and its index in the other rows that show it."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.rows = 0
        self.images: dict[bytes, int] = {}
        """Index of the row that holds an image, by the SHA-256 of it."""
        self._columns = columns
        self._other_than_numbers: set[str] = set()
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, cells: Cells, image: bytes | None) -> None:
        """Add a row; the first one makes the file."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._table = csv.DictWriter(self._file, self._columns, delimiter="\t", lineterminator="\n", restval="")
            self._table.writeheader()
        if image is not None:
            cells = {**cells, "image": self._image(image)}
        self._table.writerow({"index": str(self.rows), **cells})
        self._other_than_numbers.update(column for column, cell in cells.items() if not _is_number(cell))
        self.rows += 1

    def _image(self, image: bytes) -> str:
        digest = hashlib.sha256(image).digest()
        if digest in self.images:
            return str(self.images[digest])
        self.images[digest] = self.rows
        return base64.b64encode(image).decode()

    def notes(self) -> list[str]:
        """What a reader should know of columns that pandas will not take for text."""
        numbers = [name for name in self._columns if len(name) == 1 and name not in self._other_than_numbers]
        return [f"{self.path.name}: all choices {name} are numbers, so pandas reads 1.50 as 1.5" for name in numbers]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _most_choices(release: ReleaseFolder, splits: Sequence[str]) -> int:
    """Number of columns for choices: two at least, by which VLMEvalKit knows the kind of a file."""
    rows = (row for split in splits for row in release.rows("examples", split=split, columns=("choices",)))
    return max((len(row["choices"]) for row in rows if len(row["choices"]) <= len(LETTERS)), default=2) or 2


def _dataset_name(release: str) -> str:
    name = f"corpusbuilder_{plain_name(release)}"
    if any(word in name for word in _MEANINGFUL):
        return f"corpusbuilder_{hashlib.sha256(release.encode()).hexdigest()[:8]}"
    return name


def _say_how_to_register(folder: Path, tables: Sequence[_Table]) -> None:
    sums = []
    for table in tables:
        with storage_errors(table.path), table.path.open("rb") as file:
            sums.append(f"{hashlib.file_digest(file, _md5).hexdigest()}  {table.path.name}\n")
    put_file(folder / "MD5SUMS", "".join(sums).encode())
    put_file(folder / "README.md", files(__package__).joinpath("vlmevalkit_files", "README.md").read_bytes())


def _md5() -> "hashlib._Hash":
    # VLMEvalKit knows its files by it; nothing here is kept secret or safe by it.
    return hashlib.md5(usedforsecurity=False)
