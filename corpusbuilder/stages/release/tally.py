"""Counts what a release holds, while it is written: the source of every number on the card."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from corpusbuilder.records.document import Document, Figure
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.release.licences import is_publishable
from corpusbuilder.stages.release.perception import Perception
from corpusbuilder.stages.release.rows import teacher_name, verified_part
from corpusbuilder.stages.release.withholding import Withholding
from corpusbuilder.stages.release.write import Row

NOT_STATED: Final = "not stated"
_MODALITIES: Final = {(False, False): "none", (True, False): "figure", (False, True): "text", (True, True): "both"}
"""By whether there are regions and spans."""

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
    """Regions and spans by how they were found."""
    dependence: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Examples by what an answer was found to depend on, and for which model; those that were not measured are not
    counted."""
    perception: Perception = field(default_factory=Perception)
    withholding: Withholding = field(default_factory=Withholding)
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
        self.perception.start_document()
        return self.sources[-1]

    def add_figure(self, figure: Figure) -> None:
        """Count a figure and what was read inside it."""
        self.perception.add_figure(figure)
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
        document = self.sources[-1].document
        self.withholding.add(record, document, may_be_quoted=is_publishable(document.licence))
        if isinstance(record, ReviewedExample):
            self.reviews[record.status] += 1
            self.corrected_fields.update({_kind_of_field(correction.field) for correction in record.corrections})

    def add_released(self, record: VerifiedExample | ReviewedExample, row: Row) -> None:
        """Count an example that went into the dataset as ``row``."""
        verified = verified_part(record)
        made = verified.example.provenance
        self.released += 1
        self.released_unseen += isinstance(record, VerifiedExample)
        if not verified.accepted:
            self.released_on_word[verified.verdict.label] += 1
        self.languages[row["language"]] += 1
        self.subjects[row["subject"] or NOT_STATED] += 1
        self.question_types[row["question_type"]] += 1
        self.answer_types[row["answer_type"]] += 1
        self.makers[teacher_name(made), made.revision or "", made.prompt_id or "", made.prompt_sha256 or ""] += 1
        if row["dependence"] and row["dependence"]["label"]:
            self.dependence[row["dependence"]["label"], row["dependence"]["model"] or NOT_STATED] += 1
        self._add_steps(row["steps"])
        self.perception.add_example(row)

    def _add_steps(self, steps: Sequence[Row]) -> None:
        kinds = [(bool(step["regions"]), bool(step["spans"])) for step in steps]
        self.modalities[_MODALITIES[any(r for r, _ in kinds), any(s for _, s in kinds)]] += 1
        for step, kind in zip(steps, kinds, strict=True):
            self.step_kinds[step["kind"]] += 1
            self.step_evidence[_MODALITIES[kind]] += 1
            for found in (*step["regions"], *step["spans"]):
                self.methods[found["method"]] += 1


def _kind_of_field(path: str) -> str:
    """``steps.regions`` of ``steps.2.regions.r2.0.0``, ``steps`` of ``steps.2``, which step and mark it is left out."""
    first, *rest = path.split(".")
    return ".".join([first, *rest[1:2]])
