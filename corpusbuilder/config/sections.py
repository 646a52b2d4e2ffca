"""The tables of the configuration, with their defaults."""

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny, model_validator

from corpusbuilder.backends.registry import Options, find
from corpusbuilder.config.backends import (
    detector_options,
    encoder_options,
    known_grounder,
    known_ocr,
    layout_options,
    teacher_options,
    vlm_table,
)
from corpusbuilder.records.example import QuestionType

Language: TypeAlias = Literal["auto", "en", "fr"]


class Section(BaseModel):
    """Base of the config's tables."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CorpusSection(Section):
    """What is true of the whole corpus, for documents that ``sources.toml`` does not name."""

    model_config = ConfigDict(coerce_numbers_to_str=True)  # grade = 6 needs no quotes

    name: str = Field(default="corpus", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the corpus; also the name of the release unless ``release.name`` is set."""
    language: Language = "auto"
    """``en``, ``fr``, or ``auto`` to tell from the text."""
    subject: str | None = None
    """School subject, such as ``biology``."""
    grade: str | None = None
    """School year or level."""
    licence: str | None = None
    """SPDX expression or free text."""
    attribution: str | None = None
    """Whom the licence asks to name."""


class ParseSection(Section):
    """Reading PDFs."""

    layout: Annotated[SerializeAsAny[Options], BeforeValidator(layout_options)] = Field(
        default_factory=lambda: find("layout", "none").options(kind="none")
    )
    """Layout model that confirms or vetoes what the geometry says: ``none``, ``pymupdf``, or a table with the ``kind``
    ``unstructured`` or ``layoutparser`` and what it needs."""
    ocr: Annotated[str, AfterValidator(known_ocr)] = "rapidocr"
    """OCR engine for scanned pages and raster figures, or ``none``."""
    dpi: int = Field(default=150, ge=36, le=600)
    """Resolution of figure images."""
    ocr_dpi: int = Field(default=200, ge=72, le=600)
    """Resolution at which scanned pages and raster figures are read."""
    page_timeout_s: float = Field(default=60.0, gt=0)
    """Longest time for one page; a page that takes longer is left out and named."""
    unit_tokens: int = Field(default=4000, ge=200)
    """Target size of a unit, in tokens."""
    units: Literal["sections", "by_title"] = "sections"
    """How passages become units: by our own headings, or by unstructured's ``chunk_by_title``."""
    workers: int | None = Field(default=None, ge=1)
    """Worker processes; the number of cores when not set."""


class GenerateSection(Section):
    """Writing questions, answers and reasoning."""

    per_unit: int = Field(default=12, ge=0)
    """At most so many examples on text alone, per unit."""
    per_figure: int = Field(default=8, ge=0)
    """At most so many examples about each figure."""
    seed: int = 0
    """Another seed gives another choice of questions and wordings."""
    question_types: tuple[QuestionType, ...] = tuple(QuestionType)
    """Types of question to ask."""
    budget_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """The most that this workspace may spend on calls in all, earlier runs included."""
    teacher: Annotated[SerializeAsAny[Options], BeforeValidator(teacher_options)] = Field(
        default_factory=lambda: find("teachers", "rules").options(kind="rules")
    )
    """Who writes: ``kind = "rules"`` needs no model."""


class GroundSection(Section):
    """Finding the evidence of each step."""

    grounders: tuple[Annotated[str, AfterValidator(known_grounder)], ...] = ("diagram",)
    """Tried in this order; the first certain answer wins."""
    fuzzy_threshold: float = Field(default=92.0, ge=0, le=100)
    """Least similarity (rapidfuzz ratio) of a quote that is not verbatim; below it grounding abstains."""
    detector: Annotated[SerializeAsAny[Options] | None, BeforeValidator(detector_options)] = None
    """The model of the grounder ``detector``: zero-shot object detection on this machine."""
    encoder: Annotated[SerializeAsAny[Options] | None, BeforeValidator(encoder_options)] = None
    """The model of the grounder ``encoder``: sentences that mean what a step says in other words."""
    vlm: Annotated[SerializeAsAny[Options] | None, BeforeValidator(vlm_table)] = None
    """The model of the grounder ``vlm``: as a teacher, with the ``coordinate_space`` in which it writes boxes."""

    @model_validator(mode="after")
    def _model_is_named(self) -> "GroundSection":
        for kind in ("vlm", "encoder"):
            if kind in self.grounders and getattr(self, kind) is None:
                raise ValueError(f"the grounder {kind!r} needs a model: set ground.{kind}.model")
        return self


class VerifySection(Section):
    """Checking examples."""

    max_area_ratio: float = Field(default=0.9, gt=0, le=1)
    """Evidence that covers more than this share of its figure points at nothing."""
    duplicate_similarity: float = Field(default=94.0, ge=0, le=100)
    """Questions of a document at least this similar (rapidfuzz ratio), with the same answer, are duplicates."""


