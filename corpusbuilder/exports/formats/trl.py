"""TRL: conversations as lists of content parts, with their images, as its documentation of dataset formats has them.

``SFTTrainer`` counts the parts of type ``image`` against ``images``, and fills them in, in order.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import Told, readable, target_notes
from corpusbuilder.exports.examples import Questions
from corpusbuilder.exports.parquetfiles import embedded, need_datasets, parquet_files
from corpusbuilder.exports.traces import Writer
from corpusbuilder.store.release import ReleaseFolder, Row

if TYPE_CHECKING:
    from datasets import Features

_USAGE: Final = 'datasets.load_dataset("{folder}", split="{split}"), for trl.SFTTrainer(train_dataset=…)'


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``data/<split>-*.parquet`` with embedded images.

    Raises:
        MissingExtraError: `datasets` is not installed.
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    need_datasets()
    writer = Writer(options)
    questions = Questions(release, options, with_images=True)
    shown: set[str] = set()
    with parquet_files(folder, _features(visual_tokens=options.trace == "visual_tokens")) as files:
        for question in readable(questions, writer):
            images = embedded(question)
            shown.update(image["path"] for image in images)
            told = Told(question, writer.conversation(question), None)
            files.write(question.split, _row(told, images, visual_tokens=options.trace == "visual_tokens"))
    return ExportReport(
        rows=files.rows,
        images=len(shown),
        left_out=dict(questions.left_out),
        notes=(*questions.safe.notes(), *target_notes(writer)),
        usage=_USAGE.replace("{split}", questions.splits[0]),
    )


def _row(told: Told, images: list[Row], *, visual_tokens: bool) -> Row:
    parts: list[Row] = [{"type": "image", "text": None} for _ in images]
    messages = [
        {"role": "user", "content": [*parts, {"type": "text", "text": told.conversation.prompt}]},
        {"role": "assistant", "content": [{"type": "text", "text": told.conversation.reply}]},
    ]
    tokens = told.visual_tokens() or ({"visual_tokens": [], "visual_grid": []} if visual_tokens else {})
    return {"id": told.question.id, "messages": messages, "images": images, **tokens}


def _features(*, visual_tokens: bool) -> "Features":
    from datasets import Features, Image, List, Value

    text, integer = Value("string"), Value("int32")
    columns: dict[str, Any] = {
        "id": text,
        "messages": List({"role": text, "content": List({"type": text, "text": text})}),
        "images": List(Image()),
    }
    if visual_tokens:
        columns |= {"visual_tokens": List(List(integer)), "visual_grid": List(integer)}
    return Features(columns)
