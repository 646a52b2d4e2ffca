"""Small units made by hand, for tests: a figure with labels, arrows and parts, and passages. English and French."""

from datetime import UTC, datetime

from corpusbuilder.records import (
    Connector,
    Diagram,
    DiagramLabel,
    Document,
    ElementCitation,
    Example,
    Figure,
    ImageAsset,
    Page,
    Passage,
    Provenance,
    QuestionType,
    QuoteCitation,
    ReasoningStep,
    Region,
    StepKind,
    Unit,
)
from corpusbuilder.records.geometry import box_polygon

WIDTH, HEIGHT = 600, 400
_EN_CYCLE = (
    "Water warms in the sea and rises as vapour. The clouds are masses of tiny drops that float in the air. "
    "Rain is not salty, and about 1,400 litres fall on each square metre in a wet year."
)
_FR_CYCLE = (
    "L’eau chauffe dans la mer et s’élève en vapeur. Les nuages sont des amas de fines gouttes qui flottent dans "
    "l’air. La pluie n’est pas salée, et environ 1 400 litres tombent sur chaque mètre carré en une année humide."
)
_EN_TERMS = "An aquifer is a layer of rock that stores water. A spring is a place where water leaves the ground."
_FR_TERMS = "Un aquifère est une couche de roche qui retient l’eau. Une source est un lieu où l’eau sort du sol."
TEXTS = {"en": (_EN_CYCLE, _EN_TERMS), "fr": (_FR_CYCLE, _FR_TERMS)}
NAMES = {"en": ("Sea", "Clouds", "Rain", "Soil", "Roots"), "fr": ("Mer", "Nuages", "Pluie", "Sol", "Racines")}
_PLACES = ((20, 20), (300, 20), (480, 180), (300, 330), (40, 300))


def label(element_id: str, text: str, x: float, y: float, *, outlined: bool = True) -> DiagramLabel:
    """A label of 80 x 24 pixels with its top left corner at ``x``, ``y``, in a frame unless told otherwise."""
    box = (float(x), float(y), x + 80.0, y + 24.0)
    frame = (x - 8.0, y - 8.0, x + 88.0, y + 32.0)
    outline = box_polygon(frame) if outlined else None
    return DiagramLabel(
        id=element_id, text=text, box=box, polygon=box_polygon(box), outline=outline, method="text_layer", score=1.0
    )


def arrow(element_id: str, tail: DiagramLabel, head: DiagramLabel, *, directed: bool = True) -> Connector:
    """A straight arrow between the middles of two labels."""
    points = tuple(((e.box[0] + e.box[2]) / 2, (e.box[1] + e.box[3]) / 2) for e in (tail, head))
    kind = "arrow" if directed else "line"
    return Connector(
        id=element_id,
        kind=kind,
        points=points,
        tail_id=tail.id,
        head_id=head.id,
        directed=directed,
        method="vector",
        score=0.95,
    )


def cycle(language: str = "en", figure_id: str = "fig-cycle") -> Figure:
    """Sea -> Clouds -> Rain -> Soil, and the part named Roots inside the part named Soil."""
    labels = [
        label(f"lab-{i}", name, *place) for i, (name, place) in enumerate(zip(NAMES[language], _PLACES, strict=True))
    ]
    connectors = [arrow(f"arr-{i}", labels[i], labels[i + 1]) for i in range(3)]
    ground, roots = (180.0, 300.0, 580.0, 396.0), (200.0, 310.0, 280.0, 390.0)
    regions = [
        Region(
            id=region_id,
            polygon=box_polygon(box),
            box=box,
            label_id=label_id,
            linked_by="leader",
            parent_id=parent,
            method="vector",
            score=0.9,
        )
        for region_id, box, label_id, parent in (
            ("reg-soil", ground, "lab-3", None),
            ("reg-roots", roots, "lab-4", "reg-soil"),
        )
    ]
    return figure(figure_id, Diagram(labels=tuple(labels), connectors=tuple(connectors), regions=tuple(regions)))


def figure(figure_id: str, diagram: Diagram) -> Figure:
    """A figure of 600 x 400 pixels on page 1."""
    return Figure(
        id=figure_id,
        document_id="doc-1",
        image=ImageAsset(sha256="0" * 64, media_type="image/png", width=WIDTH, height=HEIGHT),
        page_no=1,
        bbox=(50, 50, 350, 250),
        dpi=144,
        to_page=(0.5, 0, 0, 0.5, 50, 50),
        number="2.1",
        kind="diagram",
        diagram=diagram,
    )


def passage(passage_id: str, text: str) -> Passage:
    """A paragraph without word boxes."""
    return Passage(id=passage_id, document_id="doc-1", kind="paragraph", heading=("1",), text=text, words=())


def unit(language: str = "en") -> Unit:
    """Two passages and two figures that look the same, of one document."""
    document = Document(
        id="doc-1",
        source_sha256="0" * 64,
        file_name="book.pdf",
        title="Book",
        language=language,
        pages=(Page(page_no=1, width=595, height=842, rotation=0, status="ok"),),
    )
    return Unit(
        id="unit-1",
        document=document,
        heading=("1",),
        passages=tuple(passage(f"pas-{i}", text) for i, text in enumerate(TEXTS[language])),
        figures=(cycle(language), cycle(language, "fig-other")),
    )


