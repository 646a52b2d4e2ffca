"""The written forms of verbs, made from their dictionary form. Folded: without accents.

A form is tagged with what it can be: ``finite``, ``past`` (a past participle, in English the past tense as well) or
``ing`` (a present participle). One string may be several: "mange" is finite, and the participle once folded.
"""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

Tag: TypeAlias = Literal["finite", "past", "ing"]

_VOWELS: Final = "aeiou"
_IRREGULAR_EN: Final = {
    line.split()[0]: line.split()[1:]
    for line in [
        "lead led",
        "go went gone",
        "come came",
        "become became",
        "run ran",
        "begin began begun",
        "rise rose risen",
        "give gave given",
        "send sent",
        "feed fed",
        "make made",
        "bring brought",
        "take took taken",
        "eat ate eaten",
        "get got gotten",
        "draw drew drawn",
        "leave left",
        "meet met",
        "grow grew grown",
        "fall fell fallen",
        "flow flowed",
        "drive drove driven",
        "throw threw thrown",
        "sell sold",
        "build built",
        "hold held",
        "keep kept",
        "drink drank drunk",
        "catch caught",
        "seek sought",
        "find found",
        "see saw seen",
        "show showed shown",
        "say said",
        "read read",
        "write wrote written",
        "stand stood",
        "lie lay lain",
        "mean meant",
        "have had",
        "arise arose arisen",
        "underlie underlay",
        "wind wound",
        "sink sank sunk",
        "spring sprang sprung",
        "set set",
        "put put",
        "cut cut",
        "hit hit",
        "let let",
        "spread spread",
        "beget begot begotten",
        "choose chose chosen",
        "swim swam swum",
        "fly flew flown",
        "tell told",
        "shrink shrank shrunk",
        "buy bought",
        "pay paid",
        "fight fought",
        "win won",
        "lose lost",
        "teach taught",
        "cast cast",
        "overlie overlay overlain",
        "bear bore borne",
        "ride rode ridden",
        "breed bred",
        "know knew known",
        "think thought",
    ]
}
_DOUBLING: Final = frozenset(
    [
        "stop",
        "drop",
        "drip",
        "trap",
        "let",
        "get",
        "begin",
        "run",
        "cut",
        "put",
        "hit",
        "set",
        "stem",
        "sip",
        "drag",
        "ship",
        "plan",
        "rob",
        "tip",
    ]
)
_THIRD_GROUP_TIR: Final = frozenset(
    ["partir", "repartir", "sortir", "ressortir", "servir", "desservir", "dormir", "sentir"]
)
_ENDINGS_ER: Final = {"finite": "er e es ent ons ez ait aient era eront", "past": "e ee es ees", "ing": "ant"}
_ENDINGS_IR: Final = {
    "finite": "ir it is issent issons issez issait issaient ira iront",
    "past": "i ie is ies",
    "ing": "issant",
}
_FAMILIES_FR: Final = (
    # (ending of the infinitive, finite, past, present participle), on what is left without that ending
    ("prendre", "prendre prend prends prennent prenons prenez prenait prenaient", "pris prise prises", "prenant"),
    ("dre", "dre d ds dent dons dez dait daient dra dront", "du due dus dues", "dant"),
    ("enir", "enir ient iens iennent enons enez enait enaient iendra iendront", "enu enue enus enues", "enant"),
    ("uire", "uire uit uis uisent uisons uisez uisait uisaient uira uiront", "uit uite uits uites", "uisant"),
    ("evoir", "evoir oit ois oivent evons evez evait evaient evra evront", "u ue us ues", "evant"),
    ("mettre", "mettre met mets mettent mettons mettez mettait mettra", "mis mise mises", "mettant"),
    ("battre", "battre bat bats battent battait", "battu battue battus battues", "battant"),
    ("courir", "courir court cours courent courons courez courait courra", "couru courue courus", "courant"),
    ("uivre", "uivre uit uis uivent uivons uivez uivait uivaient uivra", "uivi uivie uivis uivies", "uivant"),
    ("vivre", "vivre vit vis vivent vivait vivra", "vecu", "vivant"),
    ("aitre", "aitre ait ais aissent aissait aitra", "e ee es ees", "aissant"),
    ("vrir", "vrir vre vres vrent vrons vrez vrait vrira", "vert verte verts vertes", "vrant"),
    ("aire", "aire ait ais ont aisait ayait", "ait aite aits aites", "aisant"),
    ("boire", "boire boit bois boivent buvez buvait", "bu bue bus bues", "buvant"),
    ("querir", "querir quiert quierent querait", "quis quise quises", "querant"),
    ("clure", "clure clut cluent", "clus cluse", "cluant"),
    ("voir", "voir voit vois voient voyons voyez voyait verra", "vu vue vus vues", "voyant"),
    ("rompre", "rompre rompt rompent", "rompu rompue", "rompant"),
)  # fmt: skip
_JOINED_FR: Final = ("indre", "int ins ignent ignons ignez ignait ignaient", "int inte ints intes", "ignant")
_ALLER: Final = {
    "finite": "aller va vont vas allons allez allait allaient ira iront",
    "past": "alle allee alles allees",
}


