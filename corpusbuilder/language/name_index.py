"""The forms under which some names can be found, made once for a set of names."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from corpusbuilder.language.lexicon import words
from corpusbuilder.language.noun_forms import other_forms
from corpusbuilder.language.said import ARTICLES, GENERIC, Said, is_ordinary, plain
from corpusbuilder.language.slips import as_printed, is_slip, shortened
from corpusbuilder.records.text import Token, fold, is_stop_word, stem, tokens

Way: TypeAlias = Literal["exact", "joined", "short", "slip", "part", "initials"]
SIMILARITY: Final[dict[Way, float]] = {
    "exact": 1.0,
    "joined": 0.98,
    "short": 0.95,
    "slip": 0.9,
    "part": 0.85,
    "initials": 0.8,
}
MOST_OF_ABBREVIATION: Final = 6
"""Letters before the full stop of an abbreviation."""
MOST_FITS: Final = 60
"""Words that an abbreviation may stand for; one that stands for more says nothing."""
LEAST_PART: Final = 4
"""Letters of a word that stands for a name of several words."""
MOST_NAME_WORDS: Final = 24
"""A longer text in a figure is no name."""
_OF: Final = words("of in on to with from for by at de du des d a au aux en avec pour sur")
"""After a word: what follows says which of several things it is."""
_INITIALS: Final = range(2, 6)
_BRACKETS: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called."""

    text: str
    keys: tuple[str, ...]
    """What bears it: ids of elements. More than one where the name alone does not say which."""


@dataclass(frozen=True, slots=True)
class Match:
    """Words ``first`` to ``after`` of a text stand for a name."""

    name: Name
    first: int
    after: int
    way: Way
    sameness: int = 0
    """Of what is found in the same way: 2 for the characters of the name, 1 for its letters, 0 for other endings."""

    @property
    def rank(self) -> tuple[int, float, int, int]:
        """The longest first; of the same length the most similar one."""
        size = 0 if self.way == "part" else self.after - self.first
        return (-size, -SIMILARITY[self.way], -self.sameness, self.first)


@dataclass(frozen=True, slots=True)
class _Form:
    """The words of a name."""

    name: Name
    words: tuple[str, ...]
    dotted: tuple[bool, ...]
    """Which of them end in a full stop."""


