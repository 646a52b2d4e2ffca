"""Words that say the opposite of one another. Stems, English and French: whoever mixes them up says what is not so."""

from collections.abc import Iterable, Mapping
from typing import Final

from corpusbuilder.records.text import stems

_EN: Final = (
    "same/different, same/other, largest/smallest, larger/smaller, large/small, big/little, bigger/smaller, "
    "biggest/smallest, longest/shortest, longer/shorter, long/short, highest/lowest, higher/lower, high/low, "
    "deepest/shallowest, deeper/shallower, deep/shallow, oldest/youngest, oldest/newest, older/younger, "
    "older/newer, old/young, old/new, first/last, most/least, more/less, more/fewer, many/few, fastest/slowest, "
    "faster/slower, fast/slow, quick/slow, hot/cold, hotter/colder, warm/cool, warmer/cooler, warms/cools, "
    "heats/cools, heating/cooling, wet/dry, rich/poor, strong/weak, stronger/weaker, strongest/weakest, "
    "heavy/light, heavier/lighter, thick/thin, thicker/thinner, wide/narrow, wider/narrower, increase/decrease, "
    "increases/decreases, increasing/decreasing, increased/decreased, grow/shrink, grows/shrinks, grew/shrank, "
    "rise/fall, rises/falls, rising/falling, rose/fell, rise/sink, rises/sinks, gain/lose, gains/loses, "
    "gained/lost, won/lost, win/lose, before/after, above/below, over/under, inside/outside, inner/outer, "
    "interior/exterior, internal/external, upper/lower, top/bottom, front/back, left/right, north/south, "
    "east/west, northern/southern, eastern/western, open/closed, opens/closes, enter/leave, enters/leaves, "
    "begin/end, begins/ends, began/ended, start/stop, always/never, all/none, positive/negative, male/female, "
    "alive/dead, living/dead, active/inactive, active/passive, visible/invisible, soluble/insoluble, "
    "possible/impossible, aerobic/anaerobic, acid/base, acidic/basic, concave/convex, attract/repel, "
    "attracts/repels, absorb/release, absorbs/releases, absorb/emit, produce/consume, produces/consumes, "
    "buy/sell, import/export, imports/exports, peace/war, friend/enemy, victory/defeat, day/night, summer/winter, "
    "early/late, earlier/later, earliest/latest, ancient/modern, near/far, nearest/farthest, nearer/farther, "
    "maximum/minimum, major/minor, minority/majority, advantage/disadvantage"
)
_FR: Final = (
    "même/autre, même/différent, grand/petit, grande/petite, long/court, longue/courte, haut/bas, haute/basse, "
    "supérieur/inférieur, supérieure/inférieure, profond/superficiel, vieux/jeune, ancien/récent, ancien/nouveau, "
    "ancienne/récente, premier/dernier, première/dernière, plus/moins, beaucoup/peu, rapide/lent, "
    "rapidement/lentement, chaud/froid, chaude/froide, réchauffe/refroidit, humide/sec, humide/sèche, "
    "riche/pauvre, fort/faible, lourd/léger, épais/mince, épaisse/mince, large/étroit, augmente/diminue, "
    "augmentent/diminuent, augmenter/diminuer, augmentation/diminution, croît/décroît, croissant/décroissant, "
    "monte/descend, montent/descendent, montante/descendante, gagne/perd, gagné/perdu, avant/après, "
    "antérieur/postérieur, dessus/dessous, intérieur/extérieur, intérieure/extérieure, interne/externe, "
    "gauche/droite, nord/sud, septentrional/méridional, oriental/occidental, boréal/austral, ouvert/fermé, "
    "ouvre/ferme, commence/finit, commencement/fin, toujours/jamais, tous/aucun, positif/négatif, "
    "positive/négative, mâle/femelle, vivant/mort, actif/passif, active/inactive, visible/invisible, "
    "soluble/insoluble, possible/impossible, aérobie/anaérobie, acide/base, acide/basique, concave/convexe, "
    "attire/repousse, absorbe/libère, absorbe/émet, produit/consomme, achète/vend, importation/exportation, "
    "paix/guerre, ami/ennemi, victoire/défaite, jour/nuit, été/hiver, ancien/moderne, proche/éloigné, "
    "proche/lointain, maximum/minimum, majeur/mineur, minorité/majorité, avantage/inconvénient, direct/indirect, "
    "directe/rétrograde, lever/coucher, lève/couche"
)


def _pairs(table: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.strip(), other.strip()) for one, other in (pair.split("/") for pair in table.split(",")))


PAIRS: Final = {"en": _pairs(_EN), "fr": _pairs(_FR)}
"""By language, words as they are written that say the opposite of one another."""


def _table(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = (stems(word)[0] for word in pair)
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES: Final = {language: _table(pairs) for language, pairs in PAIRS.items()}
"""By language, from a stem to the stems of its opposites."""
