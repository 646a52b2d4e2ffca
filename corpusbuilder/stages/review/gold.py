"""Hidden gold tasks: examples whose right decision is known, shown among the others to see how careful people are."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

from corpusbuilder.backends.grounders.diagram import element_polygon
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure, Passage, Unit
from corpusbuilder.records.evidence import ElementCitation, QuoteCitation, RegionEvidence, SpanEvidence
from corpusbuilder.records.example import Example, GroundedExample, ReasoningStep, StepKind, VerifiedExample
from corpusbuilder.records.geometry import make_box, union
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.review import ReviewedExample, Shown, version_of
from corpusbuilder.records.text import contains, content_stems, stems
from corpusbuilder.stages.review.agreement import outlines_iou

Element: TypeAlias = DiagramLabel | Connector | Region
Fault: TypeAlias = Callable[[GroundedExample, Unit], Iterator[GroundedExample]]

_MOST_OVERLAP: Final = 0.3
"""Evidence that was moved may cover this much of what it covered before (intersection over union)."""
_MOST_SHARED: Final = 0.5
"""A sentence that has at least this share of the answer's words might support it."""
_LEAST_WORDS: Final = 5
_SENTENCE: Final = re.compile(r"\S[^.!?…]*(?:[.!?…](?!\s)[^.!?…]*)*[.!?…]+[»”\"’)]*(?=\s|\Z)")
_DECISION: Final[dict[str, Literal["accept", "correct", "reject"]]] = {
    "accepted": "accept",
    "corrected": "correct",
    "rejected": "reject",
}


def planted(record: VerifiedExample, unit: Unit) -> Shown | None:
    """A supported example with one known error, which a careful person notices and a glance misses.

    One of: another choice stands as the answer and in the last step; the regions of a step lie on other elements of
    the figure; a step quotes another sentence. Which one depends on the id alone. The expected decision is ``reject``,
    the reference the unbroken example under its own id.

    Returns:
        None where the example is not supported, or none of these errors can be made in it.
    """
    if not record.accepted:
        return None
    faults: tuple[Fault, ...] = (_other_choice, _moved_regions, _other_sentence)
    first = _hash("fault", record.id) % len(faults)
    for fault in (*faults[first:], *faults[:first]):
        found = sorted(fault(record.grounded, unit), key=lambda broken: _hash(record.id, broken.model_dump_json()))
        if found:
            return _gold(found[0], "reject", record.grounded)
    return None


def known(reviewed: ReviewedExample, as_shown: GroundedExample) -> Shown | None:
    """A reviewed example as a gold task for those who have not seen it; None where people differ.

    Args:
        reviewed: settled by an adjudicator, or by several people alike: who calls this sees to it.
        as_shown: the version that they saw.
    """
    expected = _DECISION.get(reviewed.status)
    if expected is None:
        return None
    return _gold(as_shown, expected, None if expected == "reject" else reviewed.verified.grounded)


def choose_gold(candidates: Iterable[Shown], number: int, seed: int) -> list[Shown]:
    """As many gold tasks as asked for, or all there are: kinds in turn, spread over documents and question types.

    The kinds are planted errors and examples known to be right, to need a correction, or to be wrong: an annotator who
    always decides the same is found out. No question is chosen twice.

    Args:
        candidates: all that could be used, in any order.
        number: how many to choose.
        seed: another seed, another choice.
    """
    groups: dict[tuple[str, bool], list[Shown]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda task: (_hash("gold", str(seed), task.key), task.version)):
        groups[str(candidate.expected), candidate.reference is None].append(candidate)
    chosen: list[Shown] = []
    taken, used = Counter[tuple[str, bool]](), Counter[tuple[str, ...]]()
    while groups and len(chosen) < number:
        group = min(groups, key=lambda name: (taken[name], name))
        place = min(range(len(groups[group])), key=lambda i: (_crowding(groups[group][i], used), i))
        task = groups[group].pop(place)
        if not groups[group]:
            del groups[group]
        if not used[_question(task)]:
            chosen.append(task)
            taken[group] += 1
            used.update((_question(task), *_traits(task)))
    return chosen


