"""Questions on where things are in a figure: parts inside parts, numbered parts, classes of a map, places in areas."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from corpusbuilder.backends.teachers.rules.candidate import (
    Candidate,
    Slots,
    StepPlan,
    infer,
    perceive,
    with_distractors,
)
from corpusbuilder.backends.teachers.rules.inventory import FigureView, Part, callouts
from corpusbuilder.records.diagram import DiagramLabel, Region
from corpusbuilder.records.example import QuestionType


def layout_questions(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Everything that can be asked about places with certainty."""
    yield from _containment(view, seed)
    yield from _numbered(view, seed)
    yield from _classes(view, seed)
    yield from _areas_of_a_class(view)
    yield from _places(view, seed)


def _containment(view: FigureView, seed: int) -> Iterator[Candidate]:
    """Inside which named part another one lies, and which of several parts lies inside one."""
    for part in view.parts:
        outer = view.parent(part)
        if outer is None:
            continue
        around = view.ancestors(part)
        steps = (
            perceive("part", view.figure.id, (part.label.id, part.region.id), label=part.name),
            perceive(
                "around",
                view.figure.id,
                (part.region.id, outer.region.id, outer.label.id),
                label=part.name,
                outer=outer.name,
            ),
            infer("infer", (1, 2)),
        )
        ask = partial(
            _choice, view, seed=seed, topic=part.name, slots={"part": part.name, "outer": outer.name}, steps=steps
        )
        others = [p.name for p in view.parts if p.region.id not in around and p.region.id != part.region.id]
        yield from ask("inside_of", (view.figure.id, part.region.id, "outer"), answer=outer.name, others=others)
        outside = [p.name for p in view.parts if not _is_within(view, p, outer)]
        yield from ask("inside", (view.figure.id, part.region.id, "inner"), answer=part.name, others=outside)


def _is_within(view: FigureView, part: Part, outer: Part) -> bool:
    return part.region.id == outer.region.id or outer.region.id in view.ancestors(part)


def _numbered(view: FigureView, seed: int) -> Iterator[Candidate]:
    """What a number in the picture stands for."""
    pairs = callouts(view)
    for number, entry in pairs:
        name, text = entry.name, number.text.strip()
        steps = (
            perceive("number", view.figure.id, (number.id,), number=text),
            perceive("entry", view.figure.id, (entry.id,), number=text, entry=entry.text),
            infer("infer", (1, 2)),
        )
        yield from _choice(
            view,
            "number",
            (view.figure.id, number.id),
            answer=name,
            others=[other.name for _, other in pairs],
            seed=seed,
            topic=name,
            slots={"number": text, "name": name},
            steps=steps,
            tier=1,
        )


def _classes(view: FigureView, seed: int) -> Iterator[Candidate]:
    """What the colour of an area means according to the key, and which area has a class."""
    swatches = legend_colours(view)
    shaded = [(part, swatches[part.region.fill]) for part in view.parts if part.region.fill in swatches]
    for part, (swatch, entry) in shaded:
        steps = (
            perceive("area", view.figure.id, (part.label.id, part.region.id), label=part.name),
            perceive("swatch", view.figure.id, (swatch.id, entry.id), entry=entry.text, label=part.name),
            infer("infer", (1, 2)),
        )
        ask = partial(
            _choice, view, seed=seed, topic=part.name, slots={"area": part.name, "entry": entry.text}, steps=steps
        )
        others = [other.text for _, other in swatches.values()]
        yield from ask("colour", (view.figure.id, part.region.id, "class"), answer=entry.text, others=others)
        outside = [other.name for other, (_, its) in shaded if its.id != entry.id]
        yield from ask("class_area", (view.figure.id, part.region.id, "area"), answer=part.name, others=outside)