def points_at(*element_ids: str, figure_id: str = "fig-cycle") -> ElementCitation:
    """A citation of elements of the cycle."""
    return ElementCitation(figure_id=figure_id, element_ids=element_ids)


def quotes(passage_id: str, quote: str) -> QuoteCitation:
    """A citation of words of a passage."""
    return QuoteCitation(passage_id=passage_id, quote=quote)


def example(language: str, question: str, answer: str, steps: list[dict[str, object]], **fields: object) -> Example:
    """An example about the first figure and both passages; ``steps`` are the fields of its steps without the index."""
    values: dict[str, object] = {
        "id": "ex-1",
        "document_id": "doc-1",
        "unit_id": "unit-1",
        "figure_ids": ("fig-cycle",),
        "passage_ids": ("pas-0", "pas-1"),
        "language": language,
        "question": question,
        "question_type": QuestionType.LOOKUP,
        "answer": answer,
        "answer_type": "multiple_choice" if fields.get("choices") else "short",
        "steps": tuple(ReasoningStep(index=i, **step) for i, step in enumerate(steps, start=1)),
        "provenance": Provenance(producer="hand", tool_version="0", time=datetime(2026, 1, 1, tzinfo=UTC)),
    }
    return Example(**{**values, **fields})


def about_figure(language: str = "en") -> Example:
    """Where the arrow from Clouds leads."""
    if language == "fr":
        said = (
            "On repère l’étiquette « Nuages ».",
            "Une flèche va de « Nuages » à « Pluie ».",
            "La flèche mène donc à « Pluie ».",
        )
        question = "Vers quel élément la flèche qui part de « Nuages » mène-t-elle ?"
    else:
        said = (
            "The label “Clouds” is found.",
            "An arrow runs from “Clouds” to “Rain”.",
            "So the arrow leads to “Rain”.",
        )
        question = "To which element does the arrow from “Clouds” lead?"
    _, _, rain, soil, roots = NAMES[language]
    return example(
        language,
        question,
        rain,
        [
            {"text": said[0], "kind": StepKind.PERCEIVE, "citations": (points_at("lab-1"),)},
            {"text": said[1], "kind": StepKind.PERCEIVE, "citations": (points_at("lab-1", "arr-1", "lab-2"),)},
            {"text": said[2], "kind": StepKind.INFER, "premises": (1, 2)},
        ],
        choices=(soil, rain, roots),
    )


def about_text(language: str = "en") -> Example:
    """Which term the text defines."""
    if language == "fr":
        quote, term, other = "Un aquifère est une couche de roche qui retient l’eau.", "aquifère", "source"
        said = (f"Le texte dit : « {quote} »", "Le terme ainsi défini est « aquifère ».")
        question = "Quel terme du texte désigne une couche de roche qui retient l’eau ?"
    else:
        quote, term, other = "An aquifer is a layer of rock that stores water.", "aquifer", "spring"
        said = (f"The text says: “{quote}”", "The term that is defined in this way is “aquifer”.")
        question = "Which term does the text define as a layer of rock that stores water?"
    return example(
        language,
        question,
        term,
        [
            {"text": said[0], "kind": StepKind.READ, "citations": (quotes("pas-1", quote),)},
            {"text": said[1], "kind": StepKind.INFER, "premises": (1,)},
        ],
        choices=(other, term),
        question_type=QuestionType.DEFINITION,
        figure_ids=(),
    )


def about_both(language: str = "en") -> Example:
    """What the text says of the element to which an arrow leads."""
    if language == "fr":
        quote = "Les nuages sont des amas de fines gouttes qui flottent dans l’air."
        answer = "des amas de fines gouttes qui flottent dans l’air"
        said = ("Une flèche va de « Mer » à « Nuages ».", f"Le texte dit : « {quote} »", f"Ce sont donc {answer}.")
        question = "D’après le texte, que sont les choses vers lesquelles mène la flèche qui part de « Mer » ?"
    else:
        quote = "The clouds are masses of tiny drops that float in the air."
        answer = "masses of tiny drops that float in the air"
        said = ("An arrow runs from “Sea” to “Clouds”.", f"The text says: “{quote}”", f"So they are {answer}.")
        question = "According to the text, what are the things to which the arrow from “Sea” leads?"
    return example(
        language,
        question,
        answer,
        [
            {"text": said[0], "kind": StepKind.PERCEIVE, "citations": (points_at("lab-0", "arr-0", "lab-1"),)},
            {"text": said[1], "kind": StepKind.READ, "premises": (1,), "citations": (quotes("pas-0", quote),)},
            {"text": said[2], "kind": StepKind.INFER, "premises": (1, 2)},
        ],
        answer_type="free",
        question_type=QuestionType.SYNTHESIS,
    )
