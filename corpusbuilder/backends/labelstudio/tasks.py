"""Examples as tasks of Label Studio: what the page shows, and as a prediction what is already there to be corrected.

Shapes are percent of the figure's image, spans offsets in the joined passages as the server counts them. The ids of
the results say what they are, and come back with the annotation: ``question``, ``text_0``, ``kind_0``; ``r2-0-1`` the
second polygon of the first evidence of step 2, ``t2-0`` a span; the same with ``c`` before it for candidates. The page
makes style classes of them: a dot would leave a span without its colour.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.backends.labelstudio.page import NO_KEY, colour, page_language, pale, words
from corpusbuilder.backends.labelstudio.passage import Joined, figure_on_page, join_passages, passages_on_page
from corpusbuilder.backends.labelstudio.shapes import box_percent, polygon_percent
from corpusbuilder.backends.labelstudio.stamp import CONTROL, stamp
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Figure, ImageAsset, Unit
from corpusbuilder.records.evidence import Evidence, RegionEvidence, SpanEvidence
from corpusbuilder.records.example import GroundedExample, StepGrounding
from corpusbuilder.records.geometry import Polygon, box_polygon, union
from corpusbuilder.records.review import Shown
from corpusbuilder.records.verdict import CheckResult, Verdict

MODEL_VERSION: Final = "corpusbuilder"
"""The same for all predictions: the server shows those of one version only."""
NO_FIGURE: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
"""One transparent pixel: the page has an image whether or not it shows one."""
UNLISTED: Final = (
    "example_id",
    "document_id",
    "version",
    "language",
    "note",
    "labels",
    "span_labels",
    "figure",
    "caption",
    "passage",
    "steps",
)
"""What of a task's data a list of tasks need not show; the question, the book and the reason remain."""
_LETTERS: Final = tuple("qwetyiosdfgjklzbnm")
"""Letters that neither decisions (a, c, x) nor tools (r, p, v, h, u) use."""
FIGURE_KEYS: Final = (*"1234567890", *reversed(_LETTERS))
"""Hotkeys of the steps in the figure; in the text, too, where there is no figure."""
TEXT_KEYS: Final = _LETTERS
"""Hotkeys of the steps in the text beside a figure."""
_BRACKETED_ID: Final = re.compile(r" ?\([^()]*\b[a-z]{2,4}-[0-9a-f]{20}\b[^()]*\)")

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the server imports it."""

    data: dict[str, Any]
    """What the page shows."""
    prediction: dict[str, Any]
    """What is already marked and written, to be corrected: ``model_version``, ``score`` and ``result``."""

    def as_json(self) -> dict[str, JsonValue]:
        """The task with its prediction, for an import."""
        return {"data": self.data, "predictions": [self.prediction]}


def build_task(
    shown: Shown,
    verdict: Verdict | None,
    unit: Unit,
    *,
    language: str,
    image_url: Callable[[ImageAsset], str],
) -> Task:
    """What an annotator sees of an example.

    Args:
        shown: the version that is sent.
        verdict: what the checks say of it; not shown where the purpose is to test them or the annotator.
        unit: of which the example is.
        language: of the page (BCP 47), not of the example.
        image_url: where the server finds an image.

    Raises:
        RecordError: ``invalid_task``, something of it cannot be drawn.
    """
    why = reasons(verdict if shown.purpose == "withheld" else None, language)
    page = _Page(shown, unit, page_language(language), why)
    return Task(
        data={**page.data(), "figure": page.image(image_url)},
        prediction={
            "model_version": MODEL_VERSION,
            "score": _score(verdict) if shown.purpose == "withheld" else 1.0,
            "result": [*page.fields(), *page.marks()],
        },
    )


def reasons(verdict: Verdict | None, language: str) -> tuple[str, ...]:
    """Why an example is shown, in plain words.

    Args:
        verdict: what the checks found; None when it is shown for another reason.
        language: of the page.
    """
    known = page_language(language)
    open_checks = [check for check in verdict.checks if check.outcome != "pass"] if verdict else []
    if not open_checks or (verdict and verdict.label == "supported"):
        return (str(words(known)["task"]["neutral"]),)
    return tuple(dict.fromkeys(_reason(check, known) for check in open_checks))


def _reason(check: CheckResult, language: str) -> str:
    said = words(language)
    general = said["checks"].get(check.name, check.name)
    if language == "en":
        reason = _without_ids(check.reason) or general
    elif any(character in check.reason for character in '"0123456789'):
        reason = said["task"]["detail"].format(sentence=general.rstrip("."), detail=_without_ids(check.reason))
    else:
        reason = general
    if check.step is not None:
        return str(said["task"]["step_reason"].format(number=check.step, reason=reason))
    return reason[:1].upper() + reason[1:]


def _score(verdict: Verdict | None) -> float:
    """The share of the checks that passed."""
    checks = verdict.checks if verdict else ()
    return round(sum(check.outcome == "pass" for check in checks) / len(checks), 4) if checks else 0.0


class _Page:
    """An example as it stands on the page."""

    def __init__(self, shown: Shown, unit: Unit, language: str, why: Sequence[str]) -> None:
        self.shown = shown
        self.grounded: GroundedExample = shown.grounded
        self.example = shown.grounded.example
        self.unit = unit
        self.words: dict[str, str] = words(language)["task"]
        self.figure: Figure | None = figure_on_page(self.example, unit)
        self.joined: Joined = join_passages(passages_on_page(self.example, unit))
        self.why = "\n".join(why)
        self.notes = tuple(self._notes())

    def data(self) -> dict[str, Any]:
        """All that the page shows, but for the image."""
        in_figure, in_text = _keys(len(self.example.steps), has_figure=self.figure is not None)
        return {
            "example_id": self.shown.key,
            "document_id": self.example.document_id,
            "version": self.shown.version,
            "language": self.example.language,
            "question": self.example.question,
            "book": self._book(),
            "why": self.why,
            "note": "\n".join(self.notes),
            "labels": self._labels(in_figure),
            "span_labels": self._labels(in_text),
            "caption": (self.figure.caption if self.figure else None) or " ",
            "passage": self.joined.text or " ",
            "steps": [{"name": self._step_name(step.index, step.premises)} for step in self.example.steps],
        }

    def image(self, url: Callable[[ImageAsset], str]) -> str:
        """Where the image of the page is."""
        return url(self.figure.image) if self.figure else NO_FIGURE

    def fields(self) -> Iterator[Result]:
        """What is written and ticked."""
        yield _result(stamp(self.shown.version), "choices", CONTROL, "passage", {"choices": self._parts()})
        yield _text("question", self.example.question)
        yield _text("answer", self.example.answer)
        if self.example.choices:
            yield _text("choices", "\n".join(map(_in_one_line, self.example.choices)))
        for place, step in enumerate(self.example.steps):
            yield _text(f"text_{place}", step.text, target=f"step_{place}")
            yield _choice(f"kind_{place}", step.kind.value, target=f"step_{place}")

    def marks(self) -> Iterator[Result]:
        """Evidence and candidates, and of a step that was both seen and read one line between the two."""
        relations: list[Result] = []
        for grounding in self.grounded.groundings:
            regions: list[str] = []
            spans: list[str] = []
            for place, evidence in enumerate(grounding.evidence):
                mine = spans if isinstance(evidence, SpanEvidence) else regions
                for number, result in enumerate(self._drawn(evidence, grounding.step, place, candidate=False)):
                    if not number:
                        mine.append(result["id"])
                    yield result
            for place, candidate in enumerate(grounding.candidates):
                yield from self._drawn(candidate, grounding.step, place, candidate=True)
            if regions and spans:
                relations.append(_relation(regions[0], spans[0]))
        yield from relations

    def _drawn(self, evidence: Evidence, step: int, place: int, *, candidate: bool) -> Iterator[Result]:
        """The results that draw one piece of evidence; none when the page does not show where it is."""
        label, prefix = (f"{step}?", "c") if candidate else (str(step), "")
        if not self._is_on_page(evidence):
            return
        if isinstance(evidence, SpanEvidence):
            start, end = self.joined.place(evidence.passage_id, evidence.start, evidence.end)
            value = {"start": start, "end": end, "text": self.joined.text[start:end], "labels": [label]}
            yield _result(f"{prefix}t{step}-{place}", "labels", "span", "passage", value)
        elif self.figure:
            size = (self.figure.image.width, self.figure.image.height)
            for number, polygon in enumerate(evidence.polygons or (box_polygon(evidence.box),)):
                yield from _shape(f"{prefix}r{step}-{place}-{number}", polygon, label, size)

    def _is_on_page(self, evidence: Evidence) -> bool:
        if isinstance(evidence, RegionEvidence):
            return self.figure is not None and evidence.figure_id == self.figure.id
        return any(
            known == evidence.passage_id and 0 <= evidence.start < evidence.end <= ends - begins
            for known, begins, ends in self.joined.starts
        )

    def _parts(self) -> list[str]:
        """Which parts of the page are shown."""
        present = {
            "figure": self.figure is not None,
            "passage": bool(self.joined.text),
            "choices": bool(self.example.choices),
            "note": bool(self.notes),
        }
        return [name for name, is_there in present.items() if is_there]

    def _labels(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """A label per step, and a pale one, never drawn with, per step that has candidates."""
        labels: list[dict[str, Any]] = []
        for place, grounding in enumerate(self.grounded.groundings):
            shade = colour(grounding.step)
            labels.append({"value": str(grounding.step), "background": shade, "hotkey": keys[place]})
            if grounding.candidates:
                labels.append(
                    {"value": f"{grounding.step}?", "background": pale(shade), "hotkey": NO_KEY, "visible": False}
                )
        return labels

    def _step_name(self, number: int, premises: tuple[int, ...]) -> str:
        if premises:
            return self.words["premises"].format(number=number, premises=", ".join(map(str, premises)))
        return self.words["step"].format(number=number)

    def _book(self) -> str:
        """Where it stands. Not called ``source``: the server gives tasks a field of that name."""
        passages = passages_on_page(self.example, self.unit)
        number = self.figure.page_no if self.figure else passages[0].page_no if passages else 1
        printed = next((page.label for page in self.unit.document.pages if page.page_no == number), None)
        return self.words["book"].format(title=self.unit.document.title, page=printed or number)

    def _notes(self) -> Iterator[str]:
        """What the page cannot show, and what could not be found."""
        if self.example.figure_ids and not self.figure:
            yield self.words["lost_figure"]
        if others := self.example.figure_ids[1:]:
            yield self.words["other_figures"].format(names=", ".join(map(self._figure_name, others)))
        for grounding in self.grounded.groundings:
            yield from self._notes_on(grounding)

    def _notes_on(self, grounding: StepGrounding) -> Iterator[str]:
        for problem in map(_without_ids, grounding.unresolved):
            if problem not in self.why:
                yield self.words["unresolved"].format(number=grounding.step, problem=problem)
        if not all(self._is_on_page(evidence) for evidence in grounding.evidence):
            yield self.words["elsewhere"].format(number=grounding.step)

    def _figure_name(self, figure_id: str) -> str:
        figure = self.unit.figure(figure_id)
        if figure is None:
            return figure_id
        return figure.number or self.words["unnamed_figure"].format(page=figure.page_no)


def _keys(steps: int, *, has_figure: bool) -> tuple[list[str], list[str]]:
    """A hotkey per step for the figure and one for the text, all different; none where they do not suffice."""
    first, second = (FIGURE_KEYS, TEXT_KEYS) if has_figure else ((), FIGURE_KEYS)
    in_figure = [first[place] if place < len(first) else NO_KEY for place in range(steps)]
    free = [key for key in second if key not in in_figure]
    return in_figure, [free[place] if place < len(free) else NO_KEY for place in range(steps)]


def _in_one_line(choice: str) -> str:
    """The choice as the field shows it, where every line is one: a line break becomes a blank."""
    return " ".join(choice.split()) if len(choice.splitlines()) > 1 else choice


def _without_ids(sentence: str) -> str:
    """The sentence without ids in brackets, which say nothing to an annotator."""
    return _BRACKETED_ID.sub("", sentence)


def _shape(identity: str, polygon: Polygon, label: str, size: tuple[int, int]) -> Iterator[Result]:
    """The two results of a shape: where it is, and of which step.

    Raises:
        RecordError: it cannot be drawn.
    """
    if len(polygon) < 3 or min(size) <= 0:
        raise RecordError(
            "invalid_task", f"{identity}: a polygon of {len(polygon)} points on an image of {size} pixels"
        )
    box = union((x, y, x, y) for x, y in polygon)
    is_box = len(polygon) == 4 and set(polygon) == set(box_polygon(box))
    kind, name = ("rectangle", "box") if is_box else ("polygon", "polygon")
    value: dict[str, Any] = dict(box_percent(box, size) if is_box else polygon_percent(polygon, size))
    image = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    yield _result(identity, kind, name, "figure", value) | image
    yield _result(identity, "labels", "region", "figure", {**value, "labels": [label]}) | image


def _text(name: str, text: str, target: str = "passage") -> Result:
    return _result(name, "textarea", name, target, {"text": [text]})


def _choice(name: str, *values: str, target: str = "passage") -> Result:
    return _result(name, "choices", name, target, {"choices": list(values)})


def _result(identity: str, kind: str, name: str, target: str, value: dict[str, Any]) -> Result:
    return {"id": identity, "type": kind, "from_name": name, "to_name": target, "value": value}


def _relation(region: str, span: str) -> Result:
    return {"type": "relation", "from_id": region, "to_id": span, "direction": "bi", "labels": []}
