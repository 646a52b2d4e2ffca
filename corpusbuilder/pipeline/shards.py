"""One shard: when it is stale, why, and how it is made. `run_shard` is what an engine runs."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.calls import POSTPONED
from corpusbuilder.config import Config
from corpusbuilder.errors import CorpusbuilderError
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.specs import SPECS, Given, StageSpec
from corpusbuilder.records.base import Record
from corpusbuilder.records.ids import canonical_json
from corpusbuilder.stages.contract import Done, InUnit, Rejected, Source, Stage
from corpusbuilder.store.journal import Journal
from corpusbuilder.store.workspace import Counts, DoneFile, RejectedInput, Shard, Workspace

CIRCUMSTANCES: Final = frozenset({"encrypted", "wrong_password", "unreadable", "worker_died", "endpoint_failed"})
"""Reasons of rejection that lie outside the file and may be gone tomorrow: what was made before is kept."""
RETRIED: Final = CIRCUMSTANCES - {"encrypted"}
"""Those that leave no trace by which one could tell that they are gone: such a shard is tried again in every run."""

_MOST_PROMPTS: Final = 3
UNANSWERED: Final = frozenset({"context_too_long", "request_refused", "image_unreadable", "internal_error"})
"""Those for which a model gave no answer: a server that is set up otherwise may give one, and what was answered costs
nothing when it is tried again."""


@dataclass(frozen=True, slots=True)
class ShardJob:
    """Everything a worker needs to make one shard. It pickles."""

    root: Path
    stage: str
    config: Config
    document_id: str
    fingerprint: Mapping[str, JsonValue]
    source: Source | None = None
    """For ``parse``."""
    fresh: bool = False
    """Whether to ignore what an interrupted run left."""
    retried: frozenset[str] = RETRIED
    """Reasons of an earlier rejection for which to try again."""


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What became of one shard."""

    document_id: str
    counts: Counts
    rejected: tuple[RejectedInput, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    cached: bool = False
    postponed: int = 0
    """Inputs whose answers are not there yet: the shard is not finished."""


def fingerprint_of(
    spec: StageSpec, stage: Stage[Any, Any], language: str, inputs: Mapping[str, str]
) -> dict[str, JsonValue]:
    """Everything a shard depends on.

    Args:
        spec: the stage.
        stage: the same, built.
        language: of the document; empty for ``parse``.
        inputs: SHA-256 of each input, by a name for people.
    """
    return {
        "stage version": stage.version,
        "record schema": _schema_digest(spec.writes),
        **{f"input {name}": digest for name, digest in inputs.items()},
        **stage.fingerprint(language),
    }


def why_stale(shard: Shard, fingerprint: Mapping[str, JsonValue], *, retried: frozenset[str] = RETRIED) -> str | None:
    """One sentence on why a shard must be made, or None when it is current.

    Args:
        shard: on disk.
        fingerprint: what it would depend on if it were made now.
        retried: reasons of rejection for which it is tried again.
    """
    done = shard.read_done()
    if done is None:
        return "begun, not finished" if shard.partial.exists() else "not made yet"
    if changes := differences(done.fingerprint, fingerprint):
        return "; ".join(changes)
    if done.counts.rejected and any(reject.reason_code in retried for reject in shard.read_rejected()):
        return "it was rejected for a reason that may be gone"
    if done.output_sha256 != shard.output_sha256():
        return "its file was changed or deleted by hand"
    return None


def differences(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> list[str]:
    """What changed between two fingerprints, in words."""
    changes = []
    prompts = [k for k in before.keys() | after.keys() if k.startswith("prompt ") and before.get(k) != after.get(k)]
    if len(prompts) > _MOST_PROMPTS:
        changes.append(f"{len(prompts)} prompts changed")
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new or (key in prompts and len(prompts) > _MOST_PROMPTS):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            changes += _inner_differences(key, old, new)
        elif key not in before:
            changes.append(f"{key} is new")
        elif key not in after:
            changes.append(f"{key} is gone")
        elif _is_digest(old) or _is_digest(new):
            changes.append(f"{key} changed")
        else:
            changes.append(f"{key} changed from {_short(old)} to {_short(new)}")
    return changes


def _inner_differences(key: str, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> list[str]:
    """What changed inside a table; of another kind of thing only the kind."""
    if before.get("kind") != after.get("kind"):
        return [f"{key} changed from {before.get('kind')} to {after.get('kind')}"]
    return [f"{key} {change}" for change in differences(before, after)]


def run_shard(job: ShardJob, access: Access | None = None) -> ShardReport:
    """Make one shard, going on from what an interrupted run left.

    Args:
        job: which shard, and everything it depends on.
        access: to models, for a stage that calls any.

    Raises:
        BackendError, BudgetReachedError, MissingExtraError: the stage cannot go on at all.
        StorageError: the workspace cannot be read or written.
    """
    started = time.monotonic()
    spec, workspace = SPECS[job.stage], Workspace(job.root)
    shard = workspace.shard(job.stage, job.document_id)
    stage = built(job.stage, job.root, job.config, access)
    digest = hashlib.sha256(canonical_json(dict(job.fingerprint))).hexdigest()
    resumes = not stage.needs_all
    with shard.journal(fingerprint=digest, keep=resumes and not job.fresh, durable=resumes) as journal:
        before = shard.read_done()
        if before is not None and not job.fresh and why_stale(shard, job.fingerprint, retried=job.retried) is None:
            journal.remove()  # another run has made it since this one was planned
            return cached_report(shard, before)
        inputs: Sequence[Any] = [job.source] if job.source else spec.load(workspace, job.document_id)
        remaining = [r for r in inputs if not _is_settled(journal.entries.get(input_id(r)), job.retried)]
        if access is not None:
            access.meter.inputs += len(inputs) - len(remaining)
        postponed = 0
        for result in results_of(stage, remaining):
            if isinstance(result, Rejected) and result.reason_code in POSTPONED:
                postponed += 1
            else:
                with _telling_others(access):
                    _keep(result, journal, workspace)
            if access is not None:
                access.meter.inputs += 1
        if postponed:
            seconds = time.monotonic() - started
            return ShardReport(job.document_id, total(()), seconds=seconds, postponed=postponed)
        return _finish(job, shard, journal, [input_id(record) for record in inputs], before, started=started)


def _is_settled(entry: JsonValue, retried: frozenset[str]) -> bool:
    """Whether an interrupted run left a result of an input that need not be tried again."""
    if not isinstance(entry, dict):
        return False
    refused = entry.get("rejected")
    return not (isinstance(refused, dict) and refused.get("code") in retried)


def cached_report(shard: Shard, done: DoneFile) -> ShardReport:
    """The report on a shard that is current."""
    rejected = tuple(shard.read_rejected())
    return ShardReport(shard.document_id, done.counts, rejected, done.notes, done.seconds, cached=True)


def _finish(
    job: ShardJob,
    shard: Shard,
    journal: Journal,
    inputs: Sequence[str],
    before: DoneFile | None,
    *,
    started: float,
) -> ShardReport:
    """Put a complete shard in place; one that circumstances spoil leaves the good one of before."""
    counts, rejected, lines, notes = _collected(shard, inputs, journal)
    report = ShardReport(shard.document_id, counts, rejected, notes, time.monotonic() - started)
    if before is not None and before.counts.outputs and _is_circumstance(counts, rejected):
        report = replace(report, notes=(f"{shard.document_id}: what was made of it before is kept",))
    else:
        shard.done.unlink(missing_ok=True)
        characters = sum_of(_characters(journal.entries[identity]) for identity in inputs)
        _write_done(job, shard, report, shard.write(lines, rejected), characters)
    journal.remove()
    return report


def _is_circumstance(counts: Counts, rejected: Sequence[RejectedInput]) -> bool:
    return not counts.done and bool(rejected) and all(reject.reason_code in CIRCUMSTANCES for reject in rejected)


def record_crash(job: ShardJob, reason: str) -> ShardReport:
    """Reject the only input of a shard whose worker died, so that the run goes on without it.

    Raises:
        CorpusbuilderError: the shard has many inputs, and nobody knows which one it was.
    """
    if job.source is None:
        raise CorpusbuilderError(
            f"{job.stage} of {job.document_id}: {reason}",
            hint="the machine may be out of memory: try --workers 1; what was finished is kept",
        )
    shard = Workspace(job.root).shard(job.stage, job.document_id)
    message = f"{job.source.file_name}: reading it ended the worker process ({reason})"
    with shard.journal(fingerprint="", keep=False) as journal:
        journal.append(job.document_id, {"rejected": {"code": "worker_died", "message": message}})
        return _finish(job, shard, journal, [job.document_id], shard.read_done(), started=time.monotonic())


def input_id(record: Source | InUnit[Any] | Record) -> str:
    """The id of a stage's input."""
    if isinstance(record, Source):
        return record.document_id
    if isinstance(record, InUnit):
        return str(record.record.id)
    return str(record.id)  # type: ignore[attr-defined]  # every record between stages has one


def results_of(stage: Stage[Any, Any], inputs: Sequence[Any]) -> Iterator[Done[Any] | Rejected]:
    """Results of all inputs. A stage that fails on the lot is asked again, one input at a time.

    Raises:
        CorpusbuilderError: the stage cannot go on at all.
    """
    seen: set[str] = set()
    try:
        for result in stage.process(inputs) if inputs else ():
            seen.add(result.input_id)
            yield result
    except CorpusbuilderError:
        raise
    except Exception as error:
        if stage.needs_all:
            raise
        rest = [record for record in inputs if input_id(record) not in seen]
        yield from ([_failed(stage, rest[0], error)] if len(inputs) == 1 else (_alone(stage, r) for r in rest))


def _alone(stage: Stage[Any, Any], record: Any) -> Done[Any] | Rejected:  # noqa: ANN401 - any stage's input
    try:
        (result,) = stage.process([record])
    except CorpusbuilderError:
        raise
    except Exception as error:  # noqa: BLE001 - the record boundary: one bad record must not end a run
        return _failed(stage, record, error)
    return result


def _failed(stage: Stage[Any, Any], record: Any, error: Exception) -> Rejected:  # noqa: ANN401 - likewise
    place = f"{type(error).__name__}: {error}"
    return Rejected(input_id(record), "internal_error", f"{stage.name} failed on this record: {place}")


@contextmanager
def _telling_others(access: Access | None) -> Iterator[None]:
    """Let the other shards that call models end for the same reason as this one.

    The teacher hears of the end before this error has left the shard, and waits for the calls in flight: without their
    cause, the other shards would end first, and for no reason that a person could mend.
    """
    try:
        yield
    except CorpusbuilderError as error:
        if access is not None:
            access.stop(error)
        raise


def _keep(result: Done[Any] | Rejected, journal: Journal, workspace: Workspace) -> None:
    """Assets first, then the journal line that vouches for them."""
    if isinstance(result, Rejected):
        journal.append(result.input_id, {"rejected": {"code": result.reason_code, "message": result.message}})
        return
    for asset in result.assets:
        workspace.write_asset(asset.sha256, asset.media_type, asset.data)
    lines = [record.model_dump_json() for record in result.outputs]
    characters: dict[str, JsonValue] = dict(result.characters)
    entry: dict[str, JsonValue] = {"outputs": [*lines], "notes": [*result.notes]}
    journal.append(result.input_id, entry | ({"characters": characters} if characters else {}))


def _collected(
    shard: Shard, inputs: Sequence[str], journal: Journal
) -> tuple[Counts, tuple[RejectedInput, ...], list[bytes], tuple[str, ...]]:
    """Counts, rejects, records and notes in the order of the inputs, whatever order they came in."""
    missing = [identity for identity in inputs if identity not in journal.entries]
    if missing:
        raise AssertionError(f"{shard.data}: no result for {len(missing)} inputs, such as {missing[0]}")
    lines: list[bytes] = []
    rejected: list[RejectedInput] = []
    notes: list[str] = []
    for identity in inputs:
        entry: Any = journal.entries[identity]
        if refused := entry.get("rejected"):
            rejected.append(RejectedInput(input_id=identity, reason_code=refused["code"], message=refused["message"]))
        else:
            lines += [line.encode() for line in entry["outputs"]]
            notes += entry["notes"]
    counts = Counts(inputs=len(inputs), done=len(inputs) - len(rejected), rejected=len(rejected), outputs=len(lines))
    return counts, tuple(rejected), lines, tuple(notes)


def _characters(entry: Any) -> dict[str, int]:  # noqa: ANN401 - an entry of the journal
    return entry.get("characters") or {}


def sum_of(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of counts, name by name."""
    added: dict[str, int] = {}
    for count in counts:
        for name, number in count.items():
            added[name] = added.get(name, 0) + number
    return added


def _write_done(
    job: ShardJob, shard: Shard, report: ShardReport, output_sha256: str, characters: Mapping[str, int]
) -> None:
    inputs = {key: value for key, value in job.fingerprint.items() if key.startswith("input ")}
    done = DoneFile(
        fingerprint=dict(job.fingerprint),
        input_sha256=hashlib.sha256(canonical_json(inputs)).hexdigest(),
        output_sha256=output_sha256,
        counts=report.counts,
        notes=report.notes,
        characters=dict(characters),
        seconds=round(report.seconds, 3),
    )
    shard.write_done(done)


@lru_cache(maxsize=8)
def built(name: str, root: Path, config: Config, access: Access | None = None) -> Stage[Any, Any]:
    """A stage, built once per process and configuration."""
    workspace = Workspace(root)
    return SPECS[name].build(Given(config, workspace, access or access_for(workspace, config)))


@cache
def _schema_digest(record: type[Record]) -> str:
    """Digest of a record's JSON Schema without its prose."""
    return hashlib.sha256(canonical_json(_without_prose(record.model_json_schema()))).hexdigest()


def _without_prose(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {
            k: _without_prose(v) for k, v in value.items() if k not in {"description", "title"} or isinstance(v, dict)
        }
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    return value


def _is_digest(value: JsonValue) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value)


def _short(value: JsonValue) -> str:
    text = canonical_json(value).decode()
    return text if len(text) <= 40 else text[:39] + "…"


def total(reports: Iterable[ShardReport]) -> Counts:
    """The sum over shards."""
    counts = [report.counts for report in reports]
    return Counts(
        inputs=sum(c.inputs for c in counts),
        done=sum(c.done for c in counts),
        rejected=sum(c.rejected for c in counts),
        outputs=sum(c.outputs for c in counts),
    )
