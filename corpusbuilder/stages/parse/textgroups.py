"""Lines that stand together, and whether they are prose, captions or headings: what a figure may not swallow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line, Rect
from corpusbuilder.stages.parse.labels import number_on_ground, read_label
from corpusbuilder.stages.parse.upright import main_direction, upright_line

_SENTENCE_END: Final = (".", "!", "?", "…", ":", ";")


class Role(Enum):
    """What a group of lines is to a figure nearby."""

    PROSE = "prose"
    """Body text: never part of a figure."""
    CAPTION = "caption"
    """Begins with "Figure 3" or the like."""
    HEADING = "heading"
    """Larger than body text; part of a figure only when it lies inside its drawing."""
    LABEL = "label"
    """Short text that may name something in a figure."""


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Consecutive lines of one size, one above the other."""

    lines: tuple[Line, ...]
    box: Rect
    role: Role

    @property
    def size(self) -> float:
        """Font size of the first line, in points."""
        return self.lines[0].size


def group_lines(lines: Sequence[Line], *, body_size: float) -> list[TextGroup]:
    """All lines of a page in groups, top to bottom; where most are turned, those are grouped as if they were level."""
    main = main_direction(lines)
    turned = [line for line in lines if line.direction == main != (1.0, 0.0)]
    groups = _grouped([line for line in lines if line.direction != main] if turned else lines, body_size)
    seen = [upright_line(line) for line in turned]
    by_seen = {id(upright): line for line, upright in zip(turned, seen, strict=True)}
    for group in _grouped(seen, body_size):
        own = tuple(by_seen[id(line)] for line in group.lines)
        groups.append(TextGroup(own, union([line.box for line in own]), group.role))
    return sorted(groups, key=lambda g: (g.box[1], g.box[0], g.box))


def _grouped(lines: Sequence[Line], body_size: float) -> list[TextGroup]:
    open_groups: list[list[Line]] = []
    closed: list[list[Line]] = []
    for line in sorted(lines, key=lambda item: (item.box[1], item.box[0], item.box[2], item.text)):
        still_open: list[list[Line]] = []
        for group in open_groups:
            near = line.box[1] - group[-1].box[3] <= 2 * max(line.size, group[-1].size)
            (still_open if near else closed).append(group)
        open_groups = still_open
        home = min(
            (group for group in open_groups if _continues(group[-1], line)),
            key=lambda group: (abs(group[-1].box[0] - line.box[0]), group[-1].box),
            default=None,
        )
        if home is None:
            open_groups.append([line])
        else:
            home.append(line)
    return [_group(group, body_size) for group in closed + open_groups]


def _continues(above: Line, line: Line) -> bool:
    """Whether ``line`` goes on directly below ``above`` in the same column."""
    if above.direction != line.direction or above.direction[0] < 0.9:
        return False
    size = max(above.size, line.size)
    # A line of prose above would be full: what is short there is the last line of a paragraph, or a label of a figure.
    stops = above.words[-1].text.endswith((".", ")")) or above.box[2] < line.box[2] - 3 * size
    if stops and read_label(line.text):
        return False
    if abs(above.size - line.size) > 0.15 * size:
        return False
    gap = line.box[1] - above.box[3]
    shared = min(above.box[2], line.box[2]) - max(above.box[0], line.box[0])
    narrower = min(above.box[2] - above.box[0], line.box[2] - line.box[0])
    return -0.6 * size <= gap <= 0.55 * size and shared > 0.5 * narrower


def _group(lines: Iterable[Line], body_size: float) -> TextGroup:
    kept = tuple(lines)
    return TextGroup(kept, union([line.box for line in kept]), _role(kept, body_size))


def _role(lines: Sequence[Line], body_size: float) -> Role:
    if lines[0].direction[0] < 0.9:
        return Role.LABEL
    if read_label(lines[0].text) or number_on_ground(lines[0]):
        return Role.CAPTION
    size = lines[0].size
    if size >= 1.15 * body_size:
        return Role.HEADING
    return Role.PROSE if _reads_like_prose(lines, is_small=size < 0.85 * body_size) else Role.LABEL


def _reads_like_prose(lines: Sequence[Line], *, is_small: bool) -> bool:
    """Several full lines; or, in the size of the body, one long line or a sentence."""
    characters = sum(len(line.text) for line in lines)
    if len(lines) >= 2 and characters >= (160 if is_small else 80) and characters >= 18 * len(lines):
        return True
    is_sentence = len(lines[0].words) >= 5 and lines[-1].text.endswith(_SENTENCE_END)
    return not is_small and (characters >= 60 or is_sentence)
