"""Which examples people should see, in which order."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from corpusbuilder.pipeline.glimpses import glimpse_reviewed
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import Purpose
from corpusbuilder.stages.review.ranking import Candidate, candidate_of, ranked, sampled
from corpusbuilder.store.workspace import Workspace

_AUDIT_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One example that people should see."""

    document_id: str
    purpose: Purpose
    place: float
    """In the order of value, from 0 to 1."""


def wanted(workspace: Workspace, *, share_accepted: float, audited: Collection[str] = ()) -> dict[str, Wanted]:
    """The examples that people should see, by id: what verification withholds, then a sample of what it accepts.

    Args:
        workspace: with verified examples.
        share_accepted: of the accepted examples, 0 to 1.
        audited: accepted examples that are in the sample, whatever the share.
    """
    withheld: dict[str, Candidate] = {}
    accepted: dict[str, Candidate] = {}
    for record in verified(workspace):
        (accepted if record.accepted else withheld)[record.id] = candidate_of(record)
    sample = {*sampled(accepted, share_accepted, _AUDIT_SEED), *(set(audited) & accepted.keys())}
    found: dict[str, Wanted] = {}
    for number, identity in enumerate(ranked(withheld.values())):
        found[identity] = Wanted(withheld[identity].document_id, "withheld", number / len(withheld))
    for number, identity in enumerate(sorted(sample)):
        # Spread among the others: who stops after an hour has seen some, and nobody can tell them by their place.
        found[identity] = Wanted(accepted[identity].document_id, "audit", (number + 0.5) / len(sample))
    return found


def verified(workspace: Workspace) -> Iterator[VerifiedExample]:
    """All verified examples, document by document."""
    for document in workspace.document_ids("verify"):
        yield from workspace.shard("verify", document).read(VerifiedExample)


def settled(workspace: Workspace) -> set[str]:
    """Ids of examples about which people have decided."""
    return {
        reviewed.id
        for document in workspace.document_ids("review")
        for reviewed in glimpse_reviewed(workspace, document)
        if reviewed.status != "disputed"
    }
