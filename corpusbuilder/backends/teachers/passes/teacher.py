"""A vision-language model as a teacher: from a unit to requests, and from answers to drafts."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from corpusbuilder.backends.models.base import Message
from corpusbuilder.backends.models.calls import POSTPONED, Calls
from corpusbuilder.backends.prompting.pagetext import visible
from corpusbuilder.backends.teachers.base import GenerationRequest, TeacherAnswer
from corpusbuilder.backends.teachers.passes.groups import Group, Outcome, group_for
from corpusbuilder.backends.teachers.passes.line import Line, all_of
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure, figures_to_ask_about
from corpusbuilder.backends.teachers.passes.prompting import (
    Opening,
    Pieces,
    shown_figure,
    shown_passages,
    system_message,
)
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.backends.teachers.passes.settings import PassSettings
from corpusbuilder.errors import RecordError
from corpusbuilder.records.text import shortened

__all__ = ["CIRCUMSTANCES", "PassSettings", "PassTeacher"]

CIRCUMSTANCES: Final = POSTPONED | {"endpoint_failed"}
"""Reasons that lie in the moment and not in the unit: it is asked about again in the next run."""


_LONGEST_FAILURE: Final = 240


class PassTeacher:
    """Writes drafts in three passes for each figure of a unit, and for its text.

    Args:
        calls: ways to ask the model.
        settings: which questions, and how many at once.
    """

    task: ClassVar[str] = "teacher"

    def __init__(self, calls: Calls, settings: PassSettings) -> None:
        self._calls = calls
        self._settings = settings

    async def draft(self, request: GenerationRequest, order: int) -> TeacherAnswer:
        """The drafts for one request.

        Args:
            request: the unit and what is wanted.
            order: its place among the requests; those of one unit are sent side by side.

        Raises:
            ConfigError: a prompt is missing or does not render.
            BackendError, BudgetReachedError: the model cannot be asked any more. Calls in flight have then ended.
        """
        if not request.prompts:
            return TeacherAnswer(unit_id=request.unit.id)
        line = Line(self._calls)
        groups = list(self._groups(request, order))
        results = await all_of([group.work(line) for group in groups])
        return _answer(request, groups, results)

    def _groups(self, request: GenerationRequest, order: int) -> Iterator[Group]:
        """The figures about which anything can be asked, then the text."""
        pieces = Pieces(request.prompts)
        system, material = system_message(pieces), Material(request.unit)
        passages = shown_passages(pieces, material)
        about: list[ShownFigure | None] = []
        if request.per_figure:
            about += figures_to_ask_about(request.unit, images=self._settings.images)
        if request.per_unit and material.passages:
            about.append(None)
        for index, figure in enumerate(about):
            shown = Message("user", (passages, *shown_figure(pieces, figure)))
            unit = request.unit
            opening = Opening(
                pieces,
                (system, shown),
                self._settings.sampling,
                unit.document.id,
                unit.id,
                (order, index),
                subject="figure" if figure else "text",
            )
            group = group_for(Scope(material, figure, request.language), opening, request, self._settings)
            if group is not None:
                yield group


def _answer(
    request: GenerationRequest, groups: Sequence[Group], results: Sequence[Outcome | RecordError]
) -> TeacherAnswer:
    outcomes = [Outcome(failures=(r,), notes=(r.message,)) if isinstance(r, RecordError) else r for r in results]
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    drafts = tuple(draft for outcome in outcomes for draft in outcome.drafts)
    for failure in failures:
        if failure.reason_code in CIRCUMSTANCES:
            return TeacherAnswer(unit_id=request.unit.id, failure=failure.reason_code, message=failure.message)
    if failures and not drafts:
        message = shortened(failures[0].message, _LONGEST_FAILURE)
        if len(failures) > 1:
            message += f" ({len(failures)} of its calls came to nothing; corpusbuilder ledger export shows them)"
        return TeacherAnswer(unit_id=request.unit.id, failure=failures[0].reason_code, message=message)
    notes = [note for group, outcome in zip(groups, outcomes, strict=True) for note in _notes(group.scope, outcome)]
    return TeacherAnswer(unit_id=request.unit.id, drafts=drafts, notes=(*_unseen(groups), *notes))


def _notes(scope: Scope, outcome: Outcome) -> Iterator[str]:
    """The notes on a group, each with its place in the book."""
    document = scope.material.unit.document
    if scope.figure is None:
        place = f"the text from page {min(p.page for p in scope.material.passages)}"
    else:
        figure = scope.figure.figure
        number = shortened(visible(figure.number or "")) or "without a number"
        place = f"figure {number} on page {figure.page_no}"
    for note in outcome.notes:
        yield f"{document.file_name}, {place}: {note}"


def _unseen(groups: Sequence[Group]) -> Iterator[str]:
    """What the teacher was not shown for want of room."""
    for material in {id(group.scope.material): group.scope.material for group in groups}.values():
        if material.left_out:
            yield f"{material.unit.document.file_name}: {material.left_out} passages of a unit found no room"
    for group in groups:
        if group.scope.elements.left_out:
            yield from _notes(group.scope, Outcome(notes=(f"{group.scope.elements.left_out} elements found no room",)))
