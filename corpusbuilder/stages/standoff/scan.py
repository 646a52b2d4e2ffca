"""Looks for words and images of the sources in what is about to be published. It knows nothing of how that was made."""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from corpusbuilder.stages.standoff.encoding import MARK
from corpusbuilder.stages.standoff.rows import strings_of
from corpusbuilder.stages.standoff.words import words_in

WORDS: Final = 8
"""So many words of any source in a row are a leak."""
_TAIL: Final = 400
"""So many characters at the end of a text have more words than a run."""
_HYPHENATED: Final = re.compile(r"(?<=\w)[-\u00ad\u2010]\s*\n\s*(?=\w)")
# Signatures are long: by chance, no compressed data have them.
_IMAGE: Final = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xe0\xe1]..(?:JFIF|Exif)|GIF8[79]a|RIFF....WEBP|%PDF-|data:image/|iVBORw0KGgo"
    rb"|/9j/4AAQ|<image\b",
    re.DOTALL,
)


@dataclass(slots=True)
class LeakScan:
    """Everything readable that stands in a folder, as runs of words."""

    words: int = WORDS
    _runs: dict[int, int] = field(default_factory=dict)
    """Index of the place by the hash of a run."""
    _places: list[str] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        """Take a text. ``place`` names it in an error: a file, a column, a row."""
        number = len(self._places)
        self._places.append(place)
        plain = text.replace(MARK, " ")
        for variant in {plain, _HYPHENATED.sub("", plain)}:
            for run in _hashes(variant, self.words):
                self._runs.setdefault(run, number)

    def leaks(self, sources: Iterable[str]) -> dict[str, str]:
        """Texts of a source of which a run stands in what was taken, each with the place.

        The texts are also read one after another: what follows in one column may stand in two texts of a page.
        """
        found: dict[str, str] = {}
        recent: deque[str] = deque(maxlen=self.words)
        tail: list[str] = []
        for text in sources:
            joined = " ".join((*tail, text))
            for variant in {joined, _HYPHENATED.sub("", joined)}:
                for run in _hashes(variant, self.words):
                    if run in self._runs:
                        place = self._places[self._runs[run]]
                        found |= {one: found.get(one, place) for one in (*recent, text)}
            recent.append(text)
            tail = [*tail, *(word.text for word in words_in(text[-_TAIL:]))][1 - self.words :]
        return found


def readings(data: bytes) -> Iterator[str]:
    """The ways in which a text file can be read: as it is, and with the escapes of HTML and JSON undone."""
    text = data.decode("utf-8", "ignore")
    yield text
    plain = html.unescape(text)
    if plain != text:
        yield plain
    yield re.sub(r"\\(?:[nrtbf\"\\/]|u[0-9a-fA-F]{4})", _unescaped, text) if "\\" in text else ""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return
    for part in strings_of(value):
        yield html.unescape(part)


def _unescaped(match: re.Match[str]) -> str:
    try:
        return str(json.loads(f'"{match[0]}"'))
    except ValueError:
        return " "


def image_in(data: bytes) -> bool:
    """Whether bytes hold an image, as a file or as text."""
    return _IMAGE.search(data) is not None


def _hashes(text: str, length: int) -> Iterator[int]:
    words = [word.text for word in words_in(text)]
    for first in range(len(words) - length + 1):
        yield hash(tuple(words[first : first + length]))
