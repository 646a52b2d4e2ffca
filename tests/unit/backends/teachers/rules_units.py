"""Units of our own for the rules teacher: a numbered cell, a map with a key, a web of arrows, and passages."""

import builders

from corpusbuilder.backends.teachers.base import GenerationRequest
from corpusbuilder.backends.teachers.rules.teacher import RulesTeacher
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records import Diagram, DiagramLabel, Emphasis, Figure, Passage, QuestionType, Region, Unit
from corpusbuilder.records.geometry import box_polygon


def request(unit: Unit, **changes: object) -> GenerationRequest:
    language = unit.document.language
    values = {
        "unit": unit,
        "language": language,
        "per_unit": 50,
        "per_figure": 50,
        "seed": 0,
        "question_types": frozenset(QuestionType),
        "prompts": load_prompts("rules", language),
    }
    return GenerationRequest(**{**values, **changes})


def drafts(unit: Unit, **changes: object):
    (answer,) = RulesTeacher().complete([request(unit, **changes)])
    return answer.drafts


def form(draft) -> str:
    """The prompt that worded a draft, without version and language."""
    return draft.provenance.prompt_id.split("/")[1].split(".")[0]


def of_form(found, name: str):
    return [draft for draft in found if form(draft) == name]


def about(language: str, *texts: str, figures: tuple[Figure, ...] = (), bold: tuple[str, ...] = ()) -> Unit:
    """A unit with these passages and figures; ``bold`` words are set in bold wherever they stand first."""
    passages = []
    for index, text in enumerate(texts):
        runs = [Emphasis(text.index(word), text.index(word) + len(word), "bold") for word in bold if word in text]
        passage = builders.passage(f"pas-{index}", text)
        passages.append(passage.model_copy(update={"emphasis": tuple(sorted(runs))}))
    return builders.unit(language).model_copy(update={"passages": tuple(passages), "figures": figures})


def word_list(unit: Unit, text: str) -> Unit:
    """The unit with a list of words added."""
    entry = Passage(id="pas-list", document_id="doc-1", kind="list", heading=("1",), text=text, words=())
    return unit.model_copy(update={"passages": (*unit.passages, entry)})


def captioned(diagram: Diagram, caption: str | None, number: str | None = None, **changes: object) -> Figure:
    figure = builders.figure(str(changes.pop("figure_id", "fig-1")), diagram)
    return figure.model_copy(update={"caption": caption, "number": number, **changes})


def arrows(
    *pairs: str, figure_id: str = "fig-1", caption: str = "Figure 1. Who goes where", number: str = "1"
) -> Figure:
    """A figure with an arrow for each ``"tail>head"``; the labels lie in a row, far apart."""
    names = list(dict.fromkeys(name for pair in pairs for name in pair.split(">")))
    labels = {name: builders.label(f"lab-{i}", name, 200 * i, 100) for i, name in enumerate(names)}
    connectors = []
    for index, pair in enumerate(pairs):
        tail, head = pair.split(">")
        connectors.append(builders.arrow(f"arr-{index}", labels[tail], labels[head]))
    diagram = Diagram(labels=tuple(labels.values()), connectors=tuple(connectors))
    return captioned(diagram, caption, number, figure_id=figure_id)


def part(
    region_id: str,
    label_id: str | None,
    box,
    *,
    parent: str | None = None,
    how: str | None = "leader",
    fill: str | None = None,
    role: str = "part",
):
    return Region(
        id=region_id,
        polygon=box_polygon(box),
        box=box,
        role=role,
        label_id=label_id,
        linked_by=how,
        parent_id=parent,
        fill=fill,
        method="vector",
        score=1.0,
    )


def named(label_id: str, text: str, x: float, y: float, role: str = "text") -> DiagramLabel:
    return builders.label(label_id, text, x, y, outlined=False).model_copy(update={"role": role})


def cell(names: tuple[str, ...], caption: str | None, *, numbered: bool, number: str | None = "3") -> Figure:
    """A part that holds three others; with callouts and a key when ``numbered``, else with leader lines."""
    boxes = [(0.0, 0.0, 400.0, 380.0), (20.0, 20.0, 90.0, 90.0), (120.0, 20.0, 190.0, 90.0), (220.0, 20.0, 290.0, 90.0)]
    labels, regions = [], []
    for index, (name, box) in enumerate(zip(names, boxes, strict=True)):
        if numbered:
            labels.append(named(f"num-{index}", str(index + 1), box[0], box[1], role="number"))
        text = f"{index + 1}. {name}" if numbered else name
        labels.append(named(f"lab-{index}", text, 450, 40 * index, role="legend" if numbered else "text"))
        parent = "reg-0" if index else None
        regions.append(part(f"reg-{index}", f"lab-{index}", box, parent=parent, how="number" if numbered else "leader"))
    return captioned(Diagram(labels=tuple(labels), regions=tuple(regions)), caption, number)


def coloured_map(caption: str, classes: tuple[str, ...], areas: dict[str, int], place: str) -> Figure:
    """Areas side by side, each in the colour of one class of the key, and a place in the first of them."""
    colours = ("#aa0000", "#00aa00", "#0000aa")
    labels, regions = [named("place", place, 40, 60)], []
    for index, (name, shade) in enumerate(areas.items()):
        box = (300.0 * index, 0.0, 300.0 * index + 290.0, 300.0)
        labels.append(named(f"area-{index}", name, box[0] + 100, 200))
        regions.append(part(f"reg-{index}", f"area-{index}", box, how="inside", fill=colours[shade]))
    for index, name in enumerate(classes):
        labels.append(named(f"key-{index}", name, 40, 320 + 30 * index, role="legend"))
        swatch = (10.0, 320.0 + 30 * index, 30.0, 340.0 + 30 * index)
        regions.append(part(f"swatch-{index}", f"key-{index}", swatch, how="legend", fill=colours[index], role="key"))
    return captioned(Diagram(labels=tuple(labels), regions=tuple(regions)), caption, "4", kind="map")
