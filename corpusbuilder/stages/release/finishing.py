"""What is written once all rows are: the card, the manifest and the checksums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.records.release import ReleaseChange, ReleasedDocument, ReleaseManifest
from corpusbuilder.stages.release.card import render_card
from corpusbuilder.stages.release.features import CONFIGS
from corpusbuilder.stages.release.splits import SPLITS, SplitPlan
from corpusbuilder.stages.release.tally import Tally
from corpusbuilder.stages.release.write import DatasetWriter
from corpusbuilder.store.release import CARD, CHECKSUMS, MANIFEST, checksum_lines


@dataclass(frozen=True, slots=True)
class Made:
    """A release whose rows are written."""

    name: str
    config: ReleaseSection
    plan: SplitPlan
    tally: Tally
    rows: Mapping[tuple[str, str], int]
    """Number of rows by config and split."""
    documents: Mapping[str, ReleasedDocument]
    notes: Sequence[str]
    settings: Mapping[str, JsonValue]
    """Under which the sources were read."""
    previous: ReleaseManifest | None
    spending: Spending | None
    review: AgreementReport | None


def finish(writer: DatasetWriter, made: Made) -> None:
    """Write all that is not rows."""
    card = render_card(
        made.tally,
        made.plan,
        made.rows,
        config=made.config,
        name=made.name,
        digests=writer.digests(),
        notes=made.notes,
        spending=made.spending,
        review=made.review,
    )
    writer.write_text(CARD, card)
    writer.write_text(MANIFEST, manifest_of(made).model_dump_json(indent=1) + "\n")
    writer.write_text(CHECKSUMS, checksum_lines(writer.folder, writer.files()))


def manifest_of(made: Made) -> ReleaseManifest:
    """What the release says of itself."""
    before = _before(made)
    return ReleaseManifest(
        name=made.name,
        version=made.config.version,
        tool_version=__version__,
        split_by=made.config.split_by,
        shares=made.config.splits.model_dump(),
        splits={**(made.previous.splits if made.previous else {}), **made.plan.split_of},
        rows={c: {s: made.rows[c, s] for s in SPLITS if (c, s) in made.rows} for c in CONFIGS},
        documents=dict(made.documents),
        previous=before,
        changes=(*_earlier_changes(made), _change(made, before)),
        settings=dict(made.settings),
        card={},
    )


def _before(made: Made) -> dict[str, ReleasedDocument] | None:
    """The documents of the last version before this one: a release that is made again is still the same version."""
    last = made.previous
    if last is None:
        return None
    return last.previous if last.version == made.config.version else last.documents


def _earlier_changes(made: Made) -> tuple[ReleaseChange, ...]:
    changes = made.previous.changes if made.previous else ()
    return tuple(change for change in changes if change.version != made.config.version)


def _change(made: Made, before: Mapping[str, ReleasedDocument] | None) -> ReleaseChange:
    old, new = before or {}, made.documents
    return ReleaseChange(
        version=made.config.version,
        documents=len(new),
        examples=sum(document.examples for document in new.values()),
        documents_added=len(new.keys() - old.keys()),
        documents_removed=len(old.keys() - new.keys()),
        documents_changed=sum(old[name] != new[name] for name in old.keys() & new.keys()),
    )
