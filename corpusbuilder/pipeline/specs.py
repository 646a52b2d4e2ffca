"""The stages that run shard by shard: what they read, and how they are built from the configuration."""

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.backends import registry
from corpusbuilder.backends.grounders.base import Grounder
from corpusbuilder.backends.layout.base import LayoutModel, LayoutOptions, digest_of
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.ocr import tesseract
from corpusbuilder.config import Config, GroundSection
from corpusbuilder.engines.base import cores
from corpusbuilder.errors import MissingExtraError, MissingInputError, command_line
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example, GroundedExample, VerifiedExample
from corpusbuilder.records.prompt import Prompt
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.contract import InUnit, Source, Stage
from corpusbuilder.stages.review import InReview, ReviewStage
from corpusbuilder.store.workspace import Workspace

LANGUAGES: Final = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Given:
    """What a stage is built from."""

    config: Config
    workspace: Workspace
    access: Access
    """To models and their ledger."""


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage as the runner sees it."""

    name: str
    writes: type[Record]
    upstream: tuple[str, ...]
    """Stages whose shards of the same document it reads."""
    build: Callable[[Given], Stage[Any, Any]]
    load: Callable[[Workspace, str], Sequence[Any]]
    """Reads the inputs of one document."""
    models: Callable[[Config], Sequence[registry.Options]] = lambda _: ()
    """What configures the models that it calls under this configuration."""
    pilot: bool = False
    """Whether a few of its inputs are asked about first, to forecast what all of them will cost."""
    has_work: Callable[[Workspace, str], bool] | None = None
    """Whether it concerns a document of which the stage before has something; None where it concerns all. A stage that
    concerns no document is passed over in silence."""
    more_inputs: Callable[[Workspace, str], Mapping[str, str]] = lambda *_: {}
    """SHA-256 of what it reads of a document beside those shards, by a name for people."""

    def calls_models(self, config: Config) -> bool:
        """Whether it calls models under this configuration."""
        return bool(self.models(config))


def build_parse(given: Given) -> Stage[Source, Unit]:
    """The parse stage, with its PDF and OCR backends."""
    from corpusbuilder.stages.parse import ParseStage

    config = given.config.parse
    layout, layout_backends = _layout(given)
    return ParseStage(
        pdf=_backend("pdf", "pymupdf", page_timeout_s=config.page_timeout_s, processes=config.workers or cores()),
        ocr=_backend("ocr", config.ocr),
        config=config,
        backends=_readers(config.ocr) | layout_backends,
        layout=layout,
    )


def _readers(ocr: str) -> dict[str, JsonValue]:
    """Versions of what reads pages, as the fingerprint has them."""
    versions: dict[str, JsonValue] = {f"package {package}": _version(package) for package in ("pymupdf", "rapidocr")}
    return versions | ({"program tesseract": tesseract.version()} if ocr == "tesseract" else {})


def _layout(given: Given) -> tuple[LayoutModel | None, dict[str, JsonValue]]:
    """The layout model, with what the result depends on apart from its options."""
    config = given.config.parse
    options = config.layout.located(given.workspace.root) if isinstance(config.layout, LayoutOptions) else config.layout
    depends_on: dict[str, JsonValue] = {}
    if config.layout.kind != "none":
        packages = registry.find("layout", config.layout.kind).packages
        depends_on = {f"package {package}": _version(package) for package in packages}
    if isinstance(options, LayoutOptions) and (files := options.files()):
        depends_on["layout files"] = digest_of(files)
    if config.units == "by_title":
        if find_spec("unstructured") is None:
            raise MissingExtraError("unstructured", "layout", purpose='parse.units = "by_title"')
        depends_on["package unstructured"] = _version("unstructured")
    return _layout_model(options), depends_on


@cache
def _layout_model(options: registry.Options) -> LayoutModel | None:
    """A layout model, made once per process and options."""
    model: LayoutModel | None = registry.create("layout", options)
    return model


def build_generate(given: Given) -> Stage[Unit, Example]:
    """The generate stage, with its teacher and the prompts of the teacher's task."""
    from corpusbuilder.stages.generate import GenerateStage

    config = given.config.generate
    teacher = registry.create("teachers", config.teacher, given.access)
    prompts: Mapping[str, Mapping[str, Prompt]] = {
        language: load_prompts(teacher.task, language, own=given.workspace.root / "prompts") for language in LANGUAGES
    }
    return GenerateStage(teacher=teacher, config=config, prompts=prompts)


def build_ground(given: Given) -> Stage[InUnit[Example], GroundedExample]:
    """The ground stage, with its cascade of grounders."""
    from corpusbuilder.stages.ground import GroundStage

    config = given.config.ground
    options = {kind: _grounder_options(kind, config) for kind in config.grounders}
    own = given.workspace.root / "prompts"
    prompts = (
        {language: load_prompts("ground", language, own=own) for language in LANGUAGES} if "vlm" in options else {}
    )
    return GroundStage(
        grounders={kind: _grounder(kind, chosen, given.access) for kind, chosen in options.items()},
        config=config,
        options={kind: chosen.fingerprint() for kind, chosen in options.items()},
        prompts=prompts,
    )


