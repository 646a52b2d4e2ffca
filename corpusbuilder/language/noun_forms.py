"""Other forms of a noun or adjective that `records.text.stem` does not bring together. English and French."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

_Pairs: TypeAlias = tuple[tuple[str, str], ...]


def _pairs(listed: str) -> _Pairs:
    forms = [pair.split("/") for pair in listed.split()]
    return tuple((one, other) for one, other in forms)


LEAST_ROOT: Final = 2
"""Letters that stay when an ending is exchanged."""
_WHOLE: Final[Mapping[str, _Pairs]] = {
    "en": _pairs(
        "foot/feet tooth/teeth goose/geese mouse/mice louse/lice man/men woman/women child/children ox/oxen "
        "person/people die/dice leaf/leaves wolf/wolves half/halves calf/calves shelf/shelves knife/knives life/lives "
        "loaf/loaves hoof/hooves thief/thieves elf/elves self/selves wife/wives sheaf/sheaves scarf/scarves "
        "wharf/wharves genus/genera corpus/corpora"
    ),
    "fr": _pairs(
        "oeil/yeux ciel/cieux aieul/aieux travail/travaux corail/coraux vitrail/vitraux email/emaux bail/baux "
        "soupirail/soupiraux beau/belle nouveau/nouvelle vieux/vieille sec/seche frais/fraiche doux/douce roux/rousse "
        "blanc/blanche franc/franche public/publique long/longue gros/grosse bas/basse epais/epaisse gras/grasse"
    ),
}
_ENDINGS: Final[Mapping[str, _Pairs]] = {
    "en": _pairs("um/a on/a a/ae us/i is/es ix/ices ex/ices ma/mata"),
    "fr": _pairs(
        "au/aux if/ive er/ere el/elle en/enne on/onne et/ette et/ete eux/euse eur/euse teur/trice eil/eille ul/ulle"
    ),
}


@lru_cache(maxsize=4096)
def other_forms(word: str, language: str) -> tuple[str, ...]:
    """The other number or gender of a folded word: leaf for leaves, nuclei for nucleus, active for actif.

    Some forms exist in no dictionary; nobody writes them, so nothing is taken for them.

    Args:
        word: folded (`records.text.fold`).
        language: BCP 47; of another language than English and French there are none.
    """
    return tuple(dict.fromkeys(form for form in _other_forms(word, language[:2]) if form != word))


def _other_forms(word: str, language: str) -> Iterator[str]:
    for one, other in _WHOLE.get(language, ()):
        if word in (one, other):
            yield from (one, other)
    singulars = [word] if language == "en" else [word, word.rstrip("s")]
    for form in singulars:
        for one, other in _ENDINGS.get(language, ()):
            for ending, instead in ((one, other), (other, one)):
                if form.endswith(ending) and len(form) - len(ending) >= LEAST_ROOT:
                    yield form[: len(form) - len(ending)] + instead
