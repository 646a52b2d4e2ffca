"""Writes a question, and the reasoning that answers it, as the two turns of a conversation.

The wording stands in ``prompts/export``; what has a fixed form stands here: boxes as the target writes them, the tags
``<memory>`` and ``<reason>`` before a step (Jin et al. 2024, arXiv 2411.13504), indices of visual tokens.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, TypeAlias

from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.examples import Question, Quote, Region, Shown, Step, letter
from corpusbuilder.exports.targets import Target, find_target
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records.prompt import Prompt

Tokens: TypeAlias = tuple[tuple[int, ...], ...]
_LANGUAGES: Final = ("en", "fr")
_TASK: Final = "export"
NOT_READ: Final = "the target's processor does not read an image of their figure's proportions"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words around what an example says, in its language."""

    prompts: Mapping[str, Mapping[str, Prompt]] = field(
        default_factory=lambda: {language: load_prompts(_TASK, language) for language in _LANGUAGES}
    )
    """By language and name."""

    def __call__(self, name: str, language: str, **values: object) -> str:
        """The text called ``name`` with ``values``; in English where it is in neither language."""
        prompts = self.prompts.get(language[:2].lower(), self.prompts["en"])
        return rendered(prompts[name], **values).strip()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question and its answer as a trainer sees them."""

    prompt: str
    """Without a token for the image."""
    reply: str
    tokens: Tokens = ()
    """Of each step, the indices of the visual tokens that show it; empty unless these were asked for."""
    grid: tuple[int, int] | None = None
    """Rows and columns of visual tokens."""


class Writer:
    """Writes conversations under the options of an export."""

    def __init__(self, options: ExportOptions, *, boxes: bool = True) -> None:
        """Find the target.

        Args:
            options: of the export.
            boxes: write the boxes of a grounded trace; False for a format that has its own place for them.

        Raises:
            UsageError: there is none of this name, or it cannot be had with this trace.
        """
        self.options = options
        self.target: Target | None = None
        if (options.trace == "grounded" and boxes) or options.trace == "visual_tokens":
            self.target = find_target(options)
        if self.target and options.trace == "visual_tokens":
            self.target.view((256, 256))  # says now, not after an hour, that this family's tokens are not known
        self._wording = Wording()

    def holds(self, question: Question) -> bool:
        """Whether the figure of ``question`` can be written about at all."""
        return not (self.target and question.figure) or self.target.holds(question.figure.size)

    def prompt(self, question: Question) -> str:
        """What the user says."""
        return self._wording(
            "question",
            question.language,
            question=question.question,
            choices=[(letter(place), choice) for place, choice in enumerate(question.choices)],
            passages=question.passages,
            caption=question.caption,
            figure=question.figure is not None,
            trace=self.options.trace,
        )

    def conversation(self, question: Question) -> Conversation:
        """Both turns; the figure must be one that the writer `holds`."""
        grid, tokens = self._tokens(question)
        return Conversation(self.prompt(question), self.reply(question, self._lines(question, tokens)), tokens, grid)

    def lines(self, question: Question) -> list[str]:
        """The steps, each in a line; none when only the answer is wanted."""
        return self._lines(question, self._tokens(question)[1])

    def _lines(self, question: Question, tokens: Tokens) -> list[str]:
        trace = self.options.trace
        if trace == "answer":
            return []
        if trace == "tagged":
            return [f"{'<memory>' if step.kind == 'recall' else '<reason>'} {step.text}" for step in question.steps]
        lines = []
        for number, step in enumerate(question.steps, start=1):
            words = [f"{number}. {step.text}"]
            if trace == "grounded":
                words += self._evidence(step, question.figure, question.language)
            elif tokens and tokens[number - 1]:
                words.append(self._wording("tokens", question.language, runs=runs(tokens[number - 1])))
            lines.append(" ".join(words))
        return lines

    def reply(self, question: Question, lines: Iterable[str]) -> str:
        """What the assistant says: the steps, each a line, and the answer."""
        return self._wording(
            "reply", question.language, steps=list(lines), answer=question.answer, trace=self.options.trace
        )

    def quotation(self, quote: Quote, language: str) -> str:
        """A quotation with the number of the passage that it is from."""
        return self._wording("passage", language, number=quote.number, quote=quote.text)

    def name(self, region: Region, language: str) -> str:
        """What a region is called."""
        return region.name or self._wording("unnamed", language)

    def _tokens(self, question: Question) -> tuple[tuple[int, int] | None, Tokens]:
        """Rows and columns of visual tokens, and those that show each step, where these are wanted."""
        if self.options.trace != "visual_tokens" or not (self.target and question.figure):
            return None, ()
        view = self.target.view(question.figure.size)
        return (view.rows, view.columns), tuple(
            tuple(sorted({token for region in step.regions for token in view.tokens(region.polygon)}))
            for step in question.steps
        )

    def _evidence(self, step: Step, figure: Shown | None, language: str) -> Iterator[str]:
        if self.target and figure and step.regions:
            boxes = [(self.name(region, language), region.box) for region in step.regions]
            yield self.target.written(boxes, figure.size)
        yield from (self.quotation(quote, language) for quote in step.quotes)


def runs(numbers: Iterable[int]) -> str:
    """Ascending numbers as runs: ``3-5 9 11-12``."""
    found = []
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        found.append(f"{members[0]}-{members[-1]}" if len(members) > 1 else str(members[0]))
    return " ".join(found)
