"""Mistakes in reading a figure."""

from collections.abc import Sequence
from dataclasses import replace

from corpusbuilder.backends.teachers.scripted.item import Item, Step, swapped
from corpusbuilder.backends.teachers.scripted.scene import Scene
from corpusbuilder.records.diagram import Connector
from corpusbuilder.records.example import StepKind

_ARROW_FORMS = frozenset({"arrow_to", "arrow_from", "arrow_which", "arrow_words", "arrow_true", "arrow_path"})


def reversed_arrow(item: Item, scene: Scene, pick: int) -> Item | None:  # noqa: ARG001 - a fault's signature
    """The whole example takes tail for head."""
    if item.plan.form not in _ARROW_FORMS:
        return None
    slots = item.plan.slots
    first, second = _ends(item)
    if scene.is_drawn(second, first) or (item.plan.form == "arrow_path" and scene.is_drawn(str(slots["asked"]), first)):
        return None
    turned = item.renamed(lambda text: swapped(text, [(first, second), (second, first)]))
    return replace(turned, wrong=tuple(first if choice == second else choice for choice in turned.wrong))


def _ends(item: Item) -> tuple[str, str]:
    """The names that change places."""
    slots = item.plan.slots
    if item.plan.form == "arrow_path":
        return str(slots["given"]), str(slots["middle"])
    if "tail" in slots:
        return str(slots["tail"]), str(slots["head"])
    given, asked = str(slots["given"]), str(slots["asked"])
    return (asked, given) if item.plan.form == "arrow_from" else (given, asked)


def nonexistent_arrow(item: Item, scene: Scene, pick: int) -> Item | None:
    """The example is about an arrow to an element to which none is drawn."""
    if item.plan.form not in {"arrow_to", "arrow_which", "arrow_true"}:
        return None
    tail, head = _ends(item)
    free = [label for label in scene.foreign_labels(item, pick) if not scene.is_drawn(tail, label.text)]
    place = next((p for p in item.places(StepKind.PERCEIVE) if len(item.steps[p].elements) >= 3), None)
    if not free or place is None:
        return None
    other = free[0]
    renamed = item.renamed(lambda text: swapped(text, [(head, other.text)]))
    step = renamed.steps[place]
    heads = {label.id for label in scene.labels if label.text == head}
    cited = [other.id if element in heads else element for element in step.elements]
    if pick % 2:
        connectors = {connector.id for connector in scene.connectors}
        cited = [element for element in cited if element not in connectors]
    wrong = tuple(head if choice == other.text else choice for choice in renamed.wrong)
    return replace(renamed, wrong=wrong).with_step(place, replace(step, elements=tuple(dict.fromkeys(cited))))


def wrong_element(item: Item, scene: Scene, pick: int) -> Item | None:
    """A step points at another label or arrow than the one it speaks of."""
    place = item.first(StepKind.PERCEIVE)
    if place is None:
        return None
    if pick % 2:
        place = item.places(StepKind.PERCEIVE)[-1]
    step = item.steps[place]
    known = {connector.id for connector in scene.connectors}
    arrows = [element for element in step.elements if element in known]
    if arrows and pick // 2 % 2 and (other := _other_arrow(scene.connectors, step, pick)):
        return item.with_step(
            place, replace(step, elements=tuple(other if e == arrows[0] else e for e in step.elements))
        )
    labels = {label.id for label in scene.labels}
    foreign = scene.foreign_labels(item, pick)
    mine = [element for element in step.elements if element in labels]
    if not foreign or not mine:
        return None
    elements = tuple(foreign[0].id if element == mine[-1] else element for element in step.elements)
    return item.with_step(place, replace(step, elements=elements))


def _other_arrow(connectors: Sequence[Connector], step: Step, pick: int) -> str | None:
    """An arrow between other ends."""
    cited = [c for c in connectors if c.id in step.elements]
    ends = {frozenset((c.tail_id, c.head_id)) for c in cited}
    free = [c.id for c in connectors if c.tail_id and c.head_id and frozenset((c.tail_id, c.head_id)) not in ends]
    return free[pick % len(free)] if free else None


def _shortened_list(item: Item) -> Item | None:
    """A list without its last item but one, with the step that saw it."""
    heads = item.plan.slots["heads"]
    if not isinstance(heads, tuple) or len(heads) < 3:
        return None
    *seen, last = item.steps
    gone = heads[-2]
    kept = [step for step in seen if gone not in step.text]
    answer = ", ".join(head for head in heads if head != gone)
    said = last.text.replace(f", {gone}", "").replace(f"{gone}, ", "")
    return replace(
        item, answer=answer, steps=(*kept, replace(last, text=said, premises=tuple(range(1, len(kept) + 1))))
    )


def invented_attribute(item: Item, scene: Scene, pick: int) -> Item | None:
    """Something is seen of an element that the drawing does not show."""
    if scene.author.view is None or item.form not in ("short", "multiple_choice") or len(scene.labels) < 2:
        return None
    kinds: list[dict[str, str]] = scene.author.words.table["attribute"]
    kind = kinds[pick % len(kinds)]
    one, other = scene.labels[pick % len(scene.labels)], scene.labels[(pick + 1) % len(scene.labels)]
    if "{other}" in kind["said"] and _joined(scene, one.id, other.id):
        return None  # an arrow between them may well show it
    slots = {"one": one.text, "other": other.text, "where": scene.author.view.where}
    pointed = (one.id, other.id) if "{other}" in kind["said"] else (one.id,)
    concluded = scene.author.words.table["hints"]["named"][0].format(answer=one.text)
    steps = (
        Step(scene.author.words.say("arrow_to", "label", {**slots, "label": one.text}), StepKind.PERCEIVE, (one.id,)),
        Step(kind["said"].format_map(slots), StepKind.PERCEIVE, pointed),
        Step(concluded, StepKind.INFER, premises=(1, 2)),
    )
    wrong = tuple(label.text for label in scene.labels if label is not one)[:3]
    wrong = wrong if item.form == "multiple_choice" else ()
    return replace(item, question=kind["question"].format_map(slots), answer=one.text, wrong=wrong, steps=steps)


def _joined(scene: Scene, one: str, other: str) -> bool:
    return any({one, other} == {connector.tail_id, connector.head_id} for connector in scene.connectors)


def wrong_count(item: Item, scene: Scene, pick: int) -> Item | None:  # noqa: ARG001 - a fault's signature
    """One arrow too many, or one overlooked: in a number or in a list."""
    if item.plan.form == "arrow_list":
        return _shortened_list(item)
    if item.plan.form != "arrow_count" or not item.answer.isdecimal():
        return None
    count = int(item.answer)
    if pick % 2 and count > 2:
        *seen, _, last = item.steps
        fewer = replace(item, answer=str(count - 1), steps=(*seen, replace(last, premises=tuple(range(1, count)))))
        return fewer.with_step(-1, replace(fewer.steps[-1], text=last.text.replace(str(count), str(count - 1))))
    last = item.steps[-1]
    more = replace(item, answer=str(count + 1))
    return more.with_step(-1, replace(last, text=last.text.replace(str(count), str(count + 1))))
