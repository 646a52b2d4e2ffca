"""Which words say the same: forms of one word, derivations, and words and phrases that schoolbooks use alike.

A word has *keys*: its roots (what is left without endings; several when a spelling has several readings) and the
groups of synonyms that its roots belong to. Two words agree when they share a key. The endings are in the spirit of
Porter (1980), with all readings kept instead of one; what no ending explains stands in ``words.<language>.toml``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple, TypeAlias

from corpusbuilder.language.opposites import PAIRS
from corpusbuilder.records.text import fold

Keys: TypeAlias = frozenset[str]

_GROUP: Final = "#"
"""Begins the key of a group of synonyms; a root begins with a letter or digit."""
_VOWELS: Final = frozenset("aeiouy")
_INFLECTED: Final = {
    # Ending and how many letters must be left of the word.
    "en": (("ing", 2), ("ed", 2), ("est", 3), ("er", 4)),
    "fr": tuple(
        (ending, 4)
        for ending in "eraient erait erons eront erent aient ait ais ions iez antes ante ants ant ees ee es ent ons ez "  # noqa: SIM905 - reads as the list it is
        "er era e a ai".split()
    ),
}
_SECOND_CONJUGATION: Final = re.compile(
    r"(\w{2,}i)(?:ss(?:aient|ait|antes?|ants?|ent|ons|e)|r(?:ent|aient|ait|ont|a)?|t|es?|s)?"
)
"""Finir, finit, finissent, fini: what they share ends in i."""
_DERIVED: Final = {
    "en": (
        *((ending, 4) for ending in ("ization", "isation", "ation", "ition", "ement", "ment", "ness", "ability")),
        *((ending, 4) for ending in ("able", "ible", "ously", "ous", "ically", "ical", "ively", "ive", "ally")),
        *((ending, 4) for ending in ("ity", "ance", "ence", "ful", "ly", "ize", "ify", "th", "ship", "hood", "ism")),
        *((ending, 5) for ending in ("tion", "sion", "ion", "ic", "al", "or", "ise", "age", "ure", "ate", "ist")),
    ),
    "fr": (
        *((ending, 4) for ending in ("issement", "ation", "ition", "ution", "ement", "ment", "age", "eur", "euse")),
        *((ending, 4) for ending in ("ateur", "atrice", "ance", "ence", "if", "ive", "able", "ible", "eux", "erie")),
        *((ending, 5) for ending in ("tion", "sion", "ion", "rice", "ure", "ite", "al", "ale", "ique", "aire", "oir")),
    ),
}
_MOST_KEPT: Final = 32_768
_PREFIXES: Final = {"en": ("un", "in", "im", "ir", "dis", "non"), "fr": ("in", "im", "ir", "de", "des", "mal", "non")}
_APART: Final = frozenset(
    # What looks like a derivation here and is none.
    fold(w)
    for w in [
        "important",
        "station",
        "nation",
        "organism",
        "organisme",
        "animal",
        "several",
        "general",
        "hospital",
        "capital",
        "material",
        "moral",
        "university",
        "université",
        "continent",
        "moment",
        "document",
        "département",
        "department",
        "apartment",
        "appartement",
        "passage",
        "message",
        "village",
        "image",
        "visage",
        "étage",
        "ménage",
        "avantage",
        "dommage",
        "courage",
        "langage",
        "personnage",
        "parlement",
        "element",
        "élément",
        "flower",
        "tower",
        "number",
        "corner",
        "matter",
        "master",
        "letter",
        "butter",
        "summer",
        "winter",
        "border",
        "chapter",
        "center",
        "member",
        "paper",
        "power",
        "offer",
        "cover",
        "temper",
        "river",
        "water",
        "order",
        "answer",
        "layer",
        "interest",
        "forest",
        "harvest",
        "honest",
        "modest",
        "conquest",
    ]
)


class Phrase(NamedTuple):
    """Words in a row that count as one."""

    rest: tuple[str, ...]
    """The folded words after the first."""
    group: str


class Words:
    """What is known of one language."""

    def __init__(self, language: str) -> None:
        self._language = language  # "en" or "fr"
        path = resources.files("corpusbuilder").joinpath("language", f"words.{language}.toml")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        self._beginnings = {start: line.split()[0] for line in table["roots"] for start in line.split()}
        self._families: dict[str, set[str]] = {}
        for line in table["irregular"]:
            first, *others = fold(line).split()
            for word in (first, *others):
                self._families.setdefault(word, set()).add(self._base(first))
        self._groups: dict[str, set[str]] = {}
        self._heads: dict[str, set[str]] = {}
        self.phrases: dict[str, list[Phrase]] = {}
        for number, line in enumerate(table["synonyms"]):
            self._add_group(f"{_GROUP}{number}", fold(line).split())
        self._light = frozenset(self._base(word) for word in fold(table["light"]).split())
        pairs = [pair.split("/") for pair in fold(table["opposites"]).split()]
        self._known_opposites: dict[Keys, Keys] = {}
        self._opposites = self._opposite_keys([*pairs, *([fold(a), fold(b)] for a, b in PAIRS[language])])

    def _add_group(self, group: str, members: Sequence[str]) -> None:
        for place, member in enumerate(members):
            words = _phrase(member)
            if len(words) > 1:
                self.phrases.setdefault(self._base(words[0]), []).append(Phrase(words[1:], group))
            else:
                self._groups.setdefault(self._base(words[0]), set()).add(group)
                if place == 0:
                    self._heads.setdefault(self._base(words[0]), set()).add(group)

    def _opposite_keys(self, pairs: Iterable[Sequence[str]]) -> Mapping[str, Keys]:
        found: dict[str, set[str]] = {}
        for one, other in pairs:
            for a, b in ((one, other), (other, one)):
                keys_of_b = {self._base(b), *self._heads.get(self._base(b), ())}
                for key in (self._base(a), *self._heads.get(self._base(a), ())):
                    found.setdefault(key, set()).update(keys_of_b)
        return {key: frozenset(others) for key, others in found.items()}

    def _base(self, entry: str) -> str:
        """The root by which an entry of the table is known: that of an infinitive in French is its stem."""
        if self._language == "fr" and len(entry) > 5 and entry.endswith("er"):
            return _bare(entry[:-2], "fr")
        if self._language == "fr" and len(entry) > 5 and entry.endswith("ir"):
            return entry[:-1]
        return _bare(entry, self._language)

    def roots(self, word: str) -> Keys:
        """What is left of a folded word without its endings, in each of its readings."""
        found: set[str] = set()
        for base in _singulars(word, self._language):
            found.add(_bare(base, self._language))
            found.update(self._families.get(base, ()))
            for left in self._readings(base):
                found.add(_bare(left, self._language))
                found.update(self._families.get(left, ()))
        for size in range(3, min(len(word), 9) + 1):
            if family := self._beginnings.get(word[:size]):
                found.add(family)
        return frozenset(found)

    def _readings(self, word: str) -> Iterator[str]:
        """What a word may be a form of, or be derived from."""
        if word in _APART or not word.isalpha():
            return
        english = self._language == "en"
        if not english and (second := _SECOND_CONJUGATION.fullmatch(word)) and len(word) > 4:
            yield second[1]
        for ending, least in (*_INFLECTED[self._language], *_DERIVED[self._language]):
            if not self._ends(word, ending, least):
                continue
            left = word[: -len(ending)]
            yield left
            if english:
                yield left + "e"
                if left[-1] == left[-2] and len(left) > 3:
                    yield left[:-1]

    @staticmethod
    def _ends(word: str, ending: str, least: int) -> bool:
        left = word[: -len(ending)]
        return word.endswith(ending) and len(left) >= least and not _VOWELS.isdisjoint(left) and word[-3:] != "eed"

    def keys(self, word: str) -> Keys:
        """The roots of a folded word and the groups that they belong to."""
        roots = self.roots(word)
        return roots.union(*(self._groups.get(root, ()) for root in roots))

    def opposites(self, keys: Keys) -> Keys:
        """The keys of what says the opposite, such as able and unable."""
        if (known := self._known_opposites.get(keys)) is not None:
            return known
        found = set().union(*(self._opposites.get(key, ()) for key in keys))
        for root in filter(is_root, keys):
            found.update(_with_or_without(root))
            for prefix in _PREFIXES[self._language]:
                found.add(prefix + root)
                rest = root.removeprefix(prefix)
                if rest != root and len(rest) >= 4:
                    found.update((rest, *self._groups.get(rest, ())))
        if len(self._known_opposites) < _MOST_KEPT:
            self._known_opposites[keys] = frozenset(found)
        return frozenset(found)

    def knows(self, keys: Keys) -> bool:
        """Whether a word is in the table, so that what it does not agree with says something else."""
        return any(not is_root(key) for key in keys)

    def is_irregular(self, word: str) -> bool:
        """Whether a folded word is a form that no ending explains, such as came."""
        return any(not word.startswith(lemma) for lemma in self._families.get(word, ()))

    def is_light(self, roots: Keys) -> bool:
        """Whether a word says little by itself."""
        return not roots.isdisjoint(self._light)


@cache
def words_of(language: str) -> Words:
    """What is known of a language; of English when it is neither English nor French."""
    return Words("fr" if language.startswith("fr") else "en")


@lru_cache(maxsize=_MOST_KEPT)
def word_keys(word: str, language: str) -> Keys:
    """The keys of a folded word."""
    return words_of(language).keys(word)


def is_root(key: str) -> bool:
    """Whether a key is a root and not a group of synonyms."""
    return not key.startswith(_GROUP)


def _with_or_without(root: str) -> Iterator[str]:
    """Useful and useless."""
    if root.endswith("less"):
        yield from (root[:-4], root[:-4] + "ful")
    elif root.endswith("ful"):
        yield root[:-3] + "less"


def _phrase(entry: str) -> tuple[str, ...]:
    """The words of an entry; a reflexive pronoun before it and a preposition of French after it may change."""
    words = re.split("[_-]", entry)
    while len(words) > 1 and words[0] in ("s", "se"):
        words = words[1:]
    while len(words) > 1 and words[-1] in ("de", "a", "of"):
        words = words[:-1]
    return tuple(words)


def _singulars(word: str, language: str) -> set[str]:
    """The word, and what it may be the plural or the third person of."""
    if len(word) <= 3 or not word.isalpha():
        return {word}
    if language == "fr":
        if word.endswith("aux") and not word.endswith("eaux"):
            return {word, word[:-3] + "al", word[:-1]}
        return {word, word[:-1]} if word[-1] in "sx" else {word}
    if word.endswith("ies") and len(word) > 4:
        return {word, word[:-3] + "y"}
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        return {word, word[:-2], word[:-1]}
    return {word, word[:-1]} if word[-1] == "s" and word[-2] not in "sui" else {word}


def _bare(word: str, language: str) -> str:
    """In English a final y becomes i, as in cities and colonial; in French a final e goes, and a doubled consonant."""
    if language == "en":
        return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word
    if len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in _VOWELS else word