def _crowding(task: Shown, used: Counter[tuple[str, ...]]) -> int:
    return sum(used[trait] for trait in _traits(task))


def _traits(task: Shown) -> tuple[tuple[str, ...], ...]:
    example = task.grounded.example
    return ("document", example.document_id), ("type", example.question_type.value)


def _question(task: Shown) -> tuple[str, ...]:
    return "question", task.grounded.example.document_id, task.grounded.example.question


def _gold(
    shown: GroundedExample, expected: Literal["accept", "correct", "reject"], reference: GroundedExample | None
) -> Shown:
    """A gold task under an id that looks like any other and that nobody can tell from one."""
    prefix = shown.id.rpartition("-")[0] or "ex"
    key = content_id(prefix, "gold", shown.id)
    disguised = shown.model_copy(update={"example": shown.example.model_copy(update={"id": key})})
    return Shown(
        key=key,
        version=version_of(disguised),
        purpose="gold",
        grounded=disguised,
        expected=expected,
        reference=reference,
    )


def _other_choice(record: GroundedExample, _: Unit) -> Iterator[GroundedExample]:
    """Another choice, in the answer and in the last step alike. Not one that the last step names anyway."""
    example = record.example
    if not example.steps or example.answer not in example.choices:
        return
    last = example.steps[-1]
    named = re.compile(rf"(?<!\w){re.escape(example.answer)}(?!\w)")
    for other in example.choices:
        if other != example.answer and named.search(last.text) and not contains(stems(last.text), stems(other)):
            # Escaped for the template of a substitution, where a backslash would have a meaning.
            text = named.sub(other.replace("\\", r"\\"), last.text)
            steps = (*example.steps[:-1], last.model_copy(update={"text": text}))
            # Whoever sees why a choice is tempting would see that the answer is one.
            distractors = tuple(d for d in example.distractors if d.text != other)
            yield _with(record, {"answer": other, "steps": steps, "distractors": distractors})


def _moved_regions(record: GroundedExample, unit: Unit) -> Iterator[GroundedExample]:
    """Regions of a step on other elements of the same kinds, which are not what the step names."""
    for step, grounding in zip(record.example.steps, record.groundings, strict=True):
        regions = [e for e in grounding.evidence if isinstance(e, RegionEvidence)]
        figure = unit.figure(regions[0].figure_id) if len(regions) == 1 else None
        if step.kind is not StepKind.PERCEIVE or figure is None:
            continue
        moved = _moved(regions[0], figure, step)
        if moved is not None:
            evidence = tuple(moved if e is regions[0] else e for e in grounding.evidence)
            citation = ElementCitation(figure_id=figure.id, element_ids=moved.element_ids)
            kept = tuple(c for c in step.citations if not isinstance(c, ElementCitation))
            yield _with_step(record, step.model_copy(update={"citations": (citation, *kept)}), evidence)


def _moved(region: RegionEvidence, figure: Figure, step: ReasoningStep) -> RegionEvidence | None:
    elements = [e for e in map(figure.diagram.element, region.element_ids) if e is not None]
    said = stems(step.text)
    named = {name for name in _names(elements, figure) if contains(said, name)}
    others = _others(elements, figure, named)
    shapes = {e.id: element_polygon(e, figure) for e in others}
    polygons = tuple(shape for shape in shapes.values() if shape is not None)
    is_wrong = bool(others) and bool(named - _names(others, figure))
    if not is_wrong or len(polygons) < len(shapes) or outlines_iou(region.polygons, polygons) > _MOST_OVERLAP:
        return None
    box = make_box(*union((x, y, x, y) for polygon in polygons for x, y in polygon))
    return region.model_copy(update={"element_ids": tuple(shapes), "polygons": polygons, "box": box})


