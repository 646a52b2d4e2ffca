"""The configuration: TOML, frozen, closed. Precedence: flag > ``CORPUSBUILDER_*`` > file > default.

Secrets are named, never held: ``api_key_env = "OPENAI_API_KEY"``.
"""

import datetime as dt
import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from corpusbuilder.backends.registry import Backend, Family, Options, find
from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.records.example import QuestionType

FILE_NAME: Final = "corpusbuilder.toml"
ENV_PREFIX: Final = "CORPUSBUILDER_"

Language: TypeAlias = Literal["auto", "en", "fr"]
_SECRET: Final = re.compile(r"key|token|secret|password", re.IGNORECASE)
"""In the names of settings whose values are not repeated in messages: somebody may have put the secret itself there."""
_BACKEND: Final = "backend"
"""Type of the validation errors that are about a backend; their context says what is wrong."""


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


def _known_ocr(kind: str) -> str:
    _find("ocr", kind)
    return kind


def _layout(value: object) -> object:
    """The options model of the layout backend: ``layout = "pymupdf"`` is short for ``{ kind = "pymupdf" }``."""
    return _options("layout", {"kind": value} if isinstance(value, str) else value, default="none")


class ParseSection(Section):
    """Reading PDFs."""

    layout: Annotated[SerializeAsAny[Options], BeforeValidator(_layout)] = Field(
        default_factory=lambda: find("layout", "none").options(kind="none")
    )
    """Layout model that confirms or vetoes what the geometry says: ``none``, ``pymupdf``, or a table with the ``kind``
    ``unstructured`` or ``layoutparser`` and what it needs."""
    ocr: Annotated[str, AfterValidator(_known_ocr)] = "rapidocr"
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


def _teacher(value: object) -> object:
    """The options model of the teacher that ``value['kind']`` names."""
    return _options("teachers", value, default="rules")


def _options(family: Family, value: object, *, default: str) -> object:
    """The options model of the backend that ``value['kind']`` names."""
    if isinstance(value, Options) or not isinstance(value, Mapping):
        return value
    kind = str(value.get("kind", default))
    options = _find(family, kind, key="kind").options
    try:
        return options.model_validate({**value, "kind": kind})
    except ValidationError as error:
        problem = _first_problem(error, options)
        context = {"message": problem.message, "hint": problem.hint, "place": problem.place}
        raise PydanticCustomError(_BACKEND, "{message}", context) from None


def _find(family: Family, kind: str, *, key: str | None = None) -> Backend[Any]:
    """A backend; one that is not there is a problem of the value, or of the ``key`` of the table, under validation."""
    try:
        return find(family, kind)
    except ConfigError as error:
        context = {"message": error.message, "hint": error.hint, "place": (key,) if key else ()}
        raise PydanticCustomError(_BACKEND, "{message}", context) from None


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
    teacher: Annotated[SerializeAsAny[Options], BeforeValidator(_teacher)] = Field(
        default_factory=lambda: find("teachers", "rules").options(kind="rules")
    )
    """Who writes: ``kind = "rules"`` needs no model."""


def _known_grounder(kind: str) -> str:
    _find("grounders", kind)
    return kind


class GroundSection(Section):
    """Finding the evidence of each step."""

    grounders: tuple[Annotated[str, AfterValidator(_known_grounder)], ...] = ("diagram",)
    """Tried in this order; the first certain answer wins."""
    fuzzy_threshold: float = Field(default=92.0, ge=0, le=100)
    """Least similarity (rapidfuzz ratio) of a quote that is not verbatim; below it grounding abstains."""


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


