"""What a step of perception speaks of, as phrases for a detector: what is quoted, else groups of nouns.

No grammar is needed for this. A group of nouns is a run of words that carry content, ended by a small word, a sign or
a verb of seeing, place or motion; one that an article or a number introduces is surer to be one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from corpusbuilder.language.claims import quoted
from corpusbuilder.records.text import Token, fold, is_stop_word, number_value, tokens

MOST: Final = 3
"""At most so many phrases a step."""
_LONGEST_TEXT: Final = 2000
_LONGEST_PHRASE: Final = 60
_LONGEST_QUOTE: Final = 5
_LONGEST_RUN: Final = 4
"""Words."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ARTICLES: Final = _words(
    "the a an this that these those its their his her each every some another any "
    "le la les l un une des du au aux ce cet cette ces son sa ses leur leurs chaque quelques plusieurs"
)
_OF: Final = {"en": _words("of"), "fr": _words("de du des d")}
_ABOUT_PICTURES: Final = _words(
    "figure fig diagram image picture photo photograph drawing illustration sketch plate panel caption label labels "
    "legend key scheme schema page document step question answer title text word words example "
    "figures diagramme diagrammes images photos photographie photographies dessin dessins schema schemas croquis "
    "planche legende legendes etiquette etiquettes titre texte mot mots etape reponse exemple cliche vignette"
)
"""Words for the picture and for what is written on it."""
_ABOUT_PLACES: Final = _words(
    "part parts side sides top bottom left right middle centre center corner edge area areas region regions place "
    "position location background foreground half upper lower front back end ends kind type sort group number name "
    "colour color size shape form order amount set pair row line way thing things others element elements object "
    "objects "
    "partie parties cote cotes haut bas gauche droite milieu coin bord bords zone zones endroit lieu "
    "emplacement fond plan premier moitie superieur superieure inferieur inferieure avant arriere bout sorte genre "
    "groupe nombre nom couleur couleurs taille forme formes ordre quantite ensemble paire rangee ligne facon chose "
    "choses objet interieur exterieur dessus dessous"
)
"""Words that say where or how something is, and not what."""
_VERBS: Final = _words(
    "show shows shown showing see sees seen seeing depict depicts depicted depicting display displays displayed "
    "represent represents represented representing illustrate illustrates illustrated indicate indicates indicated "
    "indicating appear appears appearing look looks looking find finds found finding observe observed visible present "
    "identify identified locate locates located recognise recognize notice noticed point points pointing pointed lie "
    "lies lying sit sits sitting stand stands standing hang hangs hanging rest rests resting run runs running go goes "
    "going come comes coming lead leads leading reach reaches reaching enter enters entering leave leaves leaving "
    "start starts starting begin begins beginning end ends ending flow flows flowing move moves moving pass passes "
    "passing rise rises rising fall falls falling grow grows growing contain contains containing contained hold holds "
    "holding carry carries carrying surround surrounds surrounding surrounded enclose encloses enclosed cover covers "
    "covering covered connect connects connecting connected join joins joining joined link links linked attach "
    "attached touch touches touching cross crosses crossing form forms forming make makes made wear wears wearing "
    "called named labelled labeled marked drawn coloured colored placed situated there "
    "montre montrent montrant montre montree voit voient voir vu vue vus vues visible visibles represente "
    "representent representant representee represente illustre illustrent indique indiquent indiquant indiquee "
    "apparait apparaissent apparaitre trouve trouvent trouver situe situee situes situees observe observent observer "
    "distingue distinguent distinguer repere reperer reperee remarque remarquer reconnait reconnaitre regarde "
    "regarder identifie identifier note noter pointe pointent pointant part partent va vont vient viennent mene "
    "menent conduit conduisent relie relient reliee relies lie liee rejoint rejoignent joint joignent arrive "
    "arrivent atteint atteignent entre entrent sort sortent quitte quittent traverse traversent passe passent coule "
    "coulent monte montent descend descendent tombe tombent pousse poussent commence commencent finit finissent "
    "contient contiennent contenant contenu renferme renferment porte portent portant tient tiennent tenant entoure "
    "entourent entourant entouree entoures couvre couvrent couvert couverte touche touchent croise croisent forme "
    "forment nomme nommee appele appelee marque marquee dessine dessinee colore coloree place placee pose posee assis "
    "assise debout"
)
"""Verbs with which pictures are described, folded. Right after an article it is a noun: la porte, the stand."""
_PREPOSITIONS: Final = _words(
    "above below beneath underneath near nearby next beside besides behind around inside outside along across against "
    "toward towards among amongst past beyond except during within via per amid opposite throughout despite "
    "autour pres proche loin hors contre devant derriere malgre pendant depuis envers selon outre parmi travers durant"
)
"""Of both languages, as far as they are no stop words."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that carry content, side by side."""

    first: int
    """Index of its first token."""
    after: int
    """Index of the token after it."""
    introduced: bool
    """By an article or a number."""
    has_of: bool = False
    """Whether it is one like "wall of the heart"."""


