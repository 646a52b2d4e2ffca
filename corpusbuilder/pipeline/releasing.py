"""Makes the release folder from the verified shards, and knows when it is stale."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from pydantic import JsonValue, ValidationError

from corpusbuilder.backends.labelstudio.reading import VERSION
from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, StorageError, command_line
from corpusbuilder.pipeline.assets import collect_assets
from corpusbuilder.pipeline.benchmarks import benchmark_digests, read_benchmarks
from corpusbuilder.pipeline.calls import spending
from corpusbuilder.pipeline.releasedate import release_date
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.reviewing.summary import agreement_of
from corpusbuilder.pipeline.shards import differences
from corpusbuilder.pipeline.sources import known_sources
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.ids import document_id
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.release import DocumentInput, build_release, fingerprint, settled
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.folders import put_back, replaced_folder
from corpusbuilder.store.release import MANIFEST, ReleaseFolder
from corpusbuilder.store.workspace import Workspace

STAGE = "release"


class ReleaseDone(Record):
    """The proof that a release is complete, and what it was made from."""

    fingerprint: dict[str, JsonValue]
    """Everything the release depends on, by names that a person understands."""
    files: dict[str, int]
    """Size of every file of the release, in bytes."""
    rows: dict[str, dict[str, int]]
    """Number of rows by config and split."""
    withheld: int
    """Verified examples that were not released."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What a release holds."""

    name: str
    folder: Path
    rows: Mapping[str, Mapping[str, int]]
    """Number of rows by config and split."""
    withheld: int
    """Verified examples that were not released."""
    notes: tuple[str, ...]
    cached: bool
    """Whether it was current already."""

    @property
    def documents(self) -> int:
        """Number of documents."""
        return sum(self.rows.get("documents", {}).values())

    @property
    def examples(self) -> int:
        """Number of released examples."""
        return sum(self.rows.get("examples", {}).values())


def release(
    workspace: Workspace, config: Config, *, without: Mapping[str, str] = MappingProxyType({}), force: bool = False
) -> ReleaseReport:
    """Make the release if it is stale. The folder changes from the old release to the new one at once.

    Images that nothing shows any more, such as those of a PDF that was replaced, are deleted from the workspace.

    Args:
        workspace: with verified documents.
        config: name and splits of the release.
        without: documents that are not finished, and why: they are left out and named.
        force: make it also when it is current.

    Raises:
        MissingInputError: nothing was verified yet, or nothing of it is finished.
        MissingExtraError: `datasets` is not installed.
        StorageError: the workspace cannot be read or written.
    """
    name = config.release_name
    with locked_folder(workspace.stage_folder(STAGE)):
        put_back(_folder(workspace, name))  # its splits and its version are to be known
        config = _settled(workspace, config)
        done = _read_done(workspace, name)
        if not force and done is not None and why_release_is_stale(workspace, config, without=without) is None:
            return _report(workspace, name, done, cached=True)
        report = _make(workspace, config, without)
        collect_assets(workspace)
        return report


