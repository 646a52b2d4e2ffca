"""A made-up corpus, small and without PDFs: documents, units, figures and examples as the stages before would give."""

import hashlib
import io
import random
from collections.abc import Iterable
from datetime import UTC, datetime

from PIL import Image

from corpusbuilder.config import ReleaseSection
from corpusbuilder.records import (
    CheckResult,
    Connector,
    Correction,
    Diagram,
    DiagramLabel,
    Document,
    Example,
    Figure,
    GroundedExample,
    ImageAsset,
    Mention,
    Page,
    Passage,
    Provenance,
    ReasoningStep,
    Region,
    RegionEvidence,
    ReviewedExample,
    SpanEvidence,
    StepGrounding,
    Unit,
    Verdict,
    VerifiedExample,
    WordBox,
)
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release import DocumentInput, build_release

SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]
DEFAULT = ReleaseSection()
ALL_TRAIN = ReleaseSection.model_validate({"splits": {"train": 1.0, "validation": 0.0, "test": 0.0}})


def png(seed, size=(40, 30)):
    """Noise, so that no compression hides how often it is stored."""
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, "png")
    return file.getvalue()


def prose(seed, words=60):
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(words))


def stood(splits, *, split_by="document", shares=None):
    """What a release says of itself in which documents (or units) stood in these splits."""
    return ReleaseManifest(
        name="cells",
        version="0.1.0",
        tool_version="0",
        split_by=split_by,
        shares=shares or DEFAULT.splits.model_dump(),
        splits=splits,
        rows={},
        documents={},
        settings={},
        card={},
    )


def document(id_="doc-1", **fields):
    given = {
        "id": id_,
        "source_sha256": hashlib.sha256(id_.encode()).hexdigest(),
        "file_name": f"{id_}.pdf",
        "title": f"Book {id_}",
        "language": "en",
        "subject": "biology",
        "licence": "CC-BY-4.0",
        "pages": (Page(page_no=1, width=400, height=600, rotation=0, status="ok"),),
    }
    return Document(**{**given, **fields})


def passage(id_, text, document_id="doc-1", **fields):
    given = {"kind": "paragraph", "heading": ("Cells", "Parts"), "words": (WordBox(0, 1, 1, 50, 60, 56, 70),)}
    return Passage(id=id_, document_id=document_id, text=text, **{**given, **fields})


def figure(id_, document_id="doc-1", *, data=None, size=(40, 30), diagram=None, mentions=(), **fields):
    data = png(id_, size) if data is None else data
    asset = ImageAsset(sha256=hashlib.sha256(data).hexdigest(), media_type="image/png", width=size[0], height=size[1])
    given = {"page_no": 1, "bbox": (50, 100, 90, 130), "dpi": 72, "to_page": (1, 0, 0, 1, 50, 100), "kind": "diagram"}
    given |= {"caption": "Figure 1. A cell.", "number": "1"}
    diagram = DIAGRAM if diagram is None else diagram
    return Figure(
        id=id_, document_id=document_id, image=asset, diagram=diagram, mentions=mentions, **{**given, **fields}
    )


def square(x, y, side=10):
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


DIAGRAM = Diagram(
    labels=(
        DiagramLabel(id="l1", text="Sun", box=(0, 0, 10, 10), polygon=square(0, 0), method="text_layer", score=1.0),
        DiagramLabel(id="l2", text="Leaf", box=(30, 20, 40, 30), polygon=square(30, 20), method="ocr", score=0.9),
    ),
    connectors=(
        Connector(
            id="c1", kind="arrow", points=((10, 10), (30, 20)), tail_id="l1", head_id="l2", directed=True,
            method="vector", score=0.8,
        ),
        Connector(id="c2", kind="line", points=((0, 15), (9, 15)), directed=False, method="vector", score=0.5),
    ),
    regions=(Region(id="r1", polygon=square(5, 5), box=(5, 5, 15, 15), label_id="l1", method="cv", score=0.7),),
)  # fmt: skip


def unit(of, passages=(), figures=(), id_=None):
    return Unit(
        id=id_ or f"unit-{of.id}", document=of, heading=("Cells",), passages=tuple(passages), figures=tuple(figures)
    )


