"""Finds the names of things in a sentence: as they are, inflected, joined, abbreviated, or with one slip.

Slips are found by symmetric deletion (Garbe 2012): two words at distance one share a form with a letter left out. The
index holds these forms of every name, so that a sentence costs a few look-ups a word however many names there are.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from rapidfuzz.distance import OSA

from corpusbuilder.language.vocabulary import is_ordinary
from corpusbuilder.records.text import Token, is_stop_word, stem, tokens


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


Way: TypeAlias = Literal["exact", "joined", "short", "slip", "part"]
SIMILARITY: Final[dict[Way, float]] = {"exact": 1.0, "joined": 0.98, "short": 0.95, "slip": 0.9, "part": 0.85}
LEAST_SLIP: Final = 5
"""Letters of a name in which one slip is forgiven; in a shorter one it is as likely another word."""
LEAST_FIRST_SLIP: Final = 6
"""The same for a slip in the first letter: bear and pear are two things."""
MOST_OF_ABBREVIATION: Final = 6
"""Letters before the full stop of an abbreviation."""
LEAST_PART: Final = 4
"""Letters of a word that stands for a name of several words."""
MOST_WORDS: Final = 3_000
"""Of a text; what comes after is not looked at."""
_ARTICLES: Final = _words("the a an le la les l un une du de des d")
_OCR: Final = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o", "5": "s"})
_QUOTED: Final = re.compile(r'“([^“”]+)”|«([^«»]+)»|"([^"]+)"|‘([^‘’]{2,})’')
_BRACKETS: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_NUMBER_WORDS: Final = _words(
    "number numero no n part parts point points repere reperes chiffre lettre letter label labels "
    "labelled labeled marked mark area zone structure callout legende element item case box from to "
    "between and et entre de a vers numbered nombre marque marquee etiquette reperee repere"
)
_GENERIC: Final = frozenset(
    stem(word)
    for word in _words(
        "arrow label part figure diagram line box map key legend picture drawing chart step stage element "
        "area fleche etiquette partie schema ligne case carte legende image dessin etape zone point name nom "
        "title titre"
    )
)
"""Words for the pieces of any drawing: a label of such a word is meant only where it is quoted or nothing else is."""


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called."""

    text: str
    keys: tuple[str, ...]
    """What bears it: ids of elements. More than one where the name alone does not say which."""


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name in a sentence."""

    name: Name
    start: int
    """First code point."""
    end: int
    """One past the last."""
    similarity: float = 1.0
    """1 for the name as it is, up to case, accents, articles and endings; below where a slip was forgiven."""


@dataclass(frozen=True, slots=True)
class _Match:
    """Words ``first`` to ``after`` of a text stand for a name."""

    name: Name
    first: int
    after: int
    way: Way

    @property
    def rank(self) -> tuple[int, float, int, str]:
        """The longest first; of the same length the most similar one."""
        size = self.after - self.first
        return (0 if self.way == "part" else -size, -SIMILARITY[self.way], self.first, self.name.text)


def find_names(text: str, names: Sequence[Name], *, language: str) -> list[NameMention]:
    """Where ``names`` stand in ``text``, in order and without overlap; the longest name wins where several fit.

    Args:
        text: one step of reasoning.
        names: each text once; see `Name.keys`.
        language: BCP 47; decides which words are articles and which endings are forgiven.
    """
    index = _index(tuple(names), language[:2])
    words = tokens(text)[:MOST_WORDS]
    if not index.names or not words:
        return []
    said = _Said(text, words, language)
    chosen: list[_Match] = []
    taken: set[int] = set()
    for match in sorted(index.matches(said), key=lambda m: m.rank):
        places = set(range(match.first, match.after))
        if not places & taken:
            taken |= places
            chosen.append(match)
    kept = _without_generic(sorted(chosen, key=lambda m: m.first), said)
    return [NameMention(m.name, words[m.first].start, words[m.after - 1].end, SIMILARITY[m.way]) for m in kept]


def _without_generic(found: Sequence[_Match], said: "_Said") -> list[_Match]:
    meant = [m for m in found if not _is_generic(m.name) or said.is_quoted(m.first, m.after)]
    return meant or list(found)


def _is_generic(name: Name) -> bool:
    return all(word.stem in _GENERIC for word in tokens(name.text))


class _Said:
    """A text as names are looked for in it."""

    def __init__(self, text: str, words: Sequence[Token], language: str) -> None:
        self.text = text
        self.words = words
        self.language = language
        self.plain = [_plain(word.text) for word in words]
        self.stems = [stem(word) for word in self.plain]
        self.quotes = [m.span(m.lastindex or 0) for m in _QUOTED.finditer(text)]

    def original(self, first: int, after: int) -> str:
        """The characters of some words and what is between them."""
        return self.text[self.words[first].start : self.words[after - 1].end]

    def is_quoted(self, first: int, after: int) -> bool:
        """Whether some words are all that stands between quotation marks, articles apart."""
        start, end = self.words[first].start, self.words[after - 1].end
        return any(
            a <= start and end <= b and not (set(self._words_in(a, start)) | set(self._words_in(end, b))) - _ARTICLES
            for a, b in self.quotes
        )

    def _words_in(self, start: int, end: int) -> Iterator[str]:
        return (word.text for word in tokens(self.text[start:end]))

    def begins_sentence(self, first: int) -> bool:
        """Whether a word is the first of its sentence."""
        before = self.text[: self.words[first].start].rstrip(" «“\"'(")
        return not before or before[-1] in ".!?:"

    def is_content(self, place: int) -> bool:
        """Whether there is a word at a place that carries content and belongs to no drawing in general."""
        return (
            0 <= place < len(self.words)
            and not is_stop_word(self.words[place].text, self.language)
            and self.stems[place] not in _GENERIC
        )


def _plain(word: str) -> str:
    """A folded word with subscripts and the like undone: co₂ is co2."""
    return word if word.isascii() else unicodedata.normalize("NFKC", word)


class _Index:
    """The forms of some names."""

    def __init__(self, names: Sequence[Name], language: str) -> None:
        self.names = names
        self._language = language
        self._joined: dict[str, list[tuple[Name, Way]]] = {}
        self._near: dict[str, list[tuple[str, Name]]] = {}
        self._parts: dict[str, set[Name]] = {}
        self._abbreviated: list[tuple[tuple[str, ...], tuple[bool, ...], Name]] = []
        self._plain: dict[Name, str] = {}
        self._longest = 1
        self._lengths: set[int] = set()
        self._longest_form = 0
        for name in names:
            self._add(name)

    def _add(self, name: Name) -> None:
        for text, way in _variants(name.text):
            every = tokens(text)
            words = _without_article(every)
            forms = [_plain(word.text) for word in words]
            if not forms:
                continue
            self._longest = max(self._longest, len(forms) + 1)
            self._put("".join(map(stem, forms)), name, way)
            flags = tuple(text[word.end : word.end + 1] == "." and word.text.isalpha() for word in words)
            self._abbreviated.append((tuple(forms), flags, name))
            if way == "exact":
                self._plain[name] = "".join(forms)
                self._add_slips(name, "".join(forms))
                self._add_parts(name, words)

    def _put(self, form: str, name: Name, way: Way) -> None:
        found = self._joined.setdefault(form, [])
        if all(other is not name for other, _ in found):
            found.append((name, way))

    def _add_slips(self, name: Name, form: str) -> None:
        if len(form) >= LEAST_SLIP and not form.isdigit():
            self._lengths |= {len(form) - 1, len(form), len(form) + 1}
            self._longest_form = max(self._lengths)
            for short in {form, *_shortened(form)}:
                self._near.setdefault(short, []).append((form, name))

    def _add_parts(self, name: Name, words: Sequence[Token]) -> None:
        content = [w for w in words if not is_stop_word(w.text, self._language) and len(w.text) >= LEAST_PART]
        for word in content:
            self._parts.setdefault(word.stem, set()).add(name)

    def matches(self, said: _Said) -> Iterator[_Match]:
        """All places where one of the names may stand; they may overlap."""
        exact: set[int] = set()
        for match in self._whole(said):
            exact.update(range(match.first, match.after))
            yield match
        yield from self._shortened_names(said)
        yield from self._with_slips(said, exact)
        yield from self._in_part(said, exact)

    def _whole(self, said: _Said) -> Iterator[_Match]:
        for first in range(len(said.words)):
            form = ""
            for after in range(first + 1, min(first + self._longest, len(said.words)) + 1):
                form += said.stems[after - 1]
                for name, way in self._joined.get(form, ()):
                    if _is_meant(name, said, first, after):
                        yield _Match(
                            name, first, after, way if way != "exact" or self._as_many(name, first, after) else "joined"
                        )

    def _as_many(self, name: Name, first: int, after: int) -> bool:
        return len(_without_article(tokens(name.text))) == after - first

    def _shortened_names(self, said: _Said) -> Iterator[_Match]:
        """Words that are abbreviated in the name or in the text, by a full stop: temp., N. Atlantic."""
        end = len(said.text.rstrip())
        dotted = {
            i
            for i, word in enumerate(said.words)
            if word.end + 1 < end and said.text[word.end] == "." and len(word.text) <= MOST_OF_ABBREVIATION
        }
        for forms, flags, name in self._abbreviated:
            if not any(flags) and not dotted:
                continue
            size = len(forms)
            for first in range(len(said.words) - size + 1):
                pairs = [(said.plain[first + i], first + i in dotted, forms[i], flags[i]) for i in range(size)]
                if all(_abbreviates(*pair) for pair in pairs) and any(a != b for a, _, b, _ in pairs):
                    yield _Match(name, first, first + size, "short")

    def _with_slips(self, said: _Said, exact: set[int]) -> Iterator[_Match]:
        for first in range(len(said.words)):
            form = ""
            for after in range(first + 1, min(first + self._longest, len(said.words)) + 1):
                form += said.plain[after - 1]
                if len(form) > self._longest_form or _is_apart(said, first, after):
                    break
                if len(form) not in self._lengths or exact.issuperset(range(first, after)):
                    continue
                name = self._nearest(form)
                if name is not None and self._may_slip(name, said, first, after):
                    yield _Match(name, first, after, "slip")

    def _may_slip(self, name: Name, said: _Said, first: int, after: int) -> bool:
        """A slip may split a word or join two; it does not take in the article beside the name."""
        if after - first == 1 and is_ordinary(said.stems[first], said.language):
            return False
        ends = {said.words[first].text, said.words[after - 1].text}
        has_stop = any(is_stop_word(word, said.language) for word in ends)
        return not has_stop or (after - first > 1 and self._as_many(name, first, after))

    def _nearest(self, form: str) -> Name | None:
        """The only name from which a form is one slip away."""
        found: dict[str, Name] = {}
        for short in (form, *_shortened(form)):
            for other, name in self._near.get(short, ()):
                if other != form and _is_slip(form, other):
                    found[name.text] = name
        return next(iter(found.values())) if len(found) == 1 else None

    def _in_part(self, said: _Said, exact: set[int]) -> Iterator[_Match]:
        """A word that only one of the names has, standing alone: the nucleus, where one label is "cell nucleus"."""
        for place, word in enumerate(said.words):
            if place in exact or said.is_content(place - 1) or said.is_content(place + 1):
                continue
            bearers = self._parts.get(word.stem, set())
            if len(bearers) == 1 and word.stem not in _GENERIC:
                name = next(iter(bearers))
                if _is_head(word.stem, name.text, self._language):
                    yield _Match(name, place, place + 1, "part")


@lru_cache(maxsize=256)
def _index(names: tuple[Name, ...], language: str) -> _Index:
    return _Index(sorted(names, key=lambda n: n.text), language)


def _variants(text: str) -> Iterator[tuple[str, Way]]:
    """The name, without what stands in brackets, and that alone where it is an abbreviation."""
    yield text, "exact"
    bare = _BRACKETS.sub(" ", text).strip()
    if bare and bare != text:
        yield bare, "joined"
        for match in _BRACKETS.finditer(text):
            if 2 <= len(match[1]) <= 6 and match[1].isupper():
                yield match[1], "short"


def _without_article(words: Sequence[Token]) -> Sequence[Token]:
    return words[1:] if len(words) > 1 and words[0].text in _ARTICLES else words


def _shortened(form: str) -> Iterator[str]:
    return (form[:i] + form[i + 1 :] for i in range(len(form)))


def _is_slip(said: str, name: str) -> bool:
    """Whether two forms differ by one letter wrong, missing, too many, or two exchanged, and not by an ending."""
    if said.translate(_OCR).replace("rn", "m") == name.translate(_OCR).replace("rn", "m"):
        return True
    if _digits(said) != _digits(name) or OSA.distance(said, name, score_cutoff=1) > 1:
        return False
    if said[0] != name[0] and (len(name) < LEAST_FIRST_SLIP or len(said) < LEAST_FIRST_SLIP):
        return False
    # produced is no slip of producer
    return not (said[:-1] == name[:-1] and {said[-1], name[-1]} <= set("drsnt"))


def _digits(form: str) -> list[str]:
    return [c for c in form if c.isdigit()]


def _is_meant(name: Name, said: _Said, first: int, after: int) -> bool:
    """Whether words that read like a name are meant as one: "A", "3" and "Est" are often something else."""
    if said.is_quoted(first, after):
        return True
    original = said.original(first, after)
    if original.isdigit():
        return _is_numbered(said, first, after)
    if len(original) == 1 or all(is_stop_word(w.text, said.language) for w in said.words[first:after]):
        bare = name.text.strip(" .,;:()")
        is_same = original == bare or (len(original) > 1 and original.casefold() == bare.casefold())
        return is_same and original[0].isupper() and not said.begins_sentence(first)
    return True


def _is_numbered(said: _Said, first: int, after: int) -> bool:
    """Whether a number is that of a part, not a count."""
    before = said.words[first - 1].text if first else ""
    following = said.words[after].text if after < len(said.words) else ""
    counts = bool(following) and not is_stop_word(following, said.language) and before not in _NUMBER_WORDS
    return not counts and (before in _NUMBER_WORDS or not following or is_stop_word(following, said.language))


def _is_apart(said: _Said, first: int, after: int) -> bool:
    """Whether a sentence or a part of it ends before the last of some words."""
    if after - first < 2:
        return False
    between = said.text[said.words[after - 2].end : said.words[after - 1].start]
    return any(sign in between for sign in ".;:!?")


def _abbreviates(said: str, said_dotted: bool, name: str, name_dotted: bool) -> bool:  # noqa: FBT001 - two sides alike
    if stem(said) == stem(name):
        return True
    return (name_dotted and len(said) > len(name) and said.startswith(name)) or (
        said_dotted and len(name) > len(said) and name.startswith(said)
    )


def _is_head(word: str, name: str, language: str) -> bool:
    """Whether a stem is that of the word that says what a thing is: the last of English, the first of French."""
    content = [t.stem for t in tokens(name) if not is_stop_word(t.text, language)]
    if len(content) < 2:
        return False
    return word == (content[0] if language == "fr" else content[-1])


def named(pairs: Iterable[tuple[str, str]]) -> tuple[Name, ...]:
    """Names from pairs of text and key; what has the same text is one name with all its keys."""
    keys: dict[str, list[str]] = {}
    for text, key in pairs:
        keys.setdefault(text, []).append(key)
    return tuple(Name(text, tuple(ids)) for text, ids in keys.items() if text.strip())
