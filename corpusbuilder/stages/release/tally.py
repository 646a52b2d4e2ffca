"""Counts what a release holds, while it is written: the source of every number on the card."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

from corpusbuilder.records.document import Document, Figure
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import GroundedExample, StepGrounding, VerifiedExample
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.release.rows import teacher_name, verified_part

Maker: TypeAlias = tuple[str, str, str, str]
"""Teacher, revision, prompt id, prompt SHA-256; empty where it does not apply."""


@dataclass(slots=True)
class SourceTally:
    """One document and what came of it."""

    document: Document
    splits: list[str] = field(default_factory=list)
    figures: int = 0
    passages: int = 0
    examples: int = 0


@dataclass(slots=True)
class Tally:
    """Counts over a release. "Released" means that it stands in the dataset, "seen" that it was verified."""

    sources: list[SourceTally] = field(default_factory=list)
    seen: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of all examples seen."""
    checks: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    """By name, version and outcome, over all examples seen."""
    reviews: Counter[str] = field(default_factory=Counter)
    """Of all examples seen that a person looked at, by status."""
    corrected_fields: Counter[str] = field(default_factory=Counter)
    """Examples in which people changed a field, by its path without step and mark, over all examples seen."""
    released: int = 0
    released_unseen: int = 0
    """Released without a person having looked at them."""
    released_on_word: Counter[str] = field(default_factory=Counter)
    """Released because a person says so, by what the checks say of them, where that is not ``supported``."""
    languages: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    question_types: Counter[str] = field(default_factory=Counter)
    answer_types: Counter[str] = field(default_factory=Counter)
    modalities: Counter[str] = field(default_factory=Counter)
    """Examples by what their evidence is: figure, text, both, none."""
    step_kinds: Counter[str] = field(default_factory=Counter)
    step_evidence: Counter[str] = field(default_factory=Counter)
    """Steps by what they cite: figure, text, both, none."""
    methods: Counter[str] = field(default_factory=Counter)
    """Pieces of evidence by how they were found."""
    makers: Counter[Maker] = field(default_factory=Counter)
    figures_with_diagram: int = 0
    image_labels: int = 0
    """Labels that were read from pixels, by OCR or a model."""
    labels: int = 0
    page_status: Counter[str] = field(default_factory=Counter)

    def add_source(self, document: Document) -> SourceTally:
        """Start counting for one document."""
        self.page_status.update(page.status for page in document.pages)
        self.sources.append(SourceTally(document))
        return self.sources[-1]

    def add_figure(self, figure: Figure) -> None:
        """Count a figure and what was read inside it."""
        labels = figure.diagram.labels
        self.figures_with_diagram += any(True for _ in figure.diagram.elements())
        self.labels += len(labels)
        self.image_labels += sum(label.method in {"ocr", "cv", "model"} for label in labels)

    def add_seen(self, record: VerifiedExample | ReviewedExample) -> None:
        """Count an example that was verified, released or not."""
        verdict = verified_part(record).verdict
        self.seen += 1
        self.verdicts[verdict.label] += 1
        self.checks.update((check.name, check.version, check.outcome) for check in verdict.checks)
        if isinstance(record, ReviewedExample):
            self.reviews[record.status] += 1
            self.corrected_fields.update({_kind_of_field(correction.field) for correction in record.corrections})

    def add_released(self, record: VerifiedExample | ReviewedExample, subject: str | None) -> None:
        """Count an example that went into the dataset."""
        verified = verified_part(record)
        grounded, example = verified.grounded, verified.example
        made = example.provenance
        self.released += 1
        self.released_unseen += isinstance(record, VerifiedExample)
        if not verified.accepted:
            self.released_on_word[verified.verdict.label] += 1
        self.languages[example.language] += 1
        self.subjects[subject or "not stated"] += 1
        self.question_types[example.question_type] += 1
        self.answer_types[example.answer_type] += 1
        self.makers[teacher_name(made), made.revision or "", made.prompt_id or "", made.prompt_sha256 or ""] += 1
        self.step_kinds.update(step.kind.value for step in example.steps)
        self._add_evidence(grounded)

    def _add_evidence(self, grounded: GroundedExample) -> None:
        self.modalities[_modality(grounded.groundings)] += 1
        self.step_evidence.update(_modality((grounding,)) for grounding in grounded.groundings)
        self.methods.update(found.method for grounding in grounded.groundings for found in grounding.evidence)


def _kind_of_field(path: str) -> str:
    """``steps.regions`` of ``steps.2.regions.r2.0.0``, ``steps`` of ``steps.2``, which step and mark it is left out."""
    first, *rest = path.split(".")
    return ".".join([first, *rest[1:2]])


def _modality(groundings: tuple[StepGrounding, ...]) -> str:
    kinds = {isinstance(found, RegionEvidence) for grounding in groundings for found in grounding.evidence}
    if len(kinds) == 2:
        return "both"
    return "none" if not kinds else "figure" if True in kinds else "text"
