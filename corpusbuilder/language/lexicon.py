"""Words that say how two named things relate, as they stand right before a name. English and French, folded.

"From A to B", "B comes from A", "A leads to B", "de A vers B", "B provient de A", "A mène à B": what
matters is the mark on each name, not the verb between them. ``neutral`` phrases look like a mark and are none.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Mark: TypeAlias = Literal["source", "target", "neutral", "above", "below", "left", "right", "inside", "around", "near"]
Lexicon: TypeAlias = Mapping[tuple[str, ...], Mark]


def words(listed: str) -> frozenset[str]:
    """A set of words written as a text."""
    return frozenset(listed.split())


def _phrases(marked: Mapping[Mark, str]) -> dict[tuple[str, ...], Mark]:
    """The mark of each phrase; one that ends in "de" has also the form with "d'"."""
    found: dict[tuple[str, ...], Mark] = {}
    for mark, phrases in marked.items():
        for phrase in map(str.split, phrases.split(",")):
            found[tuple(phrase)] = mark
            if phrase[-1] == "de":
                found[(*phrase[:-1], "d")] = mark
    return found


_NEUTRAL_EN: Final = (
    "next to,close to,according to,attached to,similar to,compared to,connected to,linked to,joined to,belongs to,"
    "belong to,corresponds to,correspond to,different from,away from,far from,distinct from,due to,refers to,"
    "answer to,question to"
)
_PREPOSITIONS_EN: Final[Mapping[Mark, str]] = {
    "source": "from,out of,after,away from,starting with,beginning with",
    "target": "to,into,onto,toward,towards,before,until",
    "neutral": _NEUTRAL_EN,
}
_VERBS_EN: Final[Mapping[Mark, str]] = {
    "source": "leaves,leave,leaving,starts at,starting at,start at,starts in,begins at,beginning at,begin at,begins in,"
    "starts on,preceded by,produced by,caused by,made by,formed by,fed by,supplied by,given by,released by,eats,eat,"
    "inhibited by,eating,feeds on,feed on,follows,following,tail at,tail is,tail on,tail end is,tail end at,"
    "starts with,begins with",
    "target": "reaches,reaching,reach,enters,entering,ends at,ending at,end at,ends in,ending in,ends on,points at,"
    "pointing at,point at,arrives at,arriving at,becomes,become,produces,produce,gives,give,causes,cause,forms,form,"
    "feeds,feed,followed by,eaten by,precedes,precede,preceding,then,head at,head is,head on,tip at,tip is,tip on,"
    "inhibits,inhibit,inhibiting,touches",
}
_PREPOSITIONS_FR: Final[Mapping[Mark, str]] = {
    "source": "de,du,des,d,part de,part du,part des,part d,depuis,apres,au depart de,au depart du,au depart des,"
    "a partir de,a partir du,a partir des",
    "target": "a,au,aux,vers,jusqu a,jusqu au,jusqu aux,avant,en direction de,en direction du,en direction des,"
    "a destination de,a destination du,a destination des",
    "neutral": "pres de,pres du,pres des,proche de,proche du,proche des,a cote de,a cote du,a cote des,au dessus de,"
    "au dessus du,au dessus des,au dessous de,au dessous du,au dessous des,en dessous de,en dessous du,"
    "en dessous des,a gauche de,a gauche du,a gauche des,a droite de,a droite du,a droite des,autour de,autour du,"
    "autour des,a l interieur de,a l interieur du,a l interieur des,le long de,le long du,le long des,lors de,"
    "lors du,lors des,est relie a,est reliee a,sont relies a,sont reliees a,est lie a,est liee a,correspond a,"
    "correspond au,correspond aux,nom de,nom du,nom des,grace a,grace au,grace aux,il s agit de,s agit du,s agit de,"
    "s agit des,quant a,quant au,role de,role du,role des,cas de,cas du,a propos de,a propos du,a propos des,"
    "hors de,hors du,contrairement a",
}
_VERBS_FR: Final[Mapping[Mark, str]] = {
    "source": "quitte,quittant,commence par,debute par,produit par,cause par,forme par,mange,suit,suivant,"
    "produite par,causee par,formee par,inhibe par,inhibee par",
    "target": "inhibe,atteint,atteignant,rejoint,rejoignant,entre dans,arrive dans,aboutit dans,devient,donne,produit,"
    "cause,forme,nourrit,alimente,suivi de,suivi du,suivi des,suivie de,suivie du,suivi par,suivie par,mange par,"
    "mangee par,precede,puis,pointe sur,arrive sur,touche,se transforme en,transforme en,finit par,se termine par,"
    "pointe dans",
}
_POSITIONS_EN: Final[Mapping[Mark, str]] = {
    "above": "above,over,on top of",
    "below": "below,under,underneath,beneath",
    "left": "left of",
    "right": "right of",
    "inside": "inside,inside of,within,in,contained in,enclosed by,surrounded by",
    "around": "encloses,enclose,enclosing,surrounds,surround,surrounding,contains,contain,containing,encircles",
    "near": "next to,beside,near,nearest to,closest to,close to,nearest",
}
_POSITIONS_FR: Final[Mapping[Mark, str]] = {
    "above": "au dessus de,au dessus du,au dessus des,sur",
    "below": "au dessous de,au dessous du,au dessous des,en dessous de,en dessous du,en dessous des,sous",
    "left": "a gauche de,a gauche du,a gauche des",
    "right": "a droite de,a droite du,a droite des",
    "inside": "a l interieur de,a l interieur du,a l interieur des,dans,entoure par,entouree par,contenu dans",
    "around": "entoure,entourent,entourant,contient,contiennent,contenant,enferme,renferme,englobe,autour de,autour du",
    "near": "a cote de,a cote du,a cote des,pres de,pres du,pres des,proche de,proche du,proche des",
}


def _merged(*tables: Mapping[Mark, str]) -> Lexicon:
    return {phrase: mark for table in tables for phrase, mark in _phrases(table).items()}


_ARROWS: Final = {"en": _merged(_VERBS_EN, _PREPOSITIONS_EN), "fr": _merged(_VERBS_FR, _PREPOSITIONS_FR)}
# In a French question the object of these verbs may be their subject: "Que devient A ?"
_ASKED_ARROWS: Final = {"en": _merged(_VERBS_EN, _PREPOSITIONS_EN), "fr": _merged(_PREPOSITIONS_FR)}
_POSITIONS: Final = {"en": _merged(_POSITIONS_EN), "fr": _merged(_POSITIONS_FR)}

FILLERS: Final = words(
    # Between a mark and the name it belongs to: articles and nouns for what is named.
    "the a an its this that le la les l un une ce cet cette label labelled labeled box node word words part named "
    "called marked step stage structure element area one etiquette etiquettes case mot nomme nommee partie legende "
    "celle celui boite noeud intitule intitulee marque marquee etape zone region which bears bearing name qui que on s "
    "se porte portant nom appelle appele appelee"
)
OF: Final = frozenset(["of", "de", "du", "des", "d"])
"""After one of `FILLERS` it belongs to the filler: "to the stage of A"."""
CONJUNCTIONS: Final = frozenset(["and", "or", "et", "ou"])
SYMMETRIC: Final = words("between entre connect link join both reli rely relie lient relient connected linked joined")
"""Stems and words of a step that joins two names without saying which comes first."""
COLOUR_WORDS: Final = frozenset(["colour", "color", "couleur", "teint", "shad"])
"""The first letters of words for the colours of a key."""
NEXT_WORDS: Final = words("next just immediately directly juste immediatement directement")
"""The first letters of words for what comes after something without anything between."""
CYCLE_WORDS: Final = frozenset(["cycle"])
"""The first letters of words for a round of arrows."""
INHIBITION_WORDS: Final = frozenset(["inhib"])
"""The first letters of words for what a line with a bar at its end stands for."""
ACTION_WORDS: Final[Mapping[str, frozenset[str]]] = {"en": frozenset(["act", "acts"]), "fr": frozenset(["agit"])}
"""Words for what a line does that ends at an arrow."""
ARROW_WORDS: Final = frozenset(["arrow", "fleche"])
"""The first letters of words for an arrow: arrows, arrowhead, fléchée."""


def arrow_lexicon(language: str, *, question: bool = False) -> Lexicon | None:
    """Marks of an arrow's ends; None for a language that we cannot read."""
    return (_ASKED_ARROWS if question else _ARROWS).get(language[:2])


def position_lexicon(language: str) -> Lexicon | None:
    """Marks of places; None for a language that we cannot read."""
    return _POSITIONS.get(language[:2])
