"""Which examples people should look at first, and which of the accepted ones are looked at as a sample."""

import hashlib
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.verdict import Outcome, Verdict, VerdictLabel
from corpusbuilder.stages.review.policy import FORMAL

DUPLICATES: Final = "duplicates"
"""The check that finds a question asked before."""

# What a look is worth beside an example that the checks could nearly decide. A person can tell the more, the less the
# checks could; what is refuted in form needs to be made anew rather than looked at.
_UNDECIDED: Final = 1.0
_UNDECIDED_LEAST: Final = 0.6
_UNDECIDED_STEP: Final = 0.1
_REFUTED_ONCE: Final = 0.4
_SUPPORTED: Final = 0.4
"""In a sample of what was accepted."""
_REFUTED_TWICE: Final = 0.2
_REFUTED_OFTEN: Final = 0.1
_REFUTED_IN_FORM: Final = 0.04
_HASH_BITS: Final = 64

Cluster: TypeAlias = tuple[VerdictLabel, tuple[str, ...], tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the order depends on, small enough to hold for a whole corpus."""

    id: str
    document_id: str
    place: str
    """The main figure or the first passage it is about: what a person has to take in."""
    label: VerdictLabel
    failed: tuple[str, ...]
    """Names of the checks that failed, sorted, each once."""
    abstained: tuple[str, ...]
    """Names of the checks that could not decide, sorted, each once."""
    objections: int
    """How often a check failed or abstained."""
    question_type: str
    language: str


def candidate_of(record: VerifiedExample) -> Candidate:
    """What the order needs to know of an example."""
    example, verdict = record.example, record.verdict
    place = next(iter((*example.figure_ids, *example.passage_ids)), example.unit_id)
    # Most strings are those of thousands of other examples: interned, they are held once.
    return Candidate(
        id=example.id,
        document_id=sys.intern(example.document_id),
        place=sys.intern(place),
        label=verdict.label,
        failed=_names(verdict, "fail"),
        abstained=_names(verdict, "abstain"),
        objections=sum(check.outcome != "pass" for check in verdict.checks),
        question_type=sys.intern(example.question_type.value),
        language=sys.intern(example.language),
    )


def _names(verdict: Verdict, outcome: Outcome) -> tuple[str, ...]:
    return tuple(sorted({sys.intern(check.name) for check in verdict.checks if check.outcome == outcome}))


def ranked(candidates: Iterable[Candidate]) -> list[str]:
    """The ids of examples, by what a person's look is worth, best first.

    Worth is uncertainty times representativeness: examples with the same objections, question type and language form a
    cluster, of which the first speaks for all (as the square root of their number, so that a kind of trouble that is
    common does not bury the rare ones), and the k-th for a (2k - 1)-th part of that, as in Sainte-Laguë's allotment of
    seats. What stands on a figure or passage that came before is moved back. Duplicates come last. The order in which
    they are given plays no part.
    """
    every = list(candidates)
    clusters: dict[Cluster, list[Candidate]] = defaultdict(list)
    for candidate in every:
        clusters[_cluster(candidate)].append(candidate)
    worth: list[tuple[float, int, Candidate]] = []
    for members in clusters.values():
        size = math.sqrt(len(members))
        worth += [(uncertainty(c) * size / (2 * k + 1), _hash(c.id), c) for k, c in enumerate(_spread(members))]
    worth.sort(key=lambda item: (-item[0], item[1], item[2].id))
    placed: Counter[str] = Counter()
    final: list[tuple[bool, float, int, str]] = []
    for value, tie, candidate in worth:
        discount = math.sqrt(1 + placed[candidate.place])
        final.append((DUPLICATES in candidate.failed, -value / discount, tie, candidate.id))
        placed[candidate.place] += 1
    return [candidate_id for *_, candidate_id in sorted(final)]


def uncertainty(candidate: Candidate) -> float:
    """How little the checks know, 0 to 1: how much a person's look can add."""
    if candidate.label == "supported":
        return _SUPPORTED
    if candidate.label == "not_enough_info":
        return max(_UNDECIDED - _UNDECIDED_STEP * max(candidate.objections - 1, 0), _UNDECIDED_LEAST)
    if not FORMAL.isdisjoint(candidate.failed):
        return _REFUTED_IN_FORM
    return {0: _REFUTED_ONCE, 1: _REFUTED_ONCE, 2: _REFUTED_TWICE}.get(len(candidate.failed), _REFUTED_OFTEN)


def sampled(ids: Iterable[str], share: float, seed: int) -> list[str]:
    """The ids that fall into a sample, in their order.

    Whether one does depends on its id and the seed alone, so that adding examples changes nothing for the others, and
    a smaller share is a part of a larger one. Each document gives its share as far as chance has it: anything that
    fixed how many come from each would take examples out of the sample when others are added.

    Args:
        ids: of examples.
        share: of them, 0 to 1.
        seed: another seed, another sample.
    """
    limit = math.floor(share * 2**_HASH_BITS)
    return [candidate_id for candidate_id in ids if _hash(f"{seed}:{candidate_id}") < limit]


def _cluster(candidate: Candidate) -> Cluster:
    return (
        candidate.label,
        candidate.failed,
        candidate.abstained,
        candidate.question_type,
        candidate.language.partition("-")[0].lower(),
    )


def _spread(members: Sequence[Candidate]) -> list[Candidate]:
    """Surest trouble first; of each figure or passage one, then of each another."""
    ordered = sorted(members, key=lambda c: (-uncertainty(c), _hash(c.id), c.id))
    seen: Counter[str] = Counter()
    rounds: list[tuple[int, Candidate]] = []
    for candidate in ordered:
        rounds.append((seen[candidate.place], candidate))
        seen[candidate.place] += 1
    return [candidate for _, candidate in sorted(rounds, key=lambda item: item[0])]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_HASH_BITS // 8).digest())
