"""Small plots for the card: SVG written by hand, without scripts and fonts of its own.

A card is shown on white and on black: every plot brings its own background, in the colours that the reader's system
prefers. Its title and description are read out by screen readers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from corpusbuilder.perception.strata import PLACES
from corpusbuilder.stages.release.card.escaping import escape_xml
from corpusbuilder.stages.release.card.facts import CardFacts

Panel: TypeAlias = tuple[str, Mapping[str, int]]
"""Heading and counts by name."""

FOLDER: Final = "card"
_WIDTH: Final = 720
_MARGIN: Final = 24
_ROW: Final = 22
_HEAD: Final = 34
_NAME_WIDTH: Final = 230
_BAR_WIDTH: Final = 300
_MOST_BARS: Final = 12
_LONGEST_NAME: Final = 30
_CELL: Final = (96, 44)
_STYLE: Final = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#24292f}"
    ".head{font-weight:600}.n{fill:#57606a}.back{fill:#fff;stroke:#d0d7de}.bar{fill:#2f6f9f}.cell{fill:#2f6f9f}"
    ".grid{fill:none;stroke:#8c959f}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.n{fill:#9da7b3}.back{fill:#161b22;stroke:#30363d}"
    ".bar,.cell{fill:#58a6d6}.grid{stroke:#6e7681}}"
)


def plots_of(facts: CardFacts) -> dict[str, str]:
    """Every plot for which there is something to show, by its place in the release folder."""
    drawn = {
        "composition.svg": _bars("What is asked", composition_in_words(facts), _panels(facts, _COMPOSITION)),
        "steps.svg": _bars("What the steps rest on", steps_in_words(facts), _panels(facts, _STEPS)),
        "perception.svg": _perception(facts),
    }
    return {f"{FOLDER}/{name}": text for name, text in drawn.items() if text}


def composition_in_words(facts: CardFacts) -> str:
    """What ``composition.svg`` shows, without a name from the sources."""
    return _in_words("examples by question type and by evidence", facts.released)


def steps_in_words(facts: CardFacts) -> str:
    """What ``steps.svg`` shows."""
    return _in_words("steps by kind and by evidence", sum(facts.counts.get("step_kind", {}).values()))


def perception_in_words(facts: CardFacts) -> str:
    """What ``perception.svg`` shows."""
    return _in_words(
        "regions of evidence by size and by place in the image", sum(facts.counts.get("size", {}).values())
    )


PLOTS: Final[tuple[tuple[str, Callable[[CardFacts], str]], ...]] = (
    (f"{FOLDER}/composition.svg", composition_in_words),
    (f"{FOLDER}/steps.svg", steps_in_words),
    (f"{FOLDER}/perception.svg", perception_in_words),
)
_COMPOSITION: Final = {"question_type": "Question type", "modality": "Evidence of the example", "language": "Language"}
_STEPS: Final = {"step_kind": "Step kind", "step_evidence": "Evidence of the step"}


def _in_words(what: str, number: int) -> str:
    return f"{number} {what}" if number else ""


def _panels(facts: CardFacts, headings: Mapping[str, str]) -> list[Panel]:
    return [(heading, _longest_first(facts.counts[name])) for name, heading in headings.items() if name in facts.counts]


def _longest_first(counts: Mapping[str, int]) -> dict[str, int]:
    """At most so many bars, and one for all others."""
    if len(counts) <= _MOST_BARS:
        return dict(counts)
    kept = dict(list(counts.items())[: _MOST_BARS - 1])
    return {**kept, "all others": sum(counts.values()) - sum(kept.values())}


def _bars(title: str, description: str, panels: Sequence[Panel]) -> str:
    """One panel of bars below another; nothing when there is none."""
    parts: list[str] = []
    y = _MARGIN
    for heading, counts in panels:
        parts += _panel(heading, counts, y)
        y += _HEAD + _ROW * len(counts) + _MARGIN // 2
    return _document(title, description, parts, y) if panels else ""


def _panel(heading: str, counts: Mapping[str, int], top: int) -> list[str]:
    total, longest = sum(counts.values()) or 1, max(counts.values(), default=0) or 1
    lines = [_text(_MARGIN, top + 14, heading, "head")]
    for place, (name, n) in enumerate(counts.items()):
        middle = top + _HEAD + _ROW * place
        bar = round(_BAR_WIDTH * n / longest, 1)
        left = _MARGIN + _NAME_WIDTH
        lines += [
            _text(left - 10, middle + 4, escape_xml(name, _LONGEST_NAME), "", anchor="end"),
            f'<rect class="bar" x="{left}" y="{middle - 8}" width="{bar}" height="15" rx="2"/>',
            _text(left + bar + 8, middle + 4, f"{n} ({n / total:.1%})", "n"),
        ]
    return lines


def _perception(facts: CardFacts) -> str:
    """Bars of sizes, and the places on a grid of thirds as they lie in the image."""
    sizes = facts.counts.get("size")
    if not sizes:
        return ""
    bars = _panel("Size of the region", sizes, _MARGIN)
    top = _MARGIN + _HEAD + _ROW * len(sizes) + _MARGIN
    grid = [_text(_MARGIN, top + 14, "Where the middle of the region lies, in thirds of the image", "head")]
    grid += _grid(facts.counts["place"], top + _HEAD)
    title = "What has to be made out in the figures"
    return _document(title, perception_in_words(facts), bars + grid, top + _HEAD + 3 * _CELL[1] + _MARGIN)


def _grid(places: Mapping[str, int], top: int) -> list[str]:
    total, most = sum(places.values()) or 1, max(places.values()) or 1
    width, height = _CELL
    lines = []
    for index, name in enumerate(PLACES):
        x, y = _MARGIN + _NAME_WIDTH + width * (index % 3), top + height * (index // 3)
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        opacity = 0.45 * places[name] / most  # even the fullest cell is pale enough for the number on it
        lines += [
            f'<rect class="cell" {place} fill-opacity="{opacity:.2f}"/>',
            f'<rect class="grid" {place}/>',
            _text(x + width / 2, y + height / 2 + 5, f"{places[name] / total:.1%}", "", anchor="middle"),
        ]
    return lines


def _text(x: float, y: float, escaped: str, style: str, *, anchor: str = "start") -> str:
    attributes = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{attributes}>{escaped}</text>'


def _document(title: str, description: str, parts: Sequence[str], height: int) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
            f'<title id="title">{escape_xml(title)}</title>',
            f'<desc id="desc">{escape_xml(description)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="back" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="6"/>',
            *parts,
            "</svg>\n",
        ]
    )
