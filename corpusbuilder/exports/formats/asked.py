"""Examples as an evaluation puts them to a model: what it is shown, what it is asked, and what is right."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.formats.choices import choice_problem, is_choice_question
from corpusbuilder.exports.images import image_bytes
from corpusbuilder.exports.safetext import SafeText
from corpusbuilder.store.release import ReleaseFolder

_COLUMNS: Final = (
    "id", "document_id", "language", "question", "question_type", "answer", "answer_type", "choices", "image",
    "figure_id", "context", "steps",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that belongs to it, in texts that no model takes for control tokens."""

    id: str
    document_id: str
    language: str
    question: str
    question_type: str
    answer: str
    answer_type: str
    choices: tuple[str, ...]
    """Empty for an open question; else one of them equals ``answer``."""
    passages: tuple[str, ...]
    """Texts given with the question, each with its heading on a line before it."""
    image: bytes | None


class AskedQuestions:
    """The examples of a release that can be asked; the others are counted in ``left_out`` by the reason."""

    def __init__(self, release: ReleaseFolder, options: ExportOptions) -> None:
        self.left_out: Counter[str] = Counter()
        self.safe = SafeText()
        self._release = release
        self._options = options

    def of(self, split: str) -> Iterator[Asked]:
        """The questions of a split, few at a time in memory.

        Raises:
            StorageError: the release cannot be read, or lacks an image.
        """
        for row in self._release.rows("examples", split=split, columns=_COLUMNS):
            row["choices"] = [self.safe(choice) for choice in row["choices"]]
            row["question"], row["answer"] = self.safe(row["question"]), self.safe(row["answer"])
            problem = self._problem(row)
            if problem:
                self.left_out[problem] += 1
            else:
                yield self._asked(row)

    def _problem(self, row: Mapping[str, Any]) -> str | None:
        if any(region["figure_id"] != row["figure_id"] for step in row["steps"] for region in step["regions"]):
            return "they need a second figure, and the format shows one"
        if not self._options.passages and any(step["spans"] for step in row["steps"]):
            return "they are answered from a passage, and passages are not given"
        if not row["question"] or not row["answer"]:
            return "their question or answer is empty"
        return choice_problem(row) if is_choice_question(row) else None

    def _asked(self, row: Mapping[str, Any]) -> Asked:
        given = row["context"] if self._options.passages else ()
        return Asked(
            id=self.safe(row["id"]),
            document_id=self.safe(row["document_id"]),
            language=self.safe(row["language"] or ""),
            question=row["question"],
            question_type=self.safe(row["question_type"]),
            answer=row["answer"],
            answer_type=row["answer_type"],
            choices=tuple(row["choices"]),
            passages=tuple(
                "\n".join(filter(None, (self.safe(p["heading"] or ""), self.safe(p["text"])))) for p in given
            ),
            image=image_bytes(row) if row["figure_id"] else None,
        )
