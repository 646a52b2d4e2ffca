"""Whether a word is another one with one slip of the pen or of a reader of print.

Slips are found by symmetric deletion (Garbe 2012): two words at distance one share a form with a letter left out. An
index of such forms costs a few look-ups a word however many names there are.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz.distance import OSA

from corpusbuilder.records.text import is_stop_word

LEAST_SLIP: Final = 4
"""Letters of a word in which one slip is forgiven; a shorter one is as likely another word."""
LEAST_BESIDE: Final = 3
"""The same of one word of several, the others being right."""
LEAST_SAFE: Final = 6
"""Letters from which on a slip hardly makes another word of the language: bear and pear, plant and plane."""
_OCR: Final = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o", "5": "s"})
_ELIDED: Final = frozenset("dl")
_VOWELS: Final = frozenset("aeiouy")
_PREFIXES: Final = tuple(
    pair
    for one, other in (
        ("anter", "inter"), ("micro", "macro"), ("affer", "effer"), ("abdu", "addu"), ("ante", "anti"),
        ("infra", "intra"), ("sub", "sur"),
    )
    for pair in ((one, other), (other, one))
)  # fmt: skip
_SUFFIXES: Final = tuple(
    (one, other)
    for endings in (("ate", "ite", "ide"), ("ane", "ene", "yne"), ("ose", "ase"), ("ism", "ist"))
    for one in endings
    for other in endings
    if one != other
)
"""Beginnings and endings, English and French, that differ by little and make two words: abiotic too is not biotic."""
_EXCHANGED: Final = frozenset(map(frozenset, ("dr", "ds", "rs", "st", "rz", "sz")))
_ADDED: Final = frozenset("drstz")
"""Last letters by which forms of a word differ: produced is no slip of producer, nor finit of finis."""
_BEFORE_ENDINGS: Final = frozenset("ei")
_ROMAN: Final = re.compile(r"[ivxlc]+")


def shortened(form: str) -> Iterator[str]:
    """All forms with one letter left out."""
    return (form[:i] + form[i + 1 :] for i in range(len(form)))


def as_printed(form: str) -> str:
    """A form in which letters that a reader of print takes for each other are the same."""
    return form.translate(_OCR).replace("rn", "m").replace("vv", "w")


def is_slip(said: Sequence[str], name: Sequence[str], *, language: str, sure: bool) -> bool:
    """Whether some words are those of a name but for one letter wrong, missing, too many, or two exchanged.

    A slip may join or split words. It does not make a number of another, nor one inflected form of another.

    Args:
        said: folded words.
        name: folded words of the name.
        language: BCP 47.
        sure: whether it is plain that a name is meant, as between quotation marks.
    """
    if len(said) != len(name):
        whole = "".join(said), "".join(name)
        letters = [word for word in (*said, *name) if len(word) == 1 and word not in _ELIDED]
        return not letters and min(map(len, whole)) >= LEAST_SAFE and _is_near(*whole, sure=sure)
    different = [pair for pair in zip(said, name, strict=True) if pair[0] != pair[1]]
    if len(different) != 1:
        return False
    if any(is_stop_word(word, language) for word in different[0]):
        return len(name) > 2 and _is_misread(*different[0], language)
    least = LEAST_SLIP if len(name) == 1 else LEAST_BESIDE  # the other words of a name tell what is meant
    return min(map(len, different[0])) >= least - 1 and _is_near(*different[0], sure=sure or len(name) > 1)


def _is_misread(said: str, name: str, language: str) -> bool:
    """Whether a word of grammar inside a name became what is no word of grammar: appareil ue Golgi."""
    kept = len(name) > 1 and said.isalpha() and not is_stop_word(said, language)
    return kept and OSA.distance(said, name, score_cutoff=1) <= 1


def _is_near(said: str, name: str, *, sure: bool) -> bool:
    if _differ_in_meaning(said, name):
        return False
    if as_printed(said) == as_printed(name):
        return not (said.isdigit() or name.isdigit())
    if _digits(said) != _digits(name) or OSA.distance(said, name, score_cutoff=1) > 1:
        return False
    if _ROMAN.fullmatch(said) and _ROMAN.fullmatch(name):
        return False
    if len(name) < LEAST_SAFE - 1 and _is_rhyme(said, name):
        return False
    return sure or not (_is_inflection(said, name) or _is_another_word(said, name))


def _digits(form: str) -> list[str]:
    return [c for c in form if c.isdigit()]


def _differ_in_meaning(said: str, name: str) -> bool:
    """Whether the letter in which two words differ tells their meanings apart: nitrite and nitrate."""
    one, other = said.removesuffix("s"), name.removesuffix("s")
    short, long = sorted((one, other), key=len)
    if "a" + short == long and len(short) >= LEAST_SAFE and short[0] not in _VOWELS:
        return True
    beginnings = (one.startswith(a) and b + one[len(a) :] == other for a, b in _PREFIXES)
    endings = (one.endswith(a) and one[: -len(a)] + b == other for a, b in _SUFFIXES)
    return any(beginnings) or any(endings)


def _is_inflection(said: str, name: str) -> bool:
    """Whether two forms differ as produce, produced, producer and producers do."""
    short, long = sorted((said.removesuffix("s"), name.removesuffix("s")), key=len)
    if len(short) == len(long):
        return short[:-1] == long[:-1] and {short[-1], long[-1]} in _EXCHANGED
    return long[:-1] == short and long[-1] in _ADDED and short[-1] in _BEFORE_ENDINGS


def _is_rhyme(said: str, name: str) -> bool:
    """Whether the first letter is another one: wall and hall are two things."""
    return len(said) == len(name) and said[1:] == name[1:]


def _is_another_word(said: str, name: str) -> bool:
    """Whether the slip is one that makes another word as easily: at the beginning or the end of a short word."""
    if _are_exchanged(said, name):
        return False
    if len(name) <= LEAST_SLIP:
        return True
    if said[0] != name[0]:
        return len(said) < LEAST_SAFE - (len(said) < len(name))
    ends = {said[-1], name[-1]}
    return said[:-1] == name[:-1] and "e" in ends and ends <= _VOWELS


def _are_exchanged(said: str, name: str) -> bool:
    return len(said) == len(name) and sorted(said) == sorted(name)