def _grounder(kind: str, options: registry.Options, access: Access) -> Grounder:
    """A grounder. The kind of its options may be that of a model behind it, as a teacher's is."""
    backend: registry.Backend[Grounder] = registry.find("grounders", kind)
    return backend.create(options, access) if backend.calls_models else backend.create(options)


def build_verify(given: Given) -> Stage[InUnit[GroundedExample], VerifiedExample]:
    """The verify stage."""
    from corpusbuilder.stages.verify import VerifyStage

    return VerifyStage(config=given.config.verify)


def build_review(given: Given) -> Stage[InReview, ReviewedExample]:
    """The review stage. Reading annotations needs no server."""
    from corpusbuilder.backends.labelstudio.reading import VERSION, read_annotation
    from corpusbuilder.stages.verify import VerifyAgain

    verification = build_verify(given).fingerprint("")
    return ReviewStage(
        given.config.review,
        read=read_annotation,
        verifier=partial(VerifyAgain, given.config.verify),
        depends_on={"reading version": VERSION, "verification": dict(verification)},
    )


def was_annotated(workspace: Workspace, document_id: str) -> bool:
    """Whether people have said anything about a document.

    Raises:
        MissingInputError: what came of it is there, and what they said is not.
    """
    log = ReviewFiles(workspace).annotations(document_id)
    if not log.path.exists() and workspace.shard("review", document_id).read_done() is not None:
        raise MissingInputError(
            f"{log.path}: what people said of this document is gone, though a review was made of it",
            hint=f"{command_line('review', 'pull', '--whole', '-w', workspace.root)} fetches it again; to do without, "
            f"delete review/{document_id}.jsonl and review/done/{document_id}.json",
        )
    return log.path.exists()


def teaching_models(config: Config) -> list[registry.Options]:
    """The teacher, where it is a model."""
    teacher = config.generate.teacher
    return [teacher] if registry.find("teachers", teacher.kind).calls_models else []


def grounding_models(config: Config) -> list[registry.Options]:
    """The grounders that are models."""
    kinds = [kind for kind in config.ground.grounders if registry.find("grounders", kind).calls_models]
    return [_grounder_options(kind, config.ground) for kind in kinds]


def load_units(workspace: Workspace, document_id: str) -> list[Unit]:
    """The units of a document."""
    return list(workspace.shard("parse", document_id).read(Unit))


def load_examples(workspace: Workspace, document_id: str) -> list[InUnit[Example]]:
    """The generated examples of a document, each with its unit."""
    units = {unit.id: unit for unit in load_units(workspace, document_id)}
    records = workspace.shard("generate", document_id).read(Example)
    return [InUnit(record, units[record.unit_id]) for record in records]


def load_grounded(workspace: Workspace, document_id: str) -> list[InUnit[GroundedExample]]:
    """The grounded examples of a document, each with its unit."""
    units = {unit.id: unit for unit in load_units(workspace, document_id)}
    records = workspace.shard("ground", document_id).read(GroundedExample)
    return [InUnit(record, units[record.example.unit_id]) for record in records]


def load_reviews(workspace: Workspace, document_id: str) -> list[InReview]:
    """The verified examples of a document, each with its unit and all that was sent and said of it."""
    files = ReviewFiles(workspace)
    units = {unit.id: unit for unit in load_units(workspace, document_id)}
    shown = files.shown_by_key(document_id)
    annotations = files.current_annotations(document_id)
    return [
        InReview(record, units[record.example.unit_id], shown.get(record.id, {}), annotations.get(record.id, ()))
        for record in workspace.shard("verify", document_id).read(VerifiedExample)
    ]


SPECS: Final[Mapping[str, StageSpec]] = {
    spec.name: spec
    for spec in (
        StageSpec("parse", Unit, (), build_parse, lambda *_: ()),
        StageSpec("generate", Example, ("parse",), build_generate, load_units, teaching_models, pilot=True),
        StageSpec("ground", GroundedExample, ("parse", "generate"), build_ground, load_examples, grounding_models),
        StageSpec("verify", VerifiedExample, ("parse", "ground"), build_verify, load_grounded),
        StageSpec(
            "review",
            ReviewedExample,
            ("parse", "verify"),
            build_review,
            load_reviews,
            has_work=was_annotated,
            more_inputs=lambda workspace, document: {
                "annotations": ReviewFiles(workspace).annotations(document).sha256() or ""
            },
        ),
    )
}


@cache
def _backend(family: registry.Family, kind: str, **options: object) -> Any:  # noqa: ANN401 - whatever it names
    """A backend, made once per process and options: models stay loaded from shard to shard."""
    return registry.create(family, registry.find(family, kind).options.model_validate({"kind": kind, **options}))


def _grounder_options(kind: str, config: GroundSection) -> registry.Options:
    """The options of a grounder: its own table, or its defaults with those of ``[ground]`` that it knows."""
    own: registry.Options | None = getattr(config, kind, None)
    if own is not None:
        return own
    model = registry.find("grounders", kind).options
    shared = {"fuzzy_threshold": config.fuzzy_threshold}
    return model.model_validate({"kind": kind, **{k: v for k, v in shared.items() if k in model.model_fields}})


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