def why_release_is_stale(
    workspace: Workspace, config: Config, *, without: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """One sentence on why the release must be made, or None when it is current."""
    name = config.release_name
    done = _read_done(workspace, name)
    if done is None:
        return "not made yet"
    if done.files != _files(_folder(workspace, name)):
        return "its files were changed or deleted by hand"
    changes = differences(done.fingerprint, _fingerprint(workspace, _settled(workspace, config), without))
    return "; ".join(_grouped(changes)) or None


def _make(workspace: Workspace, config: Config, without: Mapping[str, str]) -> ReleaseReport:
    name = config.release_name
    depends_on = _fingerprint(workspace, config, without)
    documents = _documents(workspace, without)
    unfinished = _by_file_name(workspace, without)
    benchmarks = read_benchmarks(workspace.root, config.release.benchmarks)
    if not documents:
        raise MissingInputError(
            f"{workspace.root}: there is nothing to release: no document is finished"
            + "".join(f"; {file} is not ({reason})" for file, reason in unfinished[:1]),
            hint=command_line("build", "-w", workspace.root),
        )
    folder = _folder(workspace, name)
    previous = _previous(workspace, folder)
    with replaced_folder(folder) as fresh:
        summary = build_release(
            documents,
            config=config.release.model_copy(update={"date": release_date(config.release, previous)}),
            name=name,
            read_image=workspace.read_asset,
            folder=fresh,
            settings={"parse": config.parse.model_dump(mode="json", exclude={"workers"})},
            previous=previous,
            spending=spending(workspace),
            review=agreement_of(workspace),
            benchmarks=benchmarks,
        )
        (workspace.stage_folder(STAGE) / "done" / f"{name}.json").unlink(missing_ok=True)
    left_out = (f"{file} is left out: {reason}" for file, reason in unfinished)
    refused = (f"{r.input_id} is left out: {r.message} [{r.reason_code}]" for r in summary.rejected)
    done = ReleaseDone(
        fingerprint=depends_on,
        files=_files(folder),
        rows={config_name: dict(splits) for config_name, splits in summary.rows.items()},
        withheld=summary.withheld,
        notes=(*summary.notes, *left_out, *refused),
    )
    workspace.write_json(done.model_dump(mode="json"), STAGE, "done", f"{name}.json")
    return _report(workspace, name, done, cached=False)


def _settled(workspace: Workspace, config: Config) -> Config:
    """The same with the version that the release will have."""
    folder = _folder(workspace, config.release_name)
    if config.release.version or not (folder / MANIFEST).exists():
        return config.model_copy(update={"release": settled(config.release, None)})
    return config.model_copy(update={"release": settled(config.release, _manifest(folder))})


def _manifest(folder: Path) -> ReleaseManifest:
    """What the release that stands there says of itself.

    Raises:
        StorageError: it is damaged: what is not known to stand in test might go to train.
    """
    try:
        return ReleaseFolder.open(folder).manifest
    except StorageError as error:
        raise StorageError(
            error.message,
            hint=f"put {MANIFEST} back from a copy, or from where it was published; without {folder}, splits are "
            "assigned anew",
            repeat=False,
        ) from None


def _previous(workspace: Workspace, folder: Path) -> ReleaseManifest | None:
    """What the release that stands there says of itself; None when there is none, or one of before manifests.

    A document that was forgotten leaves no trace in it; one that is not finished keeps its split.
    """
    if not (folder / MANIFEST).exists():
        return None
    manifest = _manifest(folder)
    kept = {document_id(source.sha256) for source in known_sources(workspace)} | set(workspace.document_ids("parse"))
    gone = manifest.documents.keys() - kept
    splits = {piece: split for piece, split in manifest.splits.items() if piece not in gone}
    return manifest.model_copy(update={"splits": splits})


def _by_file_name(workspace: Workspace, without: Mapping[str, str]) -> list[tuple[str, str]]:
    """The file name of each document that is not finished, as far as it is known, and why; sorted."""
    names = {document_id(source.sha256): Path(source.path).name for source in known_sources(workspace)}
    return sorted((names.get(document, document), reason) for document, reason in without.items())


def _files(folder: Path) -> dict[str, int]:
    """Sizes of the files of a release, by their place in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}


def _documents(workspace: Workspace, without: Mapping[str, str]) -> list[DocumentInput]:
    """Documents that were parsed; those about which nothing could be asked give figures and passages only.

    Empty when examples were generated and none is verified yet.
    """
    verified = set(workspace.document_ids("verify"))
    if not verified and _outputs(workspace, "generate") != 0:
        return []
    found = []
    for document in workspace.document_ids("parse"):
        done = workspace.shard("parse", document).read_done()
        if done is not None and done.counts.outputs and document not in without:
            examples = partial(judged_examples, workspace, document)
            units = partial(workspace.shard("parse", document).read, Unit)
            found.append(DocumentInput(document, units, examples if document in verified else tuple))
    return found


def judged_examples(workspace: Workspace, document: str) -> Iterator[VerifiedExample | ReviewedExample]:
    """Every verified example of a document, in its reviewed form when people have decided about it."""
    shard = workspace.shard("review", document)
    reviewed = {record.id: record for record in shard.read(ReviewedExample)} if shard.read_done() else {}
    for record in workspace.shard("verify", document).read(VerifiedExample):
        yield reviewed.get(record.id, record)


def _outputs(workspace: Workspace, stage: str) -> int | None:
    """Number of records of a stage; None when it has not run."""
    dones = [workspace.shard(stage, document).read_done() for document in workspace.document_ids(stage)]
    return sum(done.counts.outputs for done in dones if done is not None) if dones else None


def _fingerprint(workspace: Workspace, config: Config, without: Mapping[str, str]) -> dict[str, JsonValue]:
    inputs = {
        f"input {stage} of {document}": workspace.shard(stage, document).output_sha256()
        for stage in ("parse", "verify", "review")
        for document in workspace.document_ids(stage)
        if document not in without
    }
    said = {
        f"input annotations of {document}": ReviewFiles(workspace).annotations(document).sha256()
        for document in ReviewFiles(workspace).documents()
        if document not in without
    }
    reading = {"reading of annotations": VERSION} if said else {}
    digests = benchmark_digests(workspace.root, config.release.benchmarks)
    asked = {f"benchmark {name}": digest for name, digest in digests.items()}
    return {**fingerprint(config.release, config.release_name), **inputs, **said, **reading, **asked}


def _grouped(changes: list[str]) -> list[str]:
    """Changes of many documents told as one."""
    inputs = [change for change in changes if change.startswith("input ")]
    others = [change for change in changes if not change.startswith("input ")]
    return [*others, f"{len(inputs)} shards changed"] if len(inputs) > 3 else changes


def _folder(workspace: Workspace, name: str) -> Path:
    return workspace.stage_folder(STAGE) / name


def _read_done(workspace: Workspace, name: str) -> ReleaseDone | None:
    try:
        return ReleaseDone.model_validate_json((workspace.stage_folder(STAGE) / "done" / f"{name}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _report(workspace: Workspace, name: str, done: ReleaseDone, *, cached: bool) -> ReleaseReport:
    return ReleaseReport(name, _folder(workspace, name), done.rows, done.withheld, done.notes, cached=cached)
