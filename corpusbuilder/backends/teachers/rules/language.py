"""What the rules know of English and French: words that point elsewhere, words that carry nothing."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Closed word classes of one language, folded (lower case, no accents)."""

    function_words: frozenset[str]
    """Articles, prepositions, conjunctions, auxiliaries: they carry no content."""
    openers: frozenset[str]
    """A sentence that starts with one of these leans on the sentence before."""
    pointers: frozenset[str]
    """Words that refer outside a sentence wherever they stand."""
    persons: frozenset[str]
    """Personal pronouns and possessives: harmless about a defined term, dangling elsewhere."""
    links: frozenset[str]
    """Words that tie a sentence to the argument before it wherever they stand."""


def word_set(text: str) -> frozenset[str]:
    """The words of a plain list, separated by blanks."""
    return frozenset(text.split())


ENGLISH: Final = Lexicon(
    function_words=word_set("""
        a an the of in on at by to for from with without into onto over under and or but nor so as than then
        that which who whom whose is are was were be been being has have had do does did can could may might
        must shall should will would not no it its they them their this these those he she his her also such
        some any each all both more most very only there between among during about after before when where
        while if because through per via
    """),
    openers=word_set("""
        it this these those they he she such his her its their here there however thus therefore hence but and
        or also then so yet moreover furthermore instead similarly likewise additionally consequently meanwhile
        finally nevertheless otherwise still another others both neither either each one some many most few
        several all again first second third next later afterward afterwards besides indeed rather conversely
        nonetheless other what how why who where when which whether if note remember recall see consider let
        because although though while as since unlike like among with for by from to we you our your i my us
        please if two three four five six assume suppose pay watch read visit click compare describe explain
        identify think
        look imagine accordingly eventually soon today now perhaps certainly nor not only even once after before
        during despite
    """),
    pointers=word_set("""
        this these those above below following latter former aforementioned preceding here we our us you your i
        my me figure figures fig figs table tables chapter section page pages today
    """),
    persons=word_set("""
        he she him his her hers they them their theirs it its
    """),
    links=word_set("""
        example instance however therefore thus then consequently too moreover hence likewise instead again
    """),
)

FRENCH: Final = Lexicon(
    function_words=word_set("""
        a au aux avec ce cet cette ces c d dans de des du elle elles en est et eux il ils j je l la le les leur
        leurs lui m ma mais me mes n ne ni nos notre nous on ont ou par pas plus pour qu que qui s sa sans se
        ses si son sont sous sur t te tu un une vos votre vous y dont ou etait etaient fut furent sera seront
        etre avoir comme tres tout toute tous toutes entre vers chez meme aussi quand lorsque
    """),
    openers=word_set("""
        il ils elle elles ce cet cette ces c cela ceci celui celle ceux celles son sa ses leur leurs on ainsi
        donc mais et ou or car puis alors ensuite enfin cependant toutefois neanmoins pourtant aussi de la
        certains certaines d autres autre quelques plusieurs tel telle tels telles ici y en quand lorsque si
        comme nous vous je tu mon ma mes notre nos votre vos eh oh ah oui non voici voila qui que quoi quel
        quelle quels quelles pourquoi comment tous toutes tout toute chacun chacune l autre premierement
        deuxiemement d abord bref outre malgre selon dont parmi apres avant depuis pendant bientot tandis
        puisque parce quoique bien supposons soit soient mais voyez observez rappelons remarquons j cependant
        moi toi lui eux
    """),
    pointers=word_set("""
        ce cet cette ces ceci cela celui celle ceux celles ci voici voila nous notre nos vous votre vos je me
        moi mon mes j m t tu te ton tes toi figure figures fig schema tableau chapitre page pages dessus dessous
        precedent precedente precedents precedentes suivant suivante suivants suivantes dernier derniere
        derniers ledit ladite aujourd ici ma ta
    """),
    persons=word_set("""
        il ils elle elles lui leur leurs son sa ses eux
    """),
    links=word_set("""
        exemple effet donc alors cependant ainsi aussi pourtant toutefois enfin ensuite puis neanmoins
    """),
)

LEXICONS: Final = {"en": ENGLISH, "fr": FRENCH}


def fold(text: str) -> str:
    """``text`` in lower case without accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """The folded words of ``text`` in order."""
    return _WORD.findall(fold(text))


def content_words(text: str, language: str) -> list[str]:
    """The folded words of ``text`` that carry content, in order."""
    return [word for word in words(text) if word not in LEXICONS[language].function_words]


def stem(word: str) -> str:
    """The beginning that a folded word shares with its inflected forms: crude, on the cautious side."""
    short = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
    return short[: max(4, min(6, len(short) - 2))]
