"""Where every character of a book ended: nothing that was read may be lost, and nothing kept twice.

A character is a non-blank code point after compatibility decomposition (Unicode NFKD), so that a ligature counts as its
letters however it is written. Every character of the lines of a page ends in exactly one passage, heading, caption,
figure, table, formula or footnote, in the page's furniture, or is one that typography puts in and a passage leaves out:
a soft hyphen, or the hyphen at the end of a line where a word was cut.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.document import BlockLabel, Passage, Unit
from corpusbuilder.records.page import RawPage

PASSAGE, TYPOGRAPHY, READ, LOST, TWICE = "passage", "typography", "read", "lost", "counted_twice"
_CLASSES: Final = {
    BlockLabel.TITLE: "heading",
    BlockLabel.SECTION_HEADER: "heading",
    BlockLabel.CAPTION: "caption",
    BlockLabel.PICTURE: "figure_label",
    BlockLabel.TABLE: "table",
    BlockLabel.FORMULA: "formula",
    BlockLabel.FOOTNOTE: "footnote",
    BlockLabel.PAGE_HEADER: "furniture",
    BlockLabel.PAGE_FOOTER: "furniture",
}
"""Where a block's characters end; those of text and list items end in passages."""
_SOFT_HYPHEN: Final = "\u00ad"
_HYPHENS: Final = frozenset(unicodedata.normalize("NFKD", "-\u2010\u2011"))


@dataclass(frozen=True, slots=True)
class PageBalance:
    """The characters of one page."""

    page_no: int
    ended: Mapping[str, int]
    """How many ended where, by class."""
    lost: str
    """The characters that ended nowhere."""
    twice: str
    """The characters that ended in more places than they were read from."""

    @property
    def read(self) -> int:
        """How many were read."""
        return sum(self.ended.values()) + len(self.lost) - len(self.twice)


def balances(pages: Iterable[RawPage], units: Sequence[Unit]) -> list[PageBalance]:
    """The balance of every page of a document.

    Args:
        pages: as they were read, by OCR where needed.
        units: all that was made of them.
    """
    ended: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for unit in units:
        for passage in unit.passages:
            for page_no, text in _by_page(passage):
                ended[page_no][PASSAGE].append(text)
        for block in unit.blocks:
            if block.label in _CLASSES:
                ended[block.page_no][_CLASSES[block.label]].append(block.text)
    return [_balance(page, ended[page.page_no]) for page in pages]


def totals(pages: Sequence[PageBalance]) -> dict[str, int]:
    """The sum over pages: how many characters were read, and how many of them ended where."""
    names = [READ, PASSAGE, *dict.fromkeys(_CLASSES.values()), TYPOGRAPHY]
    found = Counter({name: sum(page.ended.get(name, 0) for page in pages) for name in names[1:]})
    found[READ] = sum(page.read for page in pages)
    return {name: found[name] for name in names} | {
        LOST: sum(len(page.lost) for page in pages),
        TWICE: sum(len(page.twice) for page in pages),
    }


def warnings(pages: Iterable[PageBalance], file_name: str) -> Iterator[str]:
    """A sentence for every page whose characters do not add up."""
    for page in pages:
        faults = [
            f"{len(text)} {fault} ({_sample(text)})"
            for text, fault in ((page.lost, "were lost"), (page.twice, "were kept twice"))
            if text
        ]
        if faults:
            yield f"{file_name}, page {page.page_no}: of {page.read} characters {' and '.join(faults)}"


def _balance(page: RawPage, ended: Mapping[str, Sequence[str]]) -> PageBalance:
    rest = _characters(word.text for line in page.lines for word in line.words)
    counts = {}
    for name, texts in ended.items():
        characters = _characters(texts)
        rest.subtract(characters)
        counts[name] = characters.total()
    if left_out := sum(_left_out(page, rest)):
        counts[TYPOGRAPHY] = left_out
    return PageBalance(page.page_no, counts, _text(rest), _text(Counter({c: -n for c, n in rest.items()})))


def _left_out(page: RawPage, rest: Counter[str]) -> Iterator[int]:
    """Take the hyphens that joining words leaves out off the rest, at most as many as lines end with; how many."""
    ends = Counter(unicodedata.normalize("NFKD", line.words[-1].text)[-1:] for line in page.lines if line.words)
    yield max(rest[_SOFT_HYPHEN], 0)
    rest[_SOFT_HYPHEN] = min(rest[_SOFT_HYPHEN], 0)
    for hyphen in sorted(_HYPHENS):
        joined = max(min(rest[hyphen], ends[hyphen]), 0)
        rest[hyphen] -= joined
        yield joined


def _by_page(passage: Passage) -> Iterator[tuple[int, str]]:
    """The text of a passage in the pieces that stand on each page."""
    for word in passage.words:
        yield word.page_no, passage.text[word.start : word.end]


def _characters(texts: Iterable[str]) -> Counter[str]:
    return Counter("".join(unicodedata.normalize("NFKD", " ".join(texts)).split()))


def _text(characters: Counter[str]) -> str:
    return "".join(char * count for char, count in sorted(characters.items()) if count > 0)


def _sample(text: str) -> str:
    shown = "".join(dict.fromkeys(char for char in text if char.isprintable()))[:20]
    return f"“{shown}”" if shown else "not printable"