def phrases_of(text: str, language: str) -> tuple[str, ...]:
    """What to look for in the picture, in lower case and without articles, in the order of the text; `MOST` at most.

    Args:
        text: of a step.
        language: BCP 47; decides which words are small ones.
    """
    text = text[:_LONGEST_TEXT]
    named = [quote for quote in quoted(text) if 0 < len(tokens(quote)) <= _LONGEST_QUOTE]
    words = tokens(text)
    runs = _joined(text, words, _runs(text, words, language), language)
    groups = [run for run in runs if run.introduced] or runs
    found = named or [text[words[run.first].start : words[run.after - 1].end] for run in groups]
    once: dict[str, str] = {}
    for phrase in map(_clean, found):
        if 0 < len(phrase) <= _LONGEST_PHRASE:
            once.setdefault(fold(phrase), phrase)
    return tuple(once.values())[:MOST]


def _clean(phrase: str) -> str:
    """In lower case on one line; a full stop would part it in two for some models."""
    printable = "".join(character if character.isprintable() else " " for character in phrase)
    return " ".join(printable.lower().replace(".", " ").split())


def _runs(text: str, words: Sequence[Token], language: str) -> Iterator[_Run]:
    """All runs of content, without those that only say where, or speak of the picture itself."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and _goes_on(text, words, start, end, language):
            end += 1
        first, after = _meant(words, start, end)
        if first < after:
            yield _Run(first, after, _is_introduced(words, start, language))
        start = max(end, start + 1)


def _goes_on(text: str, words: Sequence[Token], start: int, place: int, language: str) -> bool:
    """Whether a run that begins at ``start`` has the word at ``place`` in it."""
    if words[place].text in _VERBS and not (place and words[place - 1].text in _ARTICLES):
        return False
    return _has_content(words[place], language) and (place == start or _beside(text, words, place))


def _has_content(word: Token, language: str) -> bool:
    return (
        len(word.text) > 1
        and not word.text.isdigit()
        and word.text not in _PREPOSITIONS
        and not is_stop_word(word.text, language)
        and word.text not in _ARTICLES
        and number_value(word.text, language) is None
    )


def _beside(text: str, words: Sequence[Token], place: int) -> bool:
    """Whether only a blank or a hyphen parts a word from the one before it."""
    return text[words[place - 1].end : words[place].start].strip() in {"", "-", "‐", "‑"}


def _meant(words: Sequence[Token], first: int, after: int) -> tuple[int, int]:
    """The part of a run that names something to be looked for; empty when none does."""
    while first < after and words[first].text in _ABOUT_PICTURES:
        first += 1
    while first < after and words[after - 1].text in _ABOUT_PICTURES:
        after -= 1
    if all(word.text in _ABOUT_PLACES | _ABOUT_PICTURES for word in words[first:after]):
        return first, first
    return first, min(after, first + _LONGEST_RUN)


def _is_introduced(words: Sequence[Token], start: int, language: str) -> bool:
    if not start:
        return False
    before = words[start - 1].text
    return before in _ARTICLES or number_value(before, language) is not None


def _joined(text: str, words: Sequence[Token], runs: Iterable[_Run], language: str) -> list[_Run]:
    """With "the wall of the heart" as one."""
    of = _OF["fr" if language.startswith("fr") else "en"]
    found: list[_Run] = []
    for run in runs:
        before = found[-1] if found else None
        if before and not before.has_of and _is_of(text, words[before.after - 1 : run.first + 1], of):
            found[-1] = _Run(before.first, run.after, before.introduced, has_of=True)
        else:
            found.append(run)
    return found


def _is_of(text: str, words: Sequence[Token], of: frozenset[str]) -> bool:
    """Whether nothing but "of" and articles stands between the first and the last of some words."""
    between = words[1:-1]
    signs = "".join(text[left.end : right.start] for left, right in pairwise(words))
    return (
        bool(between)
        and between[0].text in of
        and all(word.text in _ARTICLES for word in between[1:])
        and not signs.strip(" '’")
    )