class NameIndex:
    """The forms of some names."""

    def __init__(self, names: Sequence[Name], language: str) -> None:
        self._language = language
        self._joined: defaultdict[str, dict[Name, Way]] = defaultdict(dict)
        self._near: defaultdict[str, list[_Form]] = defaultdict(list)
        self._parts: defaultdict[str, set[Name]] = defaultdict(set)
        self._starts: defaultdict[str, list[tuple[int, _Form]]] = defaultdict(list)
        self._dotted: defaultdict[str, list[tuple[int, _Form]]] = defaultdict(list)
        self._initials: defaultdict[str, set[Name]] = defaultdict(set)
        self._sizes: dict[Name, int] = {}
        self._longest, self._longest_form = 1, 0
        for name in names:
            for text, way in _variants(name.text):
                self._add(name, text, way)

    def _add(self, name: Name, text: str, way: Way) -> None:
        words = without_article(tokens(text[:1000]))
        forms = tuple(plain(word.text) for word in words)
        if not forms or len(forms) > MOST_NAME_WORDS:
            return
        self._longest = max(self._longest, len(forms) + 1)
        for inflected in (forms, *self._inflected(forms)):
            self._joined["".join(map(stem, inflected))].setdefault(name, way)
        self._joined[stem("".join(forms))].setdefault(name, way)
        form = _Form(name, forms, tuple(text[w.end : w.end + 1] == "." and w.text.isalpha() for w in words))
        self._add_abbreviations(form)
        if way == "exact":
            self._sizes[name] = len(forms)
            self._add_slips(form)
            self._add_parts(name, words)

    def _inflected(self, forms: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for i, word in enumerate(forms):
            for other in other_forms(word, self._language):
                yield (*forms[:i], other, *forms[i + 1 :])

    def _add_slips(self, form: _Form) -> None:
        whole = "".join(form.words)
        self._longest_form = max(self._longest_form, len(whole) + 1)
        for short in {whole, as_printed(whole), *shortened(whole)} if len(whole) >= 4 else ():
            self._near[short].append(form)

    def _add_abbreviations(self, form: _Form) -> None:
        for i, (word, dotted) in enumerate(zip(form.words, form.dotted, strict=True)):
            for size in range(1, min(len(word), MOST_OF_ABBREVIATION + 1)):
                self._starts[word[:size]].append((i, form))
            if dotted and len(word) <= MOST_OF_ABBREVIATION:
                self._dotted[word].append((i, form))

    def _add_parts(self, name: Name, words: Sequence[Token]) -> None:
        content = [w for w in words if not is_stop_word(w.text, self._language)]
        for word in content:
            self._parts[word.stem].add(name)
        if len(content) in _INITIALS:
            self._initials["".join(word.text[0] for word in content)].add(name)

    def matches(self, said: Said) -> Iterator[Match]:
        """All places where one of the names may stand; they may overlap."""
        exact: set[int] = set()
        for match in self._whole(said):
            exact.update(range(match.first, match.after))
            yield match
        yield from self._abbreviated(said)
        yield from self._with_slips(said, exact)
        yield from self._in_part(said, exact)

    def _windows(self, said: Said) -> Iterator[tuple[int, int]]:
        for first in range(len(said.words)):
            for after in range(first + 1, min(first + self._longest, len(said.words)) + 1):
                yield first, after

    def _whole(self, said: Said) -> Iterator[Match]:
        for first, after in self._windows(said):
            found: dict[Name, Way] = dict(self._joined.get("".join(said.stems[first:after]), ()))
            if after - first > 1:
                found = {**self._joined.get(stem("".join(said.plain[first:after])), {}), **found}
            for name, way in found.items():
                joined = way == "exact" and self._sizes.get(name) != after - first
                if _is_meant(name, said, first, after) and not (joined and _is_loose(said, first, after)):
                    how: Way = "joined" if joined else way
                    yield Match(name, first, after, how, _sameness(said.original(first, after), name.text))

    def _abbreviated(self, said: Said) -> Iterator[Match]:
        """Words that are abbreviated in the name or in the text, by a full stop: temp., N. Atlantic."""
        for place in range(len(said.words)):
            text = said.plain[place]
            stop = said.full_stop(place)
            fits = (
                [f for f in self._starts.get(text, ()) if stop == "inside" or f[0] + 1 < len(f[1].words)]
                if stop
                else []
            )
            for size in range(1, min(len(text), MOST_OF_ABBREVIATION + 1)):
                fits += self._dotted.get(text[:size], ())
            for i, form in fits if len(fits) <= MOST_FITS else ():
                first, after = place - i, place - i + len(form.words)
                if first >= 0 and after <= len(said.words) and _abbreviates(said, first, form):
                    yield Match(form.name, first, after, "short")

    def _with_slips(self, said: Said, exact: set[int]) -> Iterator[Match]:
        for first in range(len(said.words)):
            may_be_noun, length = said.may_be_noun(first), 0
            for after in range(first + 1, min(first + self._longest, len(said.words)) + 1):
                length += len(said.plain[after - 1])
                if length > self._longest_form or (after - first > 1 and said.is_apart(first, after)):
                    break
                if length < 3 or exact.issuperset(range(first, after)):
                    continue
                name = self._nearest(said, first, after, may_be_noun=may_be_noun)
                if name is not None:
                    yield Match(name, first, after, "slip")

    def _nearest(self, said: Said, first: int, after: int, *, may_be_noun: bool) -> Name | None:
        """The only name from which some words are one slip away; None where they may well be other words."""
        sure = said.is_quoted(first, after)
        known = all(is_ordinary(word.text, self._language) for word in said.words[first:after])
        if not sure and (known or not may_be_noun):
            return None
        words = said.plain[first:after]
        near, language = self._near_to("".join(words)), self._language
        found = {form.name for form in near if is_slip(words, form.words, language=language, sure=sure)}
        name = found.pop() if len(found) == 1 else None
        ends = (said.word(first), said.word(after - 1))
        if name is None or self._sizes[name] == after - first:
            return name
        return None if any(is_stop_word(word, self._language) for word in ends) else name

    def _near_to(self, whole: str) -> Iterator[_Form]:
        for short in {whole, as_printed(whole), *shortened(whole)}:
            yield from self._near.get(short, ())

    def _in_part(self, said: Said, exact: set[int]) -> Iterator[Match]:
        """A word that only one of the names has, standing alone: the nucleus, where one label is "cell nucleus"."""
        for place, word in enumerate(said.words):
            if place in exact:
                continue
            original = said.original(place, place + 1)
            bearers = self._initials.get(word.text, set()) if original.isupper() else set()
            if len(bearers) == 1:
                yield Match(next(iter(bearers)), place, place + 1, "initials")
            bearers = self._parts.get(word.stem, set())
            beside = any(self._is_other(said, i) for i in (place - 1, place + 1))
            alone = not beside and said.word(place + 1) not in _OF
            if len(bearers) == 1 and alone and len(word.text) >= LEAST_PART and word.stem not in GENERIC:
                name = next(iter(bearers))
                if _is_head(word.stem, name.text, self._language):
                    yield Match(name, place, place + 1, "part")

    def _is_other(self, said: Said, place: int) -> bool:
        """Whether a word may say which of several things is meant: the animal nucleus, the nucleus membrane."""
        return said.is_content(place) and not is_ordinary(said.word(place), self._language)


@lru_cache(maxsize=256)
def name_index(names: tuple[Name, ...], language: str) -> NameIndex:
    """The index of some names, kept for when they are asked about again."""
    return NameIndex(names, language)


def _variants(text: str) -> Iterator[tuple[str, Way]]:
    """The name, without what stands in brackets, and that alone where it is an abbreviation."""
    yield text, "exact"
    bare = _BRACKETS.sub(" ", text).strip()
    if bare and bare != text:
        yield bare, "joined"
        for match in _BRACKETS.finditer(text):
            if len(match[1]) in range(2, 7) and match[1].isupper():
                yield match[1], "short"


def without_article(words: Sequence[Token]) -> Sequence[Token]:
    """The words of a name after its article."""
    return words[1:] if len(words) > 1 and words[0].text in ARTICLES else words


def _sameness(said: str, name: str) -> int:
    return 2 if said == name else int(fold(said) == fold(name))


def _is_loose(said: Said, first: int, after: int) -> bool:
    """Whether words are too far apart, or too small, to be parts of one word that was taken apart."""
    words = said.words[first:after]
    return said.is_apart(first, after) or any(is_stop_word(w.text, said.language) for w in words)


def _is_meant(name: Name, said: Said, first: int, after: int) -> bool:
    """Whether words that read like a name are meant as one: "A", "3" and "Est" are often something else."""
    if said.is_quoted(first, after):
        return True
    if after - first == 1 and said.plain[first].isdigit():
        return said.is_placed(first, after)
    original, bare = said.original(first, after), name.text.strip(" .,;:()")
    if len(original) == 1:
        clear = not said.begins_sentence(first) or said.is_placed(first, after)
        return original == bare and ((original.isupper() and clear) or said.is_placed(first, after))
    if all(is_stop_word(w.text, said.language) for w in said.words[first:after]):
        written = original == bare and (original.isupper() or said.is_capital(first))
        return written or (bare.isupper() and said.is_capital(first))
    return True


def _abbreviates(said: Said, first: int, form: _Form) -> bool:
    pairs = list(zip(range(first, first + len(form.words)), form.words, form.dotted, strict=True))
    return any(said.plain[i] != word for i, word, _ in pairs) and all(_is_short(said, *pair) for pair in pairs)


def _is_short(said: Said, place: int, name: str, dotted: bool) -> bool:  # noqa: FBT001 - of the form
    word, end = said.plain[place], said.words[place].end
    if stem(word) == stem(name):
        return True
    if dotted and len(word) > len(name) and word.startswith(name):
        return True
    return said.text[end : end + 1] == "." and len(name) > len(word) and name.startswith(word)


def _is_head(word: str, name: str, language: str) -> bool:
    """Whether a stem is that of the word that says what a thing is.

    In French the first, in English the last that no preposition comes before.
    """
    words = list(without_article(tokens(name)))
    after = next((i for i, w in enumerate(words) if i and is_stop_word(w.text, language)), len(words))
    content = [w.stem for w in words if not is_stop_word(w.text, language)]
    if len(content) < 2:
        return False
    return word == (content[0] if language == "fr" else words[after - 1].stem)