def _others(cited: Sequence[Element], figure: Figure, named: Collection[tuple[str, ...]]) -> list[Element]:
    """As many other arrows as are cited, with their ends; or parts, with their names; or labels. Empty: too few."""
    kind = next((k for k in (Connector, Region, DiagramLabel) if any(isinstance(e, k) for e in cited)), None)
    if kind is None:
        return []
    number = sum(isinstance(e, kind) for e in cited)
    taken = {e.id for e in cited}
    groups = [_group(e, figure) for e in figure.diagram.elements() if isinstance(e, kind) and e.id not in taken]
    fitting = [group for group in groups if any(isinstance(e, DiagramLabel) for e in group)]
    fitting.sort(key=lambda g: (len(_names(g, figure) & set(named)), _hash(*sorted(taken), g[0].id)))
    if len(fitting) < number:
        return []
    return list({e.id: e for group in fitting[:number] for e in group}.values())


def _group(element: Element, figure: Figure) -> list[Element]:
    """An element with the labels that belong to it."""
    ids: tuple[str | None, ...] = ()
    if isinstance(element, Connector):
        ids = element.tail_id, element.head_id, element.label_id
    elif isinstance(element, Region):
        ids = (element.label_id,)
    labels = (figure.diagram.element(label_id) for label_id in ids if label_id)
    return [element, *(label for label in labels if isinstance(label, DiagramLabel))]


def _names(elements: Iterable[Element], figure: Figure) -> set[tuple[str, ...]]:
    """The stems of the names of labels among ``elements`` or at them."""
    every = (e for element in elements for e in _group(element, figure))
    return {stems(e.name) for e in every if isinstance(e, DiagramLabel)} - {()}


def _other_sentence(record: GroundedExample, unit: Unit) -> Iterator[GroundedExample]:
    """A step that quotes another sentence of the same passage, one that does not say what the answer says."""
    quoted = [e for g in record.groundings for e in g.evidence if isinstance(e, SpanEvidence)]
    for step, grounding in zip(record.example.steps, record.groundings, strict=True):
        spans = [e for e in grounding.evidence if isinstance(e, SpanEvidence)]
        passage = unit.passage(spans[0].passage_id) if len(spans) == 1 else None
        if step.kind is not StepKind.READ or passage is None or step.text.count(spans[0].quote) != 1:
            continue
        for start, end in _sentences(passage, quoted, record.example):
            quote = passage.text[start:end]
            span = spans[0].model_copy(update={"start": start, "end": end, "quote": quote})
            evidence = tuple(span if e is spans[0] else e for e in grounding.evidence)
            kept = tuple(c for c in step.citations if not isinstance(c, QuoteCitation))
            citations = (QuoteCitation(passage_id=passage.id, quote=quote), *kept)
            text = step.text.replace(spans[0].quote, quote)
            yield _with_step(record, step.model_copy(update={"text": text, "citations": citations}), evidence)


def _sentences(passage: Passage, quoted: Iterable[SpanEvidence], example: Example) -> Iterator[tuple[int, int]]:
    """Whole sentences of a passage that the example does not quote and that do not say its answer."""
    used = [(e.start, e.end) for e in quoted if e.passage_id == passage.id]
    answer = set(content_stems(example.answer, example.language))
    for match in _SENTENCE.finditer(passage.text):
        start, end = match.span()
        words = stems(match[0])
        is_free = all(end <= a or b <= start for a, b in used)
        shared = len(answer.intersection(words)) / len(answer) if answer else 1.0
        if is_free and len(words) >= _LEAST_WORDS and match[0][0].isupper() and shared < _MOST_SHARED:
            yield start, end


def _with(record: GroundedExample, fields: dict[str, object]) -> GroundedExample:
    return record.model_copy(update={"example": record.example.model_copy(update=fields)})


def _with_step(
    record: GroundedExample, step: ReasoningStep, evidence: tuple[RegionEvidence | SpanEvidence, ...]
) -> GroundedExample:
    """The record with this step instead, and this evidence for it; candidates would tell what was there before."""
    steps = tuple(step if s.index == step.index else s for s in record.example.steps)
    changed = {"evidence": evidence, "candidates": (), "unresolved": ()}
    groundings = tuple(g.model_copy(update=changed) if g.step == step.index else g for g in record.groundings)
    return _with(record, {"steps": steps}).model_copy(update={"groundings": groundings})


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest())
