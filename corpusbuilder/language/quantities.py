"""The numbers that a text states, by value: in digits, in words, in Roman numerals. English and French."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from corpusbuilder.records.text import Token, tokens

_GROUPED: Final = re.compile(r"\d{1,3}(?:[ \u00a0\u202f,.]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_ROMAN: Final = re.compile(r"(?=[IVXLC]{2})(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})(?=(?:er?|ème|th)?\Z)")
_LONGEST: Final = 300
"""Characters of a number that count: a float has no room for more."""
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_UNITS: Final = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
}
_TENS: Final = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante septante huitante nonante",
}
_ORDINALS: Final = {
    "en": "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth",
    "fr": "troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme douzieme treizieme "
    "quatorzieme quinzieme seizieme",
}
_SCALES: Final = {
    "hundred": 100,
    "cent": 100,
    "cents": 100,
    "thousand": 1_000,
    "thousands": 1_000,
    "mille": 1_000,
    "milliers": 1_000,
    "million": 10**6,
    "millions": 10**6,
    "billion": 10**9,
    "billions": 10**9,
    "milliard": 10**9,
    "milliards": 10**9,
}
_ROUND_NUMBERS: Final = {
    word + ending: value
    for word, value in {
        "dizaine": 10,
        "douzaine": 12,
        "quinzaine": 15,
        "vingtaine": 20,
        "trentaine": 30,
        "quarantaine": 40,
        "cinquantaine": 50,
        "soixantaine": 60,
        "centaine": 100,
    }.items()
    for ending in ("", "s")
}
_ENGLISH_ONLY: Final = frozenset({"hundred", "thousand", "thousands", "billion", "billions"})


def _words(language: str) -> Mapping[str, int]:
    known = {word: value for value, word in enumerate(_UNITS[language].split())}
    known |= {word: 10 * value for value, word in enumerate(_TENS[language].split(), start=2)}
    known |= {word: value for value, word in enumerate(_ORDINALS[language].split(), start=3)}
    known |= {w: v for w, v in _SCALES.items() if (w in _ENGLISH_ONLY) == (language == "en") or w.startswith("million")}
    if language == "fr":
        known |= {"vingts": 20, "vingtieme": 20, **_ROUND_NUMBERS}
        del known["un"]  # An article first of all, as "one" is a pronoun.
    else:
        known |= {"twentieth": 20, "dozen": 12, "dozens": 12}
        del known["one"]
    return known


_KNOWN: Final = {language: _words(language) for language in ("en", "fr")}
_AND: Final = {"en": "and", "fr": "et"}


class Quantity(NamedTuple):
    """A number in a text."""

    value: float
    start: int
    """First code point."""
    end: int
    """One past the last."""


def quantities(text: str, language: str, words: Sequence[Token] | None = None) -> list[Quantity]:
    """The numbers of ``text`` in order; "one" and "un" are none, "first" and "second" neither.

    Args:
        text: a sentence.
        language: BCP 47.
        words: the tokens of ``text``, when they are known already.
    """
    found = [*_digits(text, language), *_spelt(text, tokens(text) if words is None else words, language)]
    return _joined(text, sorted(found, key=lambda q: q.start))


def _digits(text: str, language: str) -> Iterator[Quantity]:
    for match in _GROUPED.finditer(text):
        yield Quantity(_value(match[0], language), match.start(), match.end())


def _value(digits: str, language: str) -> float:
    """A sign that groups thousands, or stands twice, is left out; any other is the decimal sign."""
    bare = re.sub(r"[ \u00a0\u202f]", "", digits)
    grouping = "." if language.startswith("fr") else ","
    for sign in ".,":
        groups = re.fullmatch(rf"\d{{1,3}}(?:\{sign}\d{{3}})+(?:[.,]\d+)?", bare)
        if bare.count(sign) > 1 or (groups and sign == grouping):
            bare = bare.replace(sign, "")
    return float(bare.replace(",", ".")[:_LONGEST])


def _spelt(text: str, words: Sequence[Token], language: str) -> Iterator[Quantity]:
    known, link = _KNOWN.get(language[:2], _KNOWN["en"]), _AND.get(language[:2], "and")
    place = 0
    while place < len(words):
        if words[place].text not in known:
            if roman := _ROMAN.match(text[words[place].start : words[place].end]):
                yield Quantity(_roman(roman[0]), words[place].start, words[place].end)
            place += 1
            continue
        after, value = _run(text, words, place, known, link)
        yield Quantity(value, words[place].start, words[after - 1].end)
        place = after


def _run(text: str, words: Sequence[Token], first: int, known: Mapping[str, int], link: str) -> tuple[int, float]:
    """The longest run of number words from ``first`` that makes one number: index after it, and its value."""
    total, current, place = 0, known[words[first].text], first + 1
    if current >= 1000:
        total, current = current, 0
    while place < len(words) and not text[words[place - 1].end : words[place].start].strip(" -‐‑\u00a0"):
        skip = words[place].text == link and place + 1 < len(words)
        word = words[place + skip].text
        if word not in known and not (word in ("un", "une", "one") and current >= 20 and current % 10 == 0):
            break
        joined = _with(total, current, known.get(word, 1), linked=skip)
        if joined is None:
            break
        total, current = joined
        place += 1 + skip
    return place, float(total + current)


def _with(total: int, current: int, value: int, *, linked: bool) -> tuple[int, int] | None:
    """What a number so far becomes with one more word; None when a new number begins there."""
    if value >= 1000:
        return None if linked else (total + max(current, 1) * value, 0)
    if value == 100:
        return None if linked or current > 99 else (total, max(current, 1) * 100)
    if value == 20 and current % 100 == 4 and not linked:  # quatre-vingts
        return total, current + 76
    fits = not current or current % 100 == 0 or (current % 100 >= 20 and current % 10 == 0 and value < 20)
    fits = fits and (value < 10 or not current % 100 or current % 100 in (60, 80))
    if not fits or (linked and not (total or current >= 20)):
        return None
    return total, current + value


def _roman(numeral: str) -> float:
    values = [_ROMAN_VALUES[c] for c in numeral]
    return float(sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True)))


def _joined(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Digits with a scale word after them are one number: 3 million."""
    joined: list[Quantity] = []
    for quantity in found:
        before = joined[-1] if joined else None
        near = before is not None and not text[before.end : quantity.start].strip()
        scale = quantity.value in _SCALES.values() and not text[quantity.start].isdigit()
        if before and near and scale and text[before.start].isdigit():
            joined[-1] = Quantity(before.value * quantity.value, before.start, quantity.end)
        elif before is None or quantity.start >= before.end:
            joined.append(quantity)
    return joined
