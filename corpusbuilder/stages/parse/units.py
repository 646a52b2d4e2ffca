"""Passages and figures to units: what a question is asked about."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, Literal

from corpusbuilder.records.document import Block, Document, Figure, Mention, Passage, Unit
from corpusbuilder.records.ids import content_id
from corpusbuilder.stages.parse.titles import runs_by_title

_CHARS_PER_TOKEN: Final = 4.0
"""A usual ratio for English and French."""
_LEAST: Final = 0.5
"""A unit may end at a heading when it holds this share of the wanted tokens."""


def make_units(
    document: Document,
    passages: Sequence[Passage],
    figures: Sequence[Figure],
    blocks: Sequence[Block],
    *,
    unresolved: Sequence[Mention] = (),
    tokens: int,
    by: Literal["sections", "by_title"] = "sections",
) -> list[Unit]:
    """Units in reading order; every passage, figure and block is in exactly one.

    Args:
        document: carried by each unit.
        passages: in reading order; never cut.
        figures: in reading order. A figure goes with the passage that mentions it first, else with its page.
        blocks: in reading order; a block goes with its page.
        unresolved: references that lead to no figure; each goes with its passage.
        tokens: wanted size of a unit.
        by: our own headings, or unstructured's ``chunk_by_title``.

    Raises:
        MissingExtraError: the latter is wanted, and unstructured is not installed.
    """
    if by == "by_title":
        runs = runs_by_title(passages, characters=round(tokens * _CHARS_PER_TOKEN))
    else:
        runs = list(_runs(passages, tokens))
    if not runs:
        runs = [[]]
    home = _homes(runs, figures)
    starts = [run[0].page_no if run else 1 for run in runs]
    units = []
    for place, run in enumerate(runs):
        mine = [figure for figure in figures if home[figure.id] == place]
        if run or mine:
            own = {passage.id for passage in run}
            units.append(
                Unit(
                    id=content_id("unit", document.id, [p.id for p in run], [f.id for f in mine]),
                    document=document,
                    heading=_common([passage.heading for passage in run]),
                    passages=tuple(run),
                    figures=tuple(mine),
                    unresolved=tuple(mention for mention in unresolved if mention.passage_id in own),
                    blocks=tuple(block for block in blocks if _by_page(block.page_no, starts) == place),
                )
            )
    return units


def _runs(passages: Sequence[Passage], tokens: int) -> Iterator[list[Passage]]:
    """Sections in a row, filled up to ``tokens``; a section that is too long is cut between its passages."""
    run: list[Passage] = []
    size = 0.0
    for _, section in groupby(passages, key=lambda passage: passage.heading):
        members = list(section)
        weight = sum(map(_tokens, members))
        if run and (size + weight > tokens and size >= _LEAST * tokens):
            yield run
            run, size = [], 0.0
        for passage in members:
            if run and size + _tokens(passage) > tokens:
                yield run
                run, size = [], 0.0
            run.append(passage)
            size += _tokens(passage)
    if run:
        yield run


def _tokens(passage: Passage) -> int:
    return math.ceil(len(passage.text) / _CHARS_PER_TOKEN)


def _homes(runs: Sequence[Sequence[Passage]], figures: Sequence[Figure]) -> dict[str, int]:
    """The place of each figure's unit."""
    place_of = {passage.id: place for place, run in enumerate(runs) for passage in run}
    starts = [run[0].page_no if run else 1 for run in runs]
    homes = {}
    for figure in figures:
        mentioned = [place_of[m.passage_id] for m in figure.mentions if m.passage_id in place_of]
        on_page = [
            place
            for place, run in enumerate(runs)
            if any(w.page_no == figure.page_no for p in run for w in p.words[:1])
        ]
        near = [place for place in mentioned if place in on_page] or mentioned[:1] or on_page[:1]
        homes[figure.id] = near[0] if near else _by_page(figure.page_no, starts)
    return homes


def _by_page(page_no: int, starts: Sequence[int]) -> int:
    """The last unit that begins on or before a page."""
    return max((place for place, start in enumerate(starts) if start <= page_no), default=0)


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest path that all share."""
    if not paths:
        return ()
    shared = []
    for titles in zip(*paths, strict=False):
        if len(set(titles)) > 1:
            break
        shared.append(titles[0])
    return tuple(shared)
