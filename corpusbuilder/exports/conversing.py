"""What the formats of conversations have in common: which examples they hold, and how these are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.examples import Question, Questions
from corpusbuilder.exports.jsonfiles import JsonRow, json_files
from corpusbuilder.exports.traces import NOT_READ, Conversation, Writer
from corpusbuilder.store.release import ReleaseFolder


@dataclass(frozen=True, slots=True)
class Told:
    """An example as a format of conversations takes it."""

    question: Question
    conversation: Conversation
    image: str | None
    """Place of its image, relative to the export; None without a figure."""

    def visual_tokens(self) -> dict[str, Any]:
        """Columns for the visual tokens of each step, as numbers to compute with; empty when none were asked for."""
        if self.conversation.grid is None:
            return {}
        steps = [list(tokens) for tokens in self.conversation.tokens]
        return {"visual_tokens": steps, "visual_grid": list(self.conversation.grid)}


AsRow: TypeAlias = Callable[[Told], JsonRow]


def conversation_row(told: Told) -> JsonRow:
    """As LLaVA and its heirs read it: ``{id, image, conversations: [{from, value}], …}``.

    An example without a figure has no ``image``.
    """
    image = {"image": told.image} if told.image else {}
    token = "<image>\n" if told.image else ""
    return {
        "id": told.question.id,
        **image,
        "conversations": [
            {"from": "human", "value": token + told.conversation.prompt},
            {"from": "gpt", "value": told.conversation.reply},
        ],
        **told.visual_tokens(),
    }


def messages_row(told: Told) -> JsonRow:
    """As OpenAI names roles and contents: ``{messages: [{role, content}], images: […], …}``."""
    token = "<image>" if told.image else ""
    return {
        "messages": [
            {"role": "user", "content": token + told.conversation.prompt},
            {"role": "assistant", "content": told.conversation.reply},
        ],
        "images": [told.image] if told.image else [],
        **told.visual_tokens(),
    }


def readable(questions: Questions, writer: Writer) -> Iterator[Question]:
    """The questions whose figure the target of ``writer`` can read; the others are counted as left out."""
    for question in questions:
        if writer.holds(question):
            yield question
        else:
            questions.left_out[NOT_READ] += 1


def export_conversations(
    release: ReleaseFolder,
    folder: Path,
    options: ExportOptions,
    *,
    form: Literal["list", "lines"],
    as_row: AsRow,
    usage: str,
    figures_first: bool = False,
    notes: tuple[str, ...] = (),
) -> ExportReport:
    """Write images once, and one JSON file for each split.

    Args:
        release: a full one.
        folder: there, and empty.
        options: of the export.
        form: a list, or one object a line.
        as_row: makes the object of one example.
        usage: what to type next, with ``{file}`` for the first file of examples.
        figures_first: examples without a figure follow after all others; see `JsonFiles`.
        notes: more to say.

    Raises:
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    writer = Writer(options)
    questions = Questions(release, options)
    places = questions.write_images(folder)
    with json_files(folder, form) as files:
        for question in readable(questions, writer):
            image = places[question.figure.id] if question.figure else None
            told = Told(question, writer.conversation(question), image)
            files.write(question.split, as_row(told), later=figures_first and image is None)
    return ExportReport(
        rows=files.rows,
        images=len(set(places.values())),
        left_out=dict(questions.left_out),
        notes=(*questions.safe.notes(), *target_notes(writer), *notes),
        usage=usage.replace("{file}", next(iter(files.rows), "")),
    )


def target_notes(writer: Writer) -> tuple[str, ...]:
    """Under which settings of the trainer the numbers of ``writer`` are right."""
    target = writer.target
    if target is None or not target.most:
        return ()
    if writer.options.trace == "grounded" and target.family.boxes.frame != "resized":
        return ()
    note = (
        f"the numbers hold for {target.name} with images of {target.least} to {target.most} pixels: train with "
        f"min_pixels={target.least} and max_pixels={target.most}, or export again with --min-pixels and --max-pixels"
    )
    return (note,)
