"""Tasks with a known answer, hidden among the others."""

import hashlib
from collections.abc import Collection, Iterator
from typing import Final

from corpusbuilder.config import ReviewSection
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import Decision, ReviewedExample, Shown
from corpusbuilder.stages.review.gold import choose_gold, known, planted
from corpusbuilder.store.workspace import Workspace

_SEED: Final = 0
_TRIED: Final = 6
"""Accepted examples that are looked at for each task that is wanted: not every one takes an error."""


def gold_tasks(
    workspace: Workspace, config: ReviewSection, *, number: int, without: Collection[str], with_known: bool
) -> dict[str, list[Shown]]:
    """The tasks with a known answer, by document: those sent before, and as many new ones as are missing.

    Args:
        workspace: with verified examples.
        config: says who is an adjudicator.
        number: wanted in all.
        without: examples that are shown for another reason, and are not made use of.
        with_known: also make use of what people have settled: only for people who have not seen it.
    """
    found: dict[str, list[Shown]] = {}
    for document in ReviewFiles(workspace).documents():
        if sent := [shown for shown in ReviewFiles(workspace).shown(document).read() if shown.purpose == "gold"]:
            found[document] = list({shown.key: shown for shown in sent}.values())
    missing = number - sum(map(len, found.values()))
    if missing > 0:
        keys = {shown.key for sent in found.values() for shown in sent}
        settled = _known(workspace, config) if with_known else ()
        candidates = [*settled, *_planted(workspace, missing, without)]
        for shown in choose_gold([c for c in candidates if c.key not in keys], missing, _SEED):
            found.setdefault(shown.grounded.example.document_id, []).append(shown)
    return found


def _known(workspace: Workspace, config: ReviewSection) -> Iterator[Shown]:
    """Examples that an adjudicator has settled, or several people in the same way."""
    files = ReviewFiles(workspace)
    for document in workspace.document_ids("review"):
        shown = files.shown_by_key(document)
        for reviewed in workspace.shard("review", document).read(ReviewedExample):
            last = next((r for r in reversed(reviewed.reviews) if r.annotator == reviewed.annotator), None)
            version = shown.get(reviewed.id, {}).get(last.version) if last else None
            gold = known(reviewed, version.grounded) if version and _is_beyond_doubt(reviewed, config) else None
            if gold is not None:
                yield gold


def _is_beyond_doubt(reviewed: ReviewedExample, config: ReviewSection) -> bool:
    last = {r.annotator: r.decision for r in reviewed.reviews if r.decision is not Decision.SKIP}
    return reviewed.annotator in config.adjudicators or (len(last) > 1 and len(set(last.values())) == 1)


def _planted(workspace: Workspace, number: int, without: Collection[str]) -> Iterator[Shown]:
    """Accepted examples with one error planted in each."""
    drawn = [
        (hashlib.blake2b(record.id.encode()).hexdigest(), document, record.id)
        for document in workspace.document_ids("verify")
        for record in workspace.shard("verify", document).read(VerifiedExample)
        if record.accepted and record.id not in without
    ]
    chosen: dict[str, set[str]] = {}
    for _, document, identity in sorted(drawn)[: _TRIED * number]:
        chosen.setdefault(document, set()).add(identity)
    for document, ids in sorted(chosen.items()):
        units = {unit.id: unit for unit in load_units(workspace, document)}
        for record in workspace.shard("verify", document).read(VerifiedExample):
            if record.id in ids and (shown := planted(record, units[record.example.unit_id])) is not None:
                yield shown