def load(path: Path | None, *, overrides: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Config:
    """The configuration from a file, the environment and ``table.key=value`` overrides.

    Args:
        path: a TOML file, or None for the defaults.
        overrides: as given to ``--set``; values are TOML, and a bare word is a string.
        environ: ``CORPUSBUILDER_<TABLE>__<KEY>`` variables are read from it; ``os.environ`` when None.

    Raises:
        MissingInputError: ``path`` does not exist.
        ConfigError: a file, key or value is wrong; the message names where it comes from and the closest known key.
    """
    tree = _read(path) if path else {}
    settings = [*_from_environment(os.environ if environ is None else environ), *_from_flags(overrides)]
    _forget_other_teacher(tree, settings)
    for setting in settings:
        _put(tree, setting)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        problem = _first_problem(error, Config)
        where = _origin(problem, settings) or path or "the configuration"
        raise ConfigError(f"{where}: {problem.message}", hint=problem.hint) from None


def _forget_other_teacher(tree: dict[str, Any], settings: Sequence["_Setting"]) -> None:
    """Drop the file's table of a teacher when a flag or variable chooses another one, which would not know its keys."""
    chosen = [setting.text for setting in settings if setting.key == ("generate", "teacher", "kind")]
    section = tree.get("generate")
    table = section.get("teacher") if isinstance(section, dict) else None
    if chosen and isinstance(table, dict) and table.get("kind", "rules") != _value(chosen[-1]):
        table.clear()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingInputError(f"{path}: there is no such config file", hint="corpusbuilder init writes one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class _Setting:
    """One value from outside the config file."""

    key: tuple[str, ...]
    text: str
    origin: str


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Setting]:
    for name, text in sorted(environ.items()):
        if not name.startswith(ENV_PREFIX):
            continue
        if "__" not in name:
            _refuse_single_underscores(name)
            continue
        yield _Setting(tuple(name.removeprefix(ENV_PREFIX).lower().split("__")), text, name)


def _refuse_single_underscores(name: str) -> None:
    """``CORPUSBUILDER_PARSE_DPI`` is a slip and not a variable of somebody else's."""
    rest = name.removeprefix(ENV_PREFIX).lower()
    for table in sorted(_tables(Config), key=len, reverse=True):
        joined = "_".join(table)
        if rest == joined or rest.startswith(f"{joined}_"):
            meant = ENV_PREFIX + "__".join([*table, rest[len(joined) + 1 :] or "<key>"]).upper()
            raise ConfigError(f"{name}: two underscores stand between table and key: did you mean {meant}?")


def _tables(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of all tables in the config file."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield (*above, name)
            yield from _tables(field.annotation, (*above, name))


def _from_flags(overrides: Iterable[str]) -> Iterator[_Setting]:
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or "." not in key:
            raise ConfigError(f"--set {override}: expected table.key=value", hint="for example --set parse.dpi=200")
        shown = f"{key}=…" if _SECRET.search(key) else override
        yield _Setting(tuple(key.strip().split(".")), text.strip(), f"--set {shown}")


def _value(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """``text`` as a TOML value; what is not one is a string, so that ``--set corpus.name=cells`` needs no quotes.

    A table may also be written as in JSON.
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        pass
    try:
        return json.loads(text) if text.startswith(("{", "[")) else text
    except ValueError:
        return text


def _put(tree: dict[str, Any], setting: _Setting) -> None:
    *tables, last = setting.key
    for table in tables:
        tree = tree.setdefault(table, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"{setting.origin}: {table} is not a table")
    tree[last] = _value(setting.text)


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is wrong with the value at ``place``."""

    place: tuple[str, ...]
    message: str
    hint: str | None = None


def _first_problem(error: ValidationError, model: type[BaseModel]) -> _Problem:
    problems = error.errors(include_url=False)
    # A key that is misspelt is why another one is missing.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    place = tuple(part for part in problem["loc"] if isinstance(part, str))  # a number is a place in a list
    key = ".".join(place)
    if problem["type"] == _BACKEND:
        context = problem["ctx"]
        return _Problem((*place, *context["place"]), f"{key}: {context['message']}", context["hint"])
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, place[:-1])
        close = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
        advice = f"did you mean {'.'.join([*place[:-1], close[0]])!r}?" if close else f"known keys: {', '.join(known)}"
        hint = None
        if _SECRET.search(place[-1]):
            hint = "a key itself stands nowhere: export OPENAI_API_KEY=…, and name another variable in api_key_env"
        return _Problem(place, f"unknown key {key!r}: {advice}", hint)
    if problem["type"] == "missing":
        return _Problem(place[:-1], f"{key}: a value is needed")
    message = problem["msg"].removeprefix("Value error, ")
    got = "" if _SECRET.search(key) else f" (got {problem['input']!r})"
    return _Problem(place, f"{key or 'value'}: {message}{got}")


def _origin(problem: _Problem, settings: Sequence[_Setting]) -> str | None:
    """The last setting of the value in question, of a table around it or of a key inside it."""
    for setting in reversed(settings):
        shared = min(len(setting.key), len(problem.place))
        if setting.key[:shared] == problem.place[:shared]:
            return setting.origin
    return None


def _known_keys(model: type[BaseModel], path: Iterable[str]) -> list[str]:
    """Keys of the table at ``path``."""
    for part in path:
        field = model.model_fields.get(part)
        candidates = [field.annotation, *get_args(field.annotation)] if field else []
        model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return sorted(model.model_fields)