def english_forms(verb: str) -> Iterator[tuple[str, Tag]]:
    """The forms of an English verb: lead, leads, led, leading."""
    yield verb, "finite"
    yield _third_person(verb), "finite"
    for form in _IRREGULAR_EN.get(verb, [_regular(verb, "ed")]):
        yield form, "past"
    yield _regular(verb, "ing"), "ing"


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _regular(verb: str, ending: str) -> str:
    if verb.endswith("ie") and ending == "ing":
        return verb[:-2] + "ying"
    if verb.endswith("y") and verb[-2] not in _VOWELS and ending == "ed":
        return verb[:-1] + "ied"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + ending
    return verb + (verb[-1] if verb in _DOUBLING else "") + ending


def french_forms(verb: str) -> Iterator[tuple[str, Tag]]:
    """The forms of a French verb, given as its folded infinitive: mener, mene, menent, menant, menee."""
    if verb == "aller":
        yield from _tagged("", _ALLER["finite"], _ALLER["past"], "allant")
    elif verb.endswith("er"):
        yield from _first_group(verb[:-2])
    elif verb in _THIRD_GROUP_TIR:
        short, root = verb[:-3], verb[:-2]
        yield from _tagged(
            "", f"{verb} {short}t {short}s {root}ent {root}ons {root}ez {root}ait {root}aient {verb}a", "", ""
        )
        yield from _tagged(root, "ir ent ons ez ait aient ira iront", "i ie is ies", "ant")
    else:
        yield from _other_group(verb)


def _first_group(root: str) -> Iterator[tuple[str, Tag]]:
    yield from _tagged(root, *_ENDINGS_ER.values())
    if root.endswith("g"):
        yield from _tagged(root, "eait eaient eons", "", "eant")
    if root.endswith(("oy", "uy")):
        yield from _tagged(root[:-1], "ie ient ies iera ieront", "", "")
    if root.endswith(("el", "et")):  # appelle, jette
        yield from _tagged(root + root[-1], "e es ent era eront", "", "")


def _other_group(verb: str) -> Iterator[tuple[str, Tag]]:
    if verb.endswith("indre"):
        _, finite, past, present = _JOINED_FR
        yield from _tagged(verb[:-5], f"indre {finite} indra indront", past, present)
        return
    for ending, finite, past, present in _FAMILIES_FR:
        if verb.endswith(ending):
            yield from _tagged(verb[: -len(ending)], finite, past, present)
            return
    yield from _tagged(verb[:-2], *_ENDINGS_IR.values())


def _tagged(root: str, finite: str, past: str, present: str) -> Iterator[tuple[str, Tag]]:
    yield from ((root + ending, "finite") for ending in finite.split())
    yield from ((root + ending, "past") for ending in past.split())
    yield from ((root + ending, "ing") for ending in present.split())