def text_example(id_, within, *, label="supported", **fields):
    """A question on the first four characters of the unit's first passage, or on nothing when it has none."""
    steps, grounding, passage_ids = (ReasoningStep(index=1, text="It is known.", kind="recall"),), (), ()
    if within.passages:
        source = within.passages[0]
        passage_ids = (source.id,)
        quote = source.text[:4]
        grounding = (SpanEvidence(passage_id=source.id, start=0, end=4, quote=quote, method="quote.exact", score=1.0),)
        steps = (ReasoningStep(index=1, text=f"It says {quote}.", kind="read"),)
    given = {"question_type": "definition", "answer_type": "short", "passage_ids": passage_ids, "figure_ids": ()}
    example = _example(id_, within, steps, **{**given, **fields})
    return _verified(example, (StepGrounding(step=1, evidence=grounding),), label)


def figure_example(id_, within, *, label="supported", **fields):
    """A question on the arrow of the unit's first figure."""
    shown = within.figures[0]
    steps = (
        ReasoningStep(index=1, text="An arrow leads from Sun to Leaf.", kind="perceive"),
        ReasoningStep(index=2, text="So it is Leaf.", kind="infer", premises=(1,)),
    )
    region = RegionEvidence(
        figure_id=shown.id, element_ids=("l1", "l2"), polygons=(square(0, 0), square(30, 20)), box=(0, 0, 40, 30),
        method="diagram.element", score=0.95,
    )  # fmt: skip
    given = {"question_type": "lookup", "answer_type": "multiple_choice", "choices": ("Leaf", "Sun")}
    given |= {"passage_ids": (), "figure_ids": (shown.id,), "answer": "Leaf"}
    example = _example(id_, within, steps, **{**given, **fields})
    return _verified(example, (StepGrounding(step=1, evidence=(region,)), StepGrounding(step=2)), label)


def _example(id_, within, steps, **fields):
    given = {
        "document_id": within.document.id,
        "unit_id": within.id,
        "language": within.document.language,
        "question": f"What is {id_}?",
        "answer": "It is so.",
        "provenance": Provenance(
            producer="rules",
            revision="1",
            prompt_id="rules/lookup.v1.en",
            prompt_sha256="ab" * 32,
            tool_version="0.1.0",
        ),
    }
    return Example(id=id_, steps=steps, **{**given, **fields})


def _verified(example, groundings, label):
    checks = (
        CheckResult(name="ids_exist", version=1, outcome="pass"),
        CheckResult(name="label_agrees", version=2, step=1, outcome="abstain", reason="No label is named."),
    )
    if label == "refuted":
        checks += (CheckResult(name="no_leak", version=1, outcome="fail", reason="The question tells the answer."),)
    return VerifiedExample(
        grounded=GroundedExample(example=example, groundings=groundings),
        verdict=Verdict(label=label, steps=(), checks=checks),
    )


def reviewed(verified, status, annotator="annotator-1", *, accepted=None, corrections=()):
    """What the default policy makes of it: a person's word counts where the checks could not decide."""
    usable = status in {"accepted", "corrected"} and verified.verdict.label != "refuted"
    return ReviewedExample(
        verified=verified,
        status=status,
        accepted=usable if accepted is None else accepted,
        annotator=None if status == "disputed" else annotator,
        machine=verified.verdict,
        corrections=corrections,
        reviews=(),
    )


def correction(field, annotator="annotator-1"):
    return Correction(
        example_id="x", field=field, before="a", after="b", annotator=annotator, task_id=1, annotation_id=1,
        time=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


def simple_document(id_, *, text=None, examples=2, **fields):
    """One unit with a passage and a figure that it mentions, and as many examples on each."""
    about = document(id_, **fields)
    text = text or prose(id_)
    mention = Mention(passage_id=f"p-{id_}", start=0, end=4, text=text[:4], method="number", score=1.0)
    within = unit(about, [passage(f"p-{id_}", text, id_)], [figure(f"f-{id_}", id_, mentions=(mention,))])
    made = [text_example(f"x-{id_}-t{n}", within) for n in range(examples)]
    made += [figure_example(f"x-{id_}-f{n}", within) for n in range(examples)]
    return as_input([within], made)


def as_input(units, examples=()):
    return DocumentInput(id=units[0].document.id, units=lambda: iter(units), examples=lambda: iter(examples))


def images_of(documents):
    """What the asset store would give: every figure made by ``figure`` without its own data."""
    known = {}
    for one in documents:
        for figures in (within.figures for within in one.units()):
            known |= {f.image.sha256: png(f.id, (f.image.width, f.image.height)) for f in figures}
    return known.__getitem__


def release(documents: Iterable[DocumentInput], folder, config=ALL_TRAIN, *, name="cells", read_image=None, **more):
    documents = list(documents)
    return build_release(
        documents, config=config, name=name, read_image=read_image or images_of(documents), folder=folder, **more
    )
