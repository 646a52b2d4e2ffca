"""What the data is. Nothing here knows files, models or stages."""

from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.correction import Correction
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.document import (
    Block,
    BlockLabel,
    Document,
    Emphasis,
    Figure,
    ImageAsset,
    Mention,
    Page,
    Passage,
    Unit,
    WordBox,
)
from corpusbuilder.records.evidence import (
    Citation,
    ElementCitation,
    Evidence,
    QuoteCitation,
    RegionEvidence,
    RelationFinding,
    SpanEvidence,
)
from corpusbuilder.records.example import (
    Distractor,
    Example,
    Facets,
    GroundedExample,
    QuestionType,
    ReasoningStep,
    StepGrounding,
    StepKind,
    VerifiedExample,
)
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.records.provenance import Provenance
from corpusbuilder.records.review import Annotation, Decision, Review, ReviewedExample, Shown
from corpusbuilder.records.verdict import CheckResult, StepVerdict, Verdict

__all__ = [
    "AgreementReport",
    "Annotation",
    "Block",
    "BlockLabel",
    "CheckResult",
    "Citation",
    "Connector",
    "Correction",
    "Decision",
    "Diagram",
    "DiagramLabel",
    "Distractor",
    "Document",
    "ElementCitation",
    "Emphasis",
    "Evidence",
    "Example",
    "Facets",
    "Figure",
    "GroundedExample",
    "ImageAsset",
    "Mention",
    "Page",
    "Passage",
    "Prompt",
    "Provenance",
    "QuestionType",
    "QuoteCitation",
    "ReasoningStep",
    "Region",
    "RegionEvidence",
    "RelationFinding",
    "Review",
    "ReviewedExample",
    "Shown",
    "SpanEvidence",
    "StepGrounding",
    "StepKind",
    "StepVerdict",
    "Unit",
    "Verdict",
    "VerifiedExample",
    "WordBox",
]