def _areas_of_a_class(view: FigureView) -> Iterator[Candidate]:
    """All areas in the colour of an entry of the key, if every shape of that colour has a name."""
    swatches = legend_colours(view)
    named = {part.region.id: part for part in view.parts}
    shown = [r for r in view.figure.diagram.regions if r.role in ("part", "area") and r.fill in swatches]
    nameless = {region.fill for region in shown if region.id not in named}
    for fill, (swatch, entry) in swatches.items():
        parts = [named[region.id] for region in shown if region.fill == fill and fill not in nameless]
        if 2 <= len(parts) <= 4:
            yield _class_list(view, parts, swatch, entry)


def _class_list(view: FigureView, parts: list[Part], swatch: Region, entry: DiagramLabel) -> Candidate:
    parts = sorted(parts, key=lambda part: (part.label.box[1], part.label.box[0]))
    seen = [
        perceive(
            "swatch",
            view.figure.id,
            (part.label.id, part.region.id, swatch.id, entry.id),
            label=part.name,
            entry=entry.text,
        )
        for part in parts
    ]
    areas = tuple(part.name for part in parts)
    return Candidate(
        form="class_list",
        key=(view.figure.id, entry.id, "class list"),
        topic=entry.text,
        question_type=QuestionType.LOOKUP,
        answer=", ".join(areas),
        answer_type="list",
        slots={"where": view.where, "entry": entry.text, "areas": areas},
        steps=(*seen, infer("infer", range(1, len(seen) + 1))),
        figure_ids=(view.figure.id,),
    )


def legend_colours(view: FigureView) -> dict[str | None, tuple[Region, DiagramLabel]]:
    """Colours of the key, each with its swatch and entry; a colour that stands twice is left out."""
    swatches = [region for region in view.figure.diagram.regions if region.role == "key" and region.fill]
    counts = Counter(region.fill for region in swatches)
    return {
        region.fill: (region, view.legend[region.label_id])
        for region in swatches
        if counts[region.fill] == 1 and region.label_id in view.legend
    }


def _places(view: FigureView, seed: int) -> Iterator[Candidate]:
    """In which area of a map a place lies."""
    if view.figure.kind != "map":
        return
    areas = [part for part in view.parts if part.region.linked_by == "inside"]
    named = {part.label.id for part in view.parts}
    for label in view.names.values():
        if label.id in named or label.outline is not None:
            continue
        holding = [part for part in areas if _lies_well_inside(label, part.region)]
        if len(holding) != 1 or view.ancestors(holding[0]):
            continue
        home = holding[0]
        steps = (
            perceive("place", view.figure.id, (label.id,), label=label.text),
            perceive(
                "area", view.figure.id, (home.region.id, home.label.id, label.id), label=label.text, area=home.name
            ),
            infer("infer", (1, 2)),
        )
        yield from _choice(
            view,
            "place_in",
            (view.figure.id, label.id, "place"),
            answer=home.name,
            others=[part.name for part in areas],
            seed=seed,
            topic=label.text,
            slots={"place": label.text, "area": home.name},
            steps=steps,
        )


def _lies_well_inside(label: DiagramLabel, region: Region) -> bool:
    """Whether the label, and a dot beside it, lie inside the region: its box grown by its height does."""
    from shapely.geometry import Polygon, box

    if len(region.polygon) < 3:
        return False
    shape = Polygon(region.polygon)
    return bool(shape.is_valid and shape.contains(box(*label.box).buffer(1.2 * (label.box[3] - label.box[1]))))


def _choice(
    view: FigureView,
    form: str,
    key: tuple[str, ...],
    *,
    answer: str,
    others: list[str],
    seed: int,
    topic: str,
    slots: Slots,
    steps: tuple[StepPlan, ...],
    tier: int = 0,
) -> Iterator[Candidate]:
    """A question with choices, if there are enough of them."""
    choices = with_distractors(answer, others, seed=seed, key=(*key, form))
    if choices:
        yield Candidate(
            form=form,
            key=key,
            question_type=QuestionType.SPATIAL if form in ("inside", "inside_of", "place_in") else QuestionType.LOOKUP,
            answer=answer,
            answer_type="multiple_choice",
            choices=choices,
            figure_ids=(view.figure.id,),
            topic=topic,
            slots={"where": view.where, **slots},
            steps=steps,
            tier=tier,
        )
