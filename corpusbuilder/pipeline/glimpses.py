"""Light models of stored records: as much of a line of a shard as counting needs, at a fraction of the time."""

from collections.abc import Iterator

from pydantic import BaseModel

from corpusbuilder.errors import StorageError
from corpusbuilder.records.verdict import Outcome, VerdictLabel
from corpusbuilder.store.workspace import Workspace


class _Example(BaseModel):
    id: str


class _Grounded(BaseModel):
    example: _Example


class _Check(BaseModel):
    name: str
    outcome: Outcome


class _Label(BaseModel):
    label: VerdictLabel


class _Verdict(_Label):
    checks: tuple[_Check, ...]


class VerifiedGlimpse(BaseModel):
    """As much of a `VerifiedExample`."""

    grounded: _Grounded
    verdict: _Label

    @property
    def id(self) -> str:
        """The example's id."""
        return self.grounded.example.id

    @property
    def label(self) -> VerdictLabel:
        """What the checks say of it."""
        return self.verdict.label


class _JudgedGlimpse(VerifiedGlimpse):
    verdict: _Verdict


class ReviewedGlimpse(BaseModel):
    """As much of a `ReviewedExample`."""

    verified: _JudgedGlimpse
    status: str
    accepted: bool

    @property
    def id(self) -> str:
        """The example's id."""
        return self.verified.id

    @property
    def label(self) -> VerdictLabel:
        """What the checks say of it as people leave it."""
        return self.verified.label

    @property
    def objecting(self) -> frozenset[str]:
        """Names of the checks that fail, or where none does of those that could not decide."""
        names: dict[Outcome, set[str]] = {}
        for check in self.verified.verdict.checks:
            names.setdefault(check.outcome, set()).add(check.name)
        return frozenset(names.get("fail") or names.get("abstain") or ())


class _Document(BaseModel):
    language: str


class _Unit(BaseModel):
    document: _Document


def language_of(workspace: Workspace, document_id: str) -> str:
    """The language of a parsed document (BCP 47), from the first line of its shard.

    Raises:
        StorageError: there is no such shard, or it is damaged or empty.
    """
    shard = workspace.shard("parse", document_id)
    for unit in shard.read(_Unit):
        return unit.document.language
    raise StorageError(f"{shard.data}: no unit is in it", hint="corpusbuilder parse --force makes it again")


def glimpse_verified(workspace: Workspace, document_id: str) -> Iterator[VerifiedGlimpse]:
    """The verified examples of a document.

    Raises:
        StorageError: the shard is damaged.
    """
    return workspace.shard("verify", document_id).read(VerifiedGlimpse)


def glimpse_reviewed(workspace: Workspace, document_id: str) -> Iterator[ReviewedGlimpse]:
    """The examples of a document about which people have decided; none where their shard is not finished.

    Raises:
        StorageError: the shard is damaged.
    """
    shard = workspace.shard("review", document_id)
    return shard.read(ReviewedGlimpse) if shard.read_done() is not None else iter(())
