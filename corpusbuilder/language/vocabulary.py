"""What can be said of a figure so that the checks understand it. Stems, English and French.

What a word says is understood only where a check reads it: an arrow is compared with the drawn one, a place with the
shapes, a colour with the key. A predicate outside this vocabulary ("is larger than", "is dangerous") may be
right and cannot be checked here.
"""

from collections.abc import Mapping
from typing import Final

from corpusbuilder.language.lexicon import Lexicon
from corpusbuilder.records.text import stems


def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


SEEING: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems(
        "figure diagram map chart graph plate illustration document sketch photo picture plan drawing drawn "
        "timeline image scheme fig see seen look show shown appear visible print printed write written read find "
        "found locate label labelled labeled name named call called title titled entitled term word text "
        "inscription reads says element part thing item place point area region structure component stage step "
        "box node box key legend entry number numbered mark marked sign caption page there one other another each "
        "same question answer choice option choose correct following true false yes no right wrong therefore "
        "hence thus so consequently conclude follow correspond stand given refer ask asked search sought identify "
        "according only namely indeed that result mean bear carry belong among along beside near accompany "
        "accompanies stand stands has have with give gives"
    ),
    "fr": _stems(
        "figure schéma diagramme carte graphique planche illustration document croquis photo image plan dessin "
        "dessiné dessinée frise tableau fig voir voit vu vue regarder observer observe montre montré montrée "
        "apparaît visible imprimé imprimée écrire écrit écrite lit lire lu trouve trouver trouvé repère repérer "
        "étiquette étiqueté nom nommer nommé nommée appelle appelé appelée titre intitulé intitulée terme mot "
        "mots texte inscription mention élément partie chose lieu point zone région structure composant étape "
        "case boîte nœud clé légende entrée numéro numéroté nombre marque marqué marquée signe page autre même "
        "question réponse choix choisir proposition correct suivant suivante vrai faux oui non bonne bon donc "
        "ainsi alors conséquent conclut suit correspond donné donnée renvoie demande demandé demandée cherche "
        "cherché cherchée désigne désigner s'agit indique porte porter parmi seulement premier effet résultat "
        "signifie accompagne accompagner long côté auquel auxquels duquel proposé proposée placé placée "
        "indication associe représenté représentée desquels laquelle lequel lesquels avec a ont voici voilà ici "
        "là donne donnent"
    ),
}
"""Looking, naming, and drawing a conclusion."""
ARROWS: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems(
        "arrow arrowhead line connector link linked connect connected connection lead leads leading led run runs "
        "running go goes going gone pass passes passing point points pointing start starts starting begin begins "
        "end ends ending leave leaves leaving reach reaches reached reaching arrive arrives arriving come comes "
        "coming direct directed direction row two three second way path tail head tip join joined several single "
        "lie lies turn next then after towards out onto origin originate destination target source receive "
        "receives emerge send continue side"
    ),
    "fr": _stems(
        "flèche fléché trait ligne lien lié liée relie relié reliée relier mène mener mènent va aller vont passe "
        "passant passer pointe pointer pointent part partir partent partant parti partie parties partie issu "
        "issue issues débute commence finit termine aboutit aboutir aboutissent quitte quitter atteint atteindre "
        "atteignent arrive arriver arrivent arrivant vient venir viennent provient dirige diriger direction "
        "rejoint rejoindre deux trois deuxième seconde suite chemin départ pointe bout joint plusieurs seule "
        "tourne prochaine puis après vers origine destination cible source reçoit suivre suivez suivant suit côté "
        "long sens partez arrivez allez venez"
    ),
}
"""Arrows and lines: `arrow_agrees` compares what is said with what is drawn."""
CYCLES: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("cycle stage stages immediately back round circle get gets closed"),
    "fr": _stems("cycle étape étapes juste immédiatement ramène ramènent revient revenir tour boucle"),
}
"""A closed round of arrows: `Arrows.round` finds it."""
BARS: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("inhibit inhibits inhibited inhibition bar"),
    "fr": _stems("inhibe inhibé inhibée inhibition barre terminé terminée"),
}
"""Lines that end in a bar: `heads_agree` compares them."""
DOUBLES: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("double headed head heads each connects joins"),
    "fr": _stems("double pointe pointes deux relie"),
}
"""Arrows with two heads: `heads_agree` compares them."""
ACTIONS: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("act acts step change"),
    "fr": _stems("agit passage transformation"),
}
"""Lines that end at an arrow: `heads_agree` compares them."""
DATES: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("after next comes come immediately later timeline event date year"),
    "fr": _stems("après juste vient suit immédiatement directement frise événement date année"),
}
"""Events with years beside them: `dates_agree` compares them."""
COUNTING: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("how many number count counted counting total altogether together make makes in all sum"),
    "fr": _stems("combien nombre compte compter compté total tout ensemble fait somme"),
}
COLOURS: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems("colour color coloured colored shade shaded fill filled swatch beside next have has give gives"),
    "fr": _stems("couleur coloré colorée teinte teinté pastille à côté donne a possède"),
}
"""The colours of a key: `colour_agrees` compares them."""
PLACING: Final[Mapping[str, frozenset[str]]] = {
    "en": _stems(
        "lie lies lying locate located situate situated contain contains enclose encloses surround surrounds "
        "inside within outline draw drawn found stand border innermost outermost directly between "
        "event events date dates"
    ),
    "fr": _stems(
        "situer situé située trouve contient contenir entoure entouré entourée enferme renferme englobe intérieur "
        "dedans contour dessiné dessinée directement événement événements date dates"
    ),
}
"""Places: `position_agrees` compares them, with the phrases of the lexicon."""


def phrase_words(lexicon: Lexicon) -> frozenset[str]:
    """The stems of all words of a lexicon's phrases."""
    return frozenset(stem for phrase in lexicon for word in phrase for stem in stems(word))
