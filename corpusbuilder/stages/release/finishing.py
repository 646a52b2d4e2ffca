"""What is written once all rows are: the card, the manifest and the checksums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import storage_errors
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.records.contamination import ContaminationReport
from corpusbuilder.records.release import SPLITS, ReleaseChange, ReleasedDocument, ReleaseManifest
from corpusbuilder.stages.release.card import (
    CROISSANT,
    CardFacts,
    croissant_json,
    data_files,
    facts_of,
    plots_of,
    render_card,
)
from corpusbuilder.stages.release.features import CONFIGS
from corpusbuilder.stages.release.splits import SplitPlan
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
    contamination: ContaminationReport | None


def finish(writer: DatasetWriter, made: Made) -> None:
    """Write all that is not rows."""
    facts = card_facts(made)
    writer.write_text(CARD, render_card(facts, digests=writer.digests()))
    for name, plot in plots_of(facts).items():
        with storage_errors(writer.folder):
            (writer.folder / name).parent.mkdir(exist_ok=True)
        writer.write_text(name, plot)
    writer.write_text(CROISSANT, croissant_json(facts, data_files(writer.folder), writer.folder))
    writer.write_text(MANIFEST, manifest_of(made, facts).model_dump_json(indent=1) + "\n")
    writer.write_text(CHECKSUMS, checksum_lines(writer.folder, writer.files()))


def card_facts(made: Made) -> CardFacts:
    """What stands on the card."""
    return facts_of(
        made.tally,
        name=made.name,
        config=made.config,
        groups=made.plan.groups,
        rows=made.rows,
        configs=CONFIGS,
        splits=SPLITS,
        changes=_changes(made),
        notes=made.notes,
        spending=made.spending,
        review=made.review,
        contamination=made.contamination,
    )


def manifest_of(made: Made, facts: CardFacts) -> ReleaseManifest:
    """What the release says of itself."""
    return ReleaseManifest(
        name=made.name,
        version=made.config.version,
        tool_version=__version__,
        split_by=made.config.split_by,
        shares=made.config.splits.model_dump(),
        splits={**(made.previous.splits if made.previous else {}), **made.plan.split_of},
        rows={c: {s: made.rows[c, s] for s in SPLITS if (c, s) in made.rows} for c in CONFIGS},
        documents=dict(made.documents),
        previous=_before(made),
        changes=_changes(made),
        settings=dict(made.settings),
        card=facts.model_dump(mode="json"),
    )


def _before(made: Made) -> dict[str, ReleasedDocument] | None:
    """The documents of the last version before this one: a release that is made again is still the same version."""
    last = made.previous
    if last is None:
        return None
    return last.previous if last.version == made.config.version else last.documents


def _changes(made: Made) -> tuple[ReleaseChange, ...]:
    """One entry a version, the oldest first."""
    earlier = made.previous.changes if made.previous else ()
    return (*(change for change in earlier if change.version != made.config.version), _change(made, _before(made)))


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