class ReviewSection(Section):
    """Correction by people, in Label Studio."""

    url_env: str = "LABEL_STUDIO_URL"
    """Environment variable with the address of the server."""
    api_key_env: str = "LABEL_STUDIO_API_KEY"
    """Environment variable with the token, of either kind."""
    project: str | None = Field(default=None, min_length=3, max_length=50)
    """Title of the project; the corpus name when not set."""
    language: Language = "auto"
    """Language of the page and of the guidelines: ``en``, ``fr``, or ``auto`` for that of most documents."""
    assets_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    """Where the browsers of annotators find the folder ``assets``; images are uploaded to the server when not set."""
    sample_accepted: float = Field(default=0.0, ge=0, le=1)
    """Share of the accepted examples that is shown to people, too, to see how good the checks are."""
    overlap: int | None = Field(default=None, ge=1, le=20)
    """How many people see each example: one in a new project, and as it was in another, when not set."""
    rule: Literal["majority", "adjudicator", "latest"] = "majority"
    """Which review counts when people differ."""
    adjudicators: tuple[Annotated[str, Field(pattern=r"^annotator-\d+$")], ...] = ()
    """Pseudonyms of those whose word is final, as ``review status`` names them: ``annotator-1``."""
    overrides: Literal["nothing", "not_enough_info", "refuted"] = "not_enough_info"
    """The worst verdict of the checks that a person's acceptance overrides."""

    @model_validator(mode="after")
    def _somebody_adjudicates(self) -> "ReviewSection":
        if self.rule == "adjudicator" and not self.adjudicators:
            raise ValueError("the rule adjudicator needs somebody in review.adjudicators, such as annotator-1")
        return self


class Splits(Section):
    """Shares of the examples and documents; they add up to 1."""

    train: float = Field(default=0.8, ge=0, le=1)
    validation: float = Field(default=0.1, ge=0, le=1)
    test: float = Field(default=0.1, ge=0, le=1)

    @model_validator(mode="after")
    def _shares_add_up(self) -> "Splits":
        if abs(self.train + self.validation + self.test - 1) > 1e-6:
            raise ValueError("the shares of train, validation and test must add up to 1")
        return self


class ReleaseSection(Section):
    """Making the dataset."""

    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", coerce_numbers_to_str=True)
    """Folder under ``release/``; the corpus name when not set."""
    splits: Splits = Splits()
    split_by: Literal["document", "unit"] = "document"
    """``unit`` is for a corpus of one book: it lets one book stand in several splits."""
    repeated: Literal["drop", "keep"] = "drop"
    """Examples that ask what one of another document asks in nearly the same words, with the same answer."""
    version: str = Field(
        default="", pattern=r"^(v?\d+(\.\d+){0,3}([-.+][0-9A-Za-z.-]+)?)?$", coerce_numbers_to_str=True
    )
    """Version of the dataset, for the card, the citation and the tag of ``publish``; when not set, that of the last
    release of this name, and 0.1.0 for the first."""
    date: dt.date | None = None
    """When this version was published, such as ``2026-11-22``, for the citation and the Croissant description; when not
    set, the day on which it was first made, or ``SOURCE_DATE_EPOCH``."""
    title: str | None = None
    """Title of the dataset, for the card and the citation; the release name when not set."""
    authors: tuple[str, ...] = ()
    """Who made the dataset, for the citation: ``["Marie Dupont", "Li Wei"]``."""
    contact: str | None = None
    """Where to report what is wrong with it: an address on the web, or an e-mail address."""
    url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    """Home of the dataset on the web; the page on the Hub when not set and published."""
    doi: str | None = None
    """Such as ``10.57967/hf/1234``."""
    licence: str = "CC-BY-4.0"
    """SPDX expression for what you add: questions, reasoning, annotations. Their sources keep their own licences."""
    benchmarks: tuple[str, ...] = ()
    """Files with questions of benchmarks (JSON, JSONL, CSV, TSV or plain lines) to compare the release with. Paths are
    relative to the workspace."""
    contaminated: Literal["report", "drop"] = "report"
    """Examples that ask what a file in ``benchmarks`` asks: only reported, or left out as well."""


class Config(Section):
    """Everything that can be set."""

    corpus: CorpusSection = CorpusSection()
    parse: ParseSection = ParseSection()
    generate: GenerateSection = Field(default_factory=GenerateSection)
    ground: GroundSection = GroundSection()
    verify: VerifySection = VerifySection()
    review: ReviewSection = ReviewSection()
    release: ReleaseSection = ReleaseSection()

    @property
    def release_name(self) -> str:
        """Name of the release folder."""
        return self.release.name or self.corpus.name
