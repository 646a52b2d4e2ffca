"""What a release repeats across its splits and of the questions of benchmarks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from corpusbuilder.records.contamination import (
    BenchmarkOverlap,
    BenchmarkPair,
    ContaminationReport,
    OverlapKind,
    OverlapPair,
    SplitOverlap,
)
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.release import SPLITS, Split
from corpusbuilder.stages.release.benchmarks import BenchmarkFile, Match
from corpusbuilder.stages.release.splits import SplitPlan
from corpusbuilder.stages.release.splitting.figures import LEAST_RESEMBLANCE
from corpusbuilder.stages.release.splitting.passages import LEAST_OF_PASSAGE
from corpusbuilder.stages.release.survey import Compared

_DIGITS: Final = 3
_LEAST_IN_ONE: Final = 0.25
"""Share of a passage's runs that one passage has of a split in which most of them stand: else it is chance."""


class _Found(NamedTuple):
    kind: OverlapKind
    a: str
    b: str
    similarity: float


def spread_stock(compared: Compared, plan: SplitPlan) -> frozenset[str]:
    """Ids of stock passages and figures that also stand in a split that is held out further than their own.

    What is asked about them may be known from there: it is released in the most held-out of these splits only.
    """
    found: set[str] = set()
    for a, b in combinations(range(len(SPLITS)), 2):
        for one in (*_passages(compared, plan, a, b), *_figures(compared, plan, a, b)):
            if one.kind.startswith("stock"):
                found.add(one.a)
    return frozenset(found)


def rests_on(record: VerifiedExample, ids: Collection[str]) -> bool:
    """Whether evidence of an example, its main figure or all of its context is among ``ids``."""
    example = record.example
    evidence = {
        found.figure_id if isinstance(found, RegionEvidence) else found.passage_id
        for grounding in record.grounded.groundings
        for found in grounding.evidence
    }
    context = set(example.passage_ids)
    only_context = bool(context) and not example.figure_ids and context <= set(ids)
    return only_context or bool(evidence & set(ids)) or bool(set(example.figure_ids[:1]) & set(ids))


def contamination(
    compared: Compared,
    plan: SplitPlan,
    *,
    released: Mapping[str, Split],
    benchmarks: Sequence[tuple[BenchmarkFile, Sequence[Match]]],
    left_out: int,
) -> ContaminationReport:
    """Report on a release.

    Args:
        compared: its corpus.
        plan: where everything stands.
        released: the split of each example that was written.
        benchmarks: files of questions, and which examples, released or not, ask them.
        left_out: how many examples were left out because they rest on stock of several splits.
    """
    present = [place for place, split in enumerate(SPLITS) if split in plan.split_of.values()]
    overlaps, pairs = [], []
    for a, b in combinations(present, 2):
        found = [*_questions(compared, released, a, b), *_passages(compared, plan, a, b)]
        found += _figures(compared, plan, a, b)
        pairs += [_pair(one, a, b) for one in sorted(found)]
        number = {kind: sum(one.kind == kind for one in found) for kind in (*_KINDS,)}
        overlaps.append(
            SplitOverlap(
                a=SPLITS[a],
                b=SPLITS[b],
                questions=number["question"],
                passages=number["passage"],
                figures=number["figure"],
                stock_passages=number["stock_passage"],
                stock_figures=number["stock_figure"],
            )
        )
    repeats = [_of_benchmark(file, matches, released) for file, matches in benchmarks]
    return ContaminationReport(
        between_splits=tuple(overlaps),
        benchmarks=tuple(overlap for overlap, _ in repeats),
        left_out=left_out,
        pairs=tuple(pairs),
        benchmark_pairs=tuple(pair for _, every in repeats for pair in every),
    )


_KINDS: Final[tuple[OverlapKind, ...]] = ("question", "passage", "figure", "stock_passage", "stock_figure")


def _pair(found: _Found, a: int, b: int) -> OverlapPair:
    return OverlapPair(
        kind=found.kind,
        a=found.a,
        a_split=SPLITS[a],
        b=found.b,
        b_split=SPLITS[b],
        similarity=round(found.similarity, _DIGITS),
    )


def _passages(compared: Compared, plan: SplitPlan, a: int, b: int) -> Iterator[_Found]:
    """Passages of split ``a`` that stand in ``b``."""
    sides, ids = compared.sides(plan), compared.survey.passage_ids
    shares = compared.passages.shares(sides, b)
    own = sides[np.asarray(compared.survey.passage_pieces, dtype=np.int64)] == a
    asked = np.flatnonzero(own & (shares >= LEAST_OF_PASSAGE))
    for place, (other, part) in sorted(compared.passages.likest(asked, sides, b).items()):
        if part >= _LEAST_IN_ONE:
            kind: OverlapKind = "stock_passage" if compared.grouping.stock_passages[place] else "passage"
            yield _Found(kind, ids[place], ids[other], float(shares[place]))


def _figures(compared: Compared, plan: SplitPlan, a: int, b: int) -> Iterator[_Found]:
    """Figures of split ``a`` of which ``b`` has a copy."""
    sides, index = compared.sides(plan), compared.figures
    for cluster in index.clusters:
        others = [place for place in cluster if sides[index.figures[place].piece] == b]
        for place in cluster if others else ():
            if sides[index.figures[place].piece] == a:
                likest = max(others, key=lambda other: (index.similarity_of(place, other), -other))
                kind: OverlapKind = "stock_figure" if place in compared.grouping.stock_figures else "figure"
                # Copies of one copy were not always compared with each other.
                similarity = max(index.similarity_of(place, likest), LEAST_RESEMBLANCE)
                yield _Found(kind, index.figures[place].id, index.figures[likest].id, similarity)


def _questions(compared: Compared, released: Mapping[str, Split], a: int, b: int) -> Iterator[_Found]:
    """Examples of split ``a`` that ask what one of ``b`` asks."""
    ids, (classes, near) = compared.survey.questions.ids, compared.alike
    first: dict[int, str] = {}
    for identity, its in sorted(zip(ids, classes.tolist(), strict=True)):
        if released.get(identity) == SPLITS[b]:
            first.setdefault(its, identity)
    for identity, its in zip(ids, classes.tolist(), strict=True):
        if released.get(identity) == SPLITS[a]:
            beside = [(1.0, first[its])] if its in first else []
            beside += [(similarity, first[other]) for other, similarity in near.get(its, ()) if other in first]
            if beside:
                similarity, likest = max(beside, key=lambda one: (one[0], one[1]))
                yield _Found("question", identity, likest, similarity)


def _of_benchmark(
    file: BenchmarkFile, matches: Iterable[Match], released: Mapping[str, Split]
) -> tuple[BenchmarkOverlap, list[BenchmarkPair]]:
    pairs = [
        BenchmarkPair(
            file=file.name,
            line=match.line,
            example_id=match.example_id,
            split=released[match.example_id],
            exact=match.exact,
            similarity=round(match.similarity, _DIGITS),
        )
        for match in sorted(matches)
        if match.example_id in released
    ]
    exact = sum(pair.exact for pair in pairs)
    overlap = BenchmarkOverlap(
        file=file.name, sha256=file.sha256, questions=len(file.questions), exact=exact, near=len(pairs) - exact
    )
    return overlap, pairs
