"""ms-swift: messages, images and objects, one example a line.

As its documentation of custom datasets has it: ``<ref-object>`` and ``<bbox>`` in the text stand for the entries of
``objects``, in order; boxes of type ``real`` are pixels of the image, which ms-swift itself turns into the convention
of the model that it trains. Relative paths are relative to ``ROOT_IMAGE_DIR``.
"""

from pathlib import Path
from typing import Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import Told, export_conversations, messages_row
from corpusbuilder.exports.examples import Question, Questions
from corpusbuilder.exports.jsonfiles import JsonRow, json_files
from corpusbuilder.exports.traces import Conversation, Writer
from corpusbuilder.store.release import ReleaseFolder

_USAGE: Final = 'ROOT_IMAGE_DIR="{folder}" swift sft --dataset "{folder}/{file}"'
_CONVERTED: Final = (
    "boxes are pixels of the images; ms-swift converts them for the model that it trains, so --target has no effect"
)


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``<split>.jsonl`` and ``images/``.

    Raises:
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    if options.trace != "grounded":
        return export_conversations(
            release, folder, options, form="lines", as_row=messages_row, usage=_USAGE, figures_first=True
        )
    writer = Writer(options, boxes=False)
    questions = Questions(release, options)
    places = questions.write_images(folder)
    with json_files(folder, "lines") as files:
        for question in questions:
            row = _grounded_row(question, writer, places[question.figure.id] if question.figure else None)
            files.write(question.split, row, later="objects" not in row)
    return ExportReport(
        rows=files.rows,
        images=len(set(places.values())),
        left_out=dict(questions.left_out),
        notes=(*questions.safe.notes(), _CONVERTED),
        usage=_USAGE.replace("{file}", next(iter(files.rows), "")),
    )


def _grounded_row(question: Question, writer: Writer, image: str | None) -> JsonRow:
    """The messages with placeholders, and as many objects as there are placeholders; no ``objects`` without any."""
    names: list[str] = []
    boxes: list[list[float]] = []
    lines = []
    for number, step in enumerate(question.steps, start=1):
        words = [f"{number}. {step.text}"]
        for region in step.regions:
            names.append(writer.name(region, question.language))
            boxes.append(list(region.box))
            words.append("<ref-object><bbox>")
        words += [writer.quotation(quote, question.language) for quote in step.quotes]
        lines.append(" ".join(words))
    told = Told(question, Conversation(writer.prompt(question), writer.reply(question, lines)), image)
    if not boxes:
        return messages_row(told)
    objects = {"ref": names, "bbox": boxes, "bbox_type": "real", "image_id": [0] * len(boxes)}
    return {**messages_row(told), "objects": objects}
