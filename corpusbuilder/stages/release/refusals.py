"""Which documents keep a release from being published with its content, by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from corpusbuilder.records.base import Record
from corpusbuilder.stages.release.card.facts import CardFacts
from corpusbuilder.stages.release.licences import carried_by_examples, judge
from corpusbuilder.store.release import ReleaseFolder


class Refusal(Record):
    """A document that must not be published, or not with the annotations under the licence that was chosen for them."""

    document_id: str
    file_name: str
    title: str
    licence: str | None
    """As stated."""
    why: str
    """One sentence without a full stop."""


def refusals(documents: Iterable[Mapping[str, Any]], own_licence: str | None) -> list[Refusal]:
    """What keeps these documents from being published with their content; nothing when all may be.

    A document without a stated author is none: its licence asks to name whom the rights holder names, who need not have
    named anybody. The card says so.

    Args:
        documents: rows of the config ``documents``: ``id``, ``file_name``, ``title`` and ``licence``. A document that
            stands in several splits is told once.
        own_licence: of the annotations: ``release.licence``; None when it is not known.
    """
    found: dict[str, Refusal] = {}
    for row in documents:
        licence = row["licence"]
        problem = _problem(licence, own_licence)
        if problem and row["id"] not in found:
            found[row["id"]] = Refusal(
                document_id=row["id"],
                file_name=row["file_name"] or "",
                title=row["title"] or "",
                licence=licence,
                why=problem,
            )
    return list(found.values())


def _problem(licence: str | None, own_licence: str | None) -> str | None:
    judgement = judge(licence)
    if own_licence is None:
        return None if judgement.publishable else judgement.why
    return carried_by_examples(judgement, judge(own_licence)).problem


def refusals_of(release: ReleaseFolder) -> list[Refusal]:
    """What keeps a release from being published; nothing when all of it may be, or when it holds no content.

    Raises:
        MissingExtraError: `pyarrow` is not installed.
        StorageError: a file cannot be read.
    """
    if release.manifest.kind == "stand_off":
        return []
    return refusals(release.rows("documents", columns=["id", "file_name", "title", "licence"]), own_licence_of(release))


def own_licence_of(release: ReleaseFolder) -> str | None:
    """Under which licence the annotations are; None when the release does not say."""
    facts = facts_in(release)
    return facts.own_licence if facts else None


def facts_in(release: ReleaseFolder) -> CardFacts | None:
    """What stands on the card of a release, as it was counted; None when it is of another version."""
    try:
        return CardFacts.model_validate(release.manifest.card)
    except ValidationError:
        return None
