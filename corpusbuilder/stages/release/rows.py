"""Turns records into the rows of the released dataset (DESIGN section 9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from corpusbuilder.errors import RecordError
from corpusbuilder.perception.shapes import area
from corpusbuilder.records.document import Document, Figure, ImageAsset, Mention, Passage, Unit, WordBox
from corpusbuilder.records.evidence import RegionEvidence, SpanEvidence
from corpusbuilder.records.example import Example, StepGrounding, VerifiedExample
from corpusbuilder.records.geometry import Polygon, union
from corpusbuilder.records.provenance import Provenance
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.records.verdict import CheckResult
from corpusbuilder.stages.release.write import Row

_HEADING_SEPARATOR: Final = " > "
_SUFFIXES: Final = {"image/png": ".png", "image/jpeg": ".jpg"}


@dataclass(frozen=True, slots=True)
class Contents:
    """One document in memory, with what its rows look up."""

    document: Document
    units: Mapping[str, Unit]
    """By id, in reading order."""
    figures: Mapping[str, Figure]
    passages: Mapping[str, Passage]
    mentions: Mapping[str, Sequence[tuple[str | None, Mention]]]
    """Figure ids and mentions by passage id; figure and passage may stand in different units.

    No id: the document does not hold what the text refers to."""

    @classmethod
    def of(cls, units: Sequence[Unit]) -> "Contents":
        """Index the units of one document; there is at least one."""
        figures = {figure.id: figure for unit in units for figure in unit.figures}
        mentions: dict[str, list[tuple[str | None, Mention]]] = {}
        for figure in figures.values():
            for mention in figure.mentions:
                mentions.setdefault(mention.passage_id, []).append((figure.id, mention))
        for mention in (mention for unit in units for mention in unit.unresolved):
            mentions.setdefault(mention.passage_id, []).append((None, mention))
        return cls(
            document=units[0].document,
            units={unit.id: unit for unit in units},
            figures=figures,
            passages={passage.id: passage for unit in units for passage in unit.passages},
            mentions=mentions,
        )

    def figure(self, figure_id: str) -> Figure:
        """The figure with this id.

        Raises:
            RecordError: the document has none.
        """
        if figure_id not in self.figures:
            raise RecordError("unknown_figure", f"the document has no figure {figure_id}")
        return self.figures[figure_id]

    def passage(self, passage_id: str) -> Passage:
        """The passage with this id.

        Raises:
            RecordError: the document has none.
        """
        if passage_id not in self.passages:
            raise RecordError("unknown_passage", f"the document has no passage {passage_id}")
        return self.passages[passage_id]


def verified_part(record: VerifiedExample | ReviewedExample) -> VerifiedExample:
    """The verified example, reviewed or not."""
    return record.verified if isinstance(record, ReviewedExample) else record


def document_row(document: Document, split: str) -> Row:
    """A row of ``documents``."""
    return {
        "id": document.id,
        "file_name": document.file_name,
        "sha256": document.source_sha256,
        "title": document.title,
        "language": document.language,
        "subject": document.subject,
        "grade": document.grade,
        "licence": document.licence,
        "pages": len(document.pages),
        "split": split,
    }


def passage_row(passage: Passage, unit_id: str, index: int, contents: Contents) -> Row:
    """A row of ``passages``; ``index`` is its place in the reading order of the document, from 0."""
    found = contents.mentions.get(passage.id, ())
    mentions = sorted(found, key=lambda pair: (pair[1].start, pair[1].end, pair[0] or ""))
    return {
        "id": passage.id,
        "document_id": passage.document_id,
        "unit_id": unit_id,
        "index": index,
        "heading": list(passage.heading),
        "text": passage.text,
        "page_no": passage.page_no,
        "boxes": [{"page_no": run[0].page_no, "box": list(_box_of(run))} for run in _runs_on_paper(passage.words)],
        "mentions": [
            {"figure_id": figure_id, "start": mention.start, "end": mention.end, "text": mention.text}
            for figure_id, mention in mentions
        ],
    }


def _runs_on_paper(words: Sequence[WordBox]) -> Iterator[list[WordBox]]:
    """Words in runs that one box can stand for: a new run after a page break, and beside and above after a column."""
    run: list[WordBox] = list(words[:1])
    for before, word in pairwise(words):
        x0, _, x1, _ = _box_of(run)
        next_column = word.y1 <= before.y0 and (word.x0 >= x1 or word.x1 <= x0)
        if word.page_no != before.page_no or next_column:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _box_of(words: Sequence[WordBox]) -> tuple[float, float, float, float]:
    return union((word.x0, word.y0, word.x1, word.y1) for word in words)


def figure_row(figure: Figure, image: bytes) -> Row:
    """A row of ``figures``; ``image`` holds the bytes of its image file."""
    return {
        "id": figure.id,
        "document_id": figure.document_id,
        "image": _image(figure.image, image),
        "caption": figure.caption,
        "number": figure.number,
        "kind": figure.kind,
        "page_no": figure.page_no,
        "bbox": list(figure.bbox),
        "width": figure.image.width,
        "height": figure.image.height,
        "labels": [
            {"id": e.id, "text": e.text, "box": list(e.box), "method": e.method, "score": e.score}
            for e in figure.diagram.labels
        ],
        "connectors": [
            {
                "id": e.id,
                "tail_id": e.tail_id,
                "head_id": e.head_id,
                "directed": e.directed,
                "points": _lists(e.points),
                "method": e.method,
                "score": e.score,
            }
            for e in figure.diagram.connectors
        ],
        "regions": [
            {
                "id": e.id,
                "label_id": e.label_id,
                "polygon": _lists(e.polygon),
                "box": list(e.box),
                "method": e.method,
                "score": e.score,
            }
            for e in figure.diagram.regions
        ],
    }


def example_row(record: VerifiedExample | ReviewedExample, contents: Contents, image: bytes | None) -> Row:
    """A row of ``examples``; ``image`` holds the bytes of its main figure's image file, if it has one.

    Raises:
        RecordError: it refers to a figure or passage that its document does not have, or quotes what is not there.
    """
    verified = verified_part(record)
    example = verified.example
    document = contents.document
    figure = main_figure(example, contents)
    steps = zip(example.steps, verified.grounded.groundings, strict=True)
    return {
        "id": example.id,
        "document_id": example.document_id,
        "unit_id": example.unit_id,
        "language": example.language,
        "subject": document.subject,
        "question": example.question,
        "question_type": example.question_type.value,
        "answer": example.answer,
        "answer_type": example.answer_type,
        "choices": list(example.choices),
        "image": _image(figure.image, image) if figure and image is not None else None,
        "figure_id": figure.id if figure else None,
        "caption": figure.caption if figure else None,
        "context": [_context(contents.passage(passage_id)) for passage_id in example.passage_ids],
        "steps": [
            {
                "index": step.index,
                "text": step.text,
                "kind": step.kind.value,
                "premises": list(step.premises),
                **_evidence(grounding, contents),
            }
            for step, grounding in steps
        ],
        "verdict": verified.verdict.label,
        "checks": [_check(check) for check in verified.verdict.checks],
        "dependence": None,
        "review": _review(record),
        "provenance": {
            "teacher": teacher_name(example.provenance),
            "prompt": example.provenance.prompt_id,
            "tool_version": example.provenance.tool_version,
        },
        "licence": document.licence,
        "source": {"title": document.title, "page_no": _page_no(example, figure, contents)},
    }


def _review(record: VerifiedExample | ReviewedExample) -> Row:
    if isinstance(record, ReviewedExample):
        return {"status": record.status, "annotator": record.annotator}
    return {"status": None, "annotator": None}


def main_figure(example: Example, contents: Contents) -> Figure | None:
    """The figure that an example shows, if it shows one.

    Raises:
        RecordError: the document has no such figure.
    """
    return contents.figure(example.figure_ids[0]) if example.figure_ids else None


def teacher_name(provenance: Provenance) -> str:
    """The producer, with the model when it used one: ``rules``, ``openai:some-model``."""
    return f"{provenance.producer}:{provenance.model}" if provenance.model else provenance.producer


def _page_no(example: Example, figure: Figure | None, contents: Contents) -> int | None:
    if figure:
        return figure.page_no
    return contents.passage(example.passage_ids[0]).page_no if example.passage_ids else None


def _context(passage: Passage) -> Row:
    heading = _HEADING_SEPARATOR.join(passage.heading) or None
    return {"passage_id": passage.id, "heading": heading, "text": passage.text}


def _check(check: CheckResult) -> Row:
    # The released columns have no place for the step, and a reason is of no use without it.
    where = f"step {check.step}: " if check.reason and check.step is not None else ""
    return {"name": check.name, "outcome": check.outcome, "reason": where + check.reason}


def _evidence(grounding: StepGrounding, contents: Contents) -> Row:
    regions: list[Row] = []
    spans: list[Row] = []
    for evidence in grounding.evidence:
        if isinstance(evidence, RegionEvidence):
            regions.extend(_regions(evidence, contents.figure(evidence.figure_id)))
        else:
            spans.append(_span(evidence, contents.passage(evidence.passage_id)))
    return {"regions": regions, "spans": spans}


def _regions(evidence: RegionEvidence, figure: Figure) -> Iterator[Row]:
    """One row per polygon, so that none is lost: the released column holds one polygon and one box."""
    ids = [[element_id] for element_id in evidence.element_ids]
    if len(ids) != len(evidence.polygons):
        ids = [list(evidence.element_ids)] * len(evidence.polygons)
    pixels = figure.image.width * figure.image.height
    parts = [(*part, _bounds(part[1])) for part in zip(ids, evidence.polygons, strict=True) if part[1]]
    for element_ids, polygon, box in parts or [(list(evidence.element_ids), (), evidence.box)]:
        yield {
            "figure_id": evidence.figure_id,
            "element_ids": element_ids,
            "box": list(box),
            "polygon": _lists(polygon),
            "method": evidence.method,
            "score": evidence.score,
            "area_ratio": round(area({"polygon": polygon, "box": box}) / pixels, 6),
        }


def _bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    return union((x, y, x, y) for x, y in polygon)


def _span(evidence: SpanEvidence, passage: Passage) -> Row:
    if passage.text[evidence.start : evidence.end] != evidence.quote:
        raise RecordError("quote_not_there", f"{passage.id} has another text at {evidence.start}:{evidence.end}")
    return {
        "passage_id": evidence.passage_id,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
        "method": evidence.method,
        "score": evidence.score,
    }


def _image(asset: ImageAsset, data: bytes) -> Row:
    # `datasets` looks for a file at ``path`` only where there are no bytes; here it is a name for whoever exports them.
    return {"bytes": data, "path": str(PurePosixPath(asset.sha256).with_suffix(_SUFFIXES[asset.media_type]))}


def _lists(points: Polygon) -> list[list[float]]:
    return [list(point) for point in points]
