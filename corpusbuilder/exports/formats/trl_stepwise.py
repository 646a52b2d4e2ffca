"""TRL: stepwise supervision, as its documentation of dataset formats has it: ``prompt, completions, labels``.

A label is written only for a step whose verdict is known, and a release holds no step that was found wrong: all labels
are true. What follows after the first step that nothing could confirm is not written.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import readable, target_notes
from corpusbuilder.exports.examples import Question, Questions
from corpusbuilder.exports.parquetfiles import embedded, need_datasets, parquet_files
from corpusbuilder.exports.traces import Writer
from corpusbuilder.store.release import ReleaseFolder, Row

if TYPE_CHECKING:
    from datasets import Features

_USAGE: Final = 'datasets.load_dataset("{folder}", split="{split}")'
_ALL_TRUE: Final = (
    "all labels are true: a release holds no step that was found wrong, and a reward model needs wrong ones too"
)
_UNKNOWN: Final = "nothing could confirm their first step"


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``data/<split>-*.parquet`` with embedded images.

    Raises:
        MissingExtraError: `datasets` is not installed.
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the trace has no steps, or the options contradict one another or the release.
    """
    if options.trace in {"answer", "think"}:
        raise UsageError(f"stepwise supervision labels steps: it has no place for the trace {options.trace}")
    need_datasets()
    writer = Writer(options)
    questions = Questions(release, options, with_images=True)
    shown: set[str] = set()
    with parquet_files(folder, _features()) as files:
        for question in readable(questions, writer):
            row = _row(question, writer)
            if row["labels"]:
                shown.update(image["path"] for image in row["images"])
                files.write(question.split, row)
            else:
                questions.left_out[_UNKNOWN] += 1
    return ExportReport(
        rows=files.rows,
        images=len(shown),
        left_out=dict(questions.left_out),
        notes=(_ALL_TRUE, *questions.safe.notes(), *target_notes(writer)),
        usage=_USAGE.replace("{split}", questions.splits[0]),
    )


def _row(question: Question, writer: Writer) -> Row:
    known = writer.lines(question)[: question.judged]
    if known and question.judged == len(question.steps):
        known.append(writer.reply(question, []))
    return {
        "id": question.id,
        "prompt": writer.prompt(question),
        "completions": known,
        "labels": [True] * len(known),
        "images": embedded(question),
    }


def _features() -> "Features":
    from datasets import Features, Image, List, Value

    text = Value("string")
    return Features(
        {
            "id": text,
            "prompt": text,
            "completions": List(text),
            "labels": List(Value("bool")),
            "images": List(Image()),
        }
    )
