"""What one level of the cascade came to."""

from collections.abc import Iterable
from dataclasses import dataclass

from corpusbuilder.records.evidence import Evidence, RelationFinding


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence that is certain, candidates that are not, and why nothing more was found."""

    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Evidence, ...] = ()
    problems: tuple[str, ...] = ()
    """One sentence per statement or citation that could not be grounded."""
    relations: tuple[RelationFinding, ...] = ()
    """The relations that the step asserts and what the diagram says of them, whether or not they hold."""

    @property
    def certain(self) -> bool:
        """Whether there is evidence and nothing was left open."""
        return bool(self.evidence) and not self.problems


def merged(parts: Iterable[Found]) -> Found:
    """All that several levels or citations came to."""
    every = tuple(parts)
    return Found(
        evidence=tuple(dict.fromkeys(e for part in every for e in part.evidence)),
        candidates=tuple(dict.fromkeys(c for part in every for c in part.candidates)),
        problems=tuple(dict.fromkeys(p for part in every for p in part.problems)),
        relations=tuple(dict.fromkeys(r for part in every for r in part.relations)),
    )
