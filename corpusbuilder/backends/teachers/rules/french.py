"""How French books define, date and describe."""

import re
from typing import Final

from corpusbuilder.backends.teachers.rules.english import Pattern
from corpusbuilder.backends.teachers.rules.language import word_set

_TERM = r"[\w'’\-]+(?: [\w'’\-]+){0,4}?"
_ARTICLE = r"(?:(?:[Ll]e|[Ll]a|[Ll]es|[Uu]ne?|[Dd]es) |[Ll]['’])"
_QUOTE = r"(?:«\s?|“)?"
_UNQUOTE = r"(?:\s?»|”)?"
_STARTS_A_NOUN_PHRASE = (
    r"(?:(?:le|la|les|une?|des|tout|toute|tous|toutes|ce qui|ce que|celui|celle|ceux|celles|chacune?) |l['’])"
)
_AFTER_PREPOSITION = r"(?<!\bde )(?<!\bà )(?<!\ben )(?<!\bpar )(?<!\bsur )(?<!\bet )(?<!\bou )(?<!\bdans )(?<!\bsous )"

DEFINITIONS: Final = (
    # On appelle verticale d'un lieu la direction de la pesanteur en ce lieu.
    Pattern(
        re.compile(
            rf"(?:[^,:;]{{0,40}}[,:] )?[Oo]n (?:appelle|nomme|désigne (?:sous le nom de|par)|donne le nom de|"
            rf"entend par) "
            rf"(?:en général |généralement )?{_ARTICLE}?{_QUOTE}(?P<term>{_TERM}){_UNQUOTE}(?:,? à|,)? "
            rf"{_AFTER_PREPOSITION}(?P<meaning>{_STARTS_A_NOUN_PHRASE}[^;]+?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=False,
    ),
    # La chaleur désigne … / Le mot X signifie …
    Pattern(
        re.compile(
            rf"(?:Le mot |Le terme )?{_ARTICLE}?{_QUOTE}(?P<term>{_TERM}){_UNQUOTE}(?: \([^()]*\))? "
            r"(?:désigne|désignent|signifie|signifient|veut dire) (?P<meaning>[^;]+?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=False,
    ),
    # Un volcan est un … / Le zénith est le point …
    Pattern(
        re.compile(
            rf"(?:Une? )(?P<term>{_TERM})(?: \([^()]*\))?,? est "
            r"(?P<meaning>(?:une?|le|la|l['’]ensemble|l['’]un des|l['’]une des) ?[^;]+?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=False,
    ),
    Pattern(
        re.compile(
            rf"{_ARTICLE}?{_QUOTE}(?P<term>{_TERM}){_UNQUOTE}(?: \([^()]*\))?,? (?:est|sont) "
            r"(?P<meaning>(?:une?|le|la|les|des|l['’])\b ?[^;]+?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=True,
    ),
    # Le plan parallèle … se nomme l'horizon rationnel.
    Pattern(
        re.compile(
            r"(?P<meaning>(?:Le |La |Les |L['’]|Une? |Tout |Toute |Ces deux |Des )[^;:]+?),? "
            r"(?:(?:s['’]|se )(?:appelle|nomme|appellent|nomment)(?: aussi)?|porte(?:nt)? le nom (?:de |d['’])|"
            r"(?:est|sont) (?:aussi |encore |généralement )?(?:appelée?s?|nommée?s?|désignée?s? sous le "
            r"nom de)) "
            rf"{_ARTICLE}?{_QUOTE}(?P<term>{_TERM}){_UNQUOTE}(?:[;:] .*)?"
        ),
        "named",
        needs_mark=False,
    ),
    # Nancy, ancienne capitale de la Lorraine, est …
    Pattern(
        re.compile(
            r"(?P<term>(?:(?:Le|La|Les) |L['’])?[A-ZÀ-Þ][\w'’\-]+(?: (?:de |du |d['’]|des )?[A-ZÀ-Þ][\w\-]+){0,3}), "
            r"(?P<meaning>(?:(?:une?|le|la|l['’]une? des) |l['’]|ancien(?:ne)? |chef-lieu |capitale |ville |"
            r"petite ville |grande ville |"
            r"fleuve |rivière |port )[^,;:()]+), (?!et |ou |une? |le |la |les |l['’]|des |dans |en |mais |"
            r"[A-ZÀ-Þ])\w[^;:]+"
        ),
        "is",
        needs_mark=False,
    ),
    # Épinal est le chef-lieu des Vosges. / La Garonne est un fleuve …
    Pattern(
        re.compile(
            r"(?P<term>(?:(?:Le|La|Les) |L['’])?[A-ZÀ-Þ][\w'’\-]+(?: (?:de |du |d['’]|des )?[A-ZÀ-Þ][\w\-]+){0,3})"
            r"(?: \([^()]*\))?,? (?:est|était|fut|sont) (?P<meaning>(?:(?:une?|le|la|les|des) |l['’])[^;]+)"
        ),
        "is",
        needs_mark=False,
    ),
)

EMPTY_HEADS: Final = word_set("""
    resultat raison but question exemple difference maniere facon probleme fait cas premier premiere second
    seconde troisieme meme seul seule nombre partie point nom terme mot auteur autre chose plupart dernier
    derniere reponse idee effet effets cause causes role fonction sorte sortes genre forme formes reste ainsi
    tel telle figure tableau chapitre texte page livre lecon lecteur il elle ils elles on ce ceci cela ca qui
    que quoi y en celui celle jour annee temps lieu conclusion ici consequence moment motif moyen personne plus
    moins tout tous cet cette ces enfant enfants pere mere homme femme garcon monsieur madame regle methode
    distance angle aucun aucune
""")

IN_PASSING: Final = re.compile(
    r", (?:qui (?:est|sont) |c['’]est-à-dire )(?P<meaning>(?:(?:une?|le|la|les|des) |l['’])[^,;:()]+)$"
)
"""… le nadir, c'est-à-dire le point opposé au zénith."""

RUNS_ON: Final = re.compile(
    r",? et (?:est|sont|peut|peuvent|a|ont|il|elle|ils|elles|se)\b|,? (?:mais|car|quoique|tandis que|parce que|puisque|"
    r"autrement dit|c['’]est-à-dire|afin que|de sorte que|parce qu)\b|: "
)
"""Where what a term means ends and something else begins."""

COMPARES: Final = re.compile(
    r"(?:(?:une?|le|la|les|des) |l['’])(?:\w+ )?(?:même|autre|plus|exemple|cas|semblable|différente?|"
    r"premi[eè]re?|derni[eè]re?|"
    r"seule?|cause|raison|résultat|suite|contraire|double|triple|moitié|quart|tiers|somme)\b"
)
"""A "meaning" that only compares or ranks."""

FINITE: Final = re.compile(
    r"\b(?:est|sont|était|étaient|fut|furent|a|ont|avait|avaient|peut|peuvent|doit|fait|font|va|vont|devient|\w+(?:èrent|aient))\b"
)
"""A sign that a phrase is a clause."""

GIVEN_YEAR: Final = re.compile(r"En (?P<year>1[0-9]{3}|20[0-2][0-9])(?P<era>),? (?P<event>[^;]+)")
"""En 1628, William Harvey a décrit …"""

HAPPENED: Final = re.compile(
    r"\b(?:a|ont|fut|furent|était|étaient|eut|eurent|fit|firent|vint|vinrent|prit|prirent|devint|mourut|naquit|est|sont|"
    r"\w{2,}(?:a|it|èrent|irent|ait|aient|ut|urent))\b"
)
"""A sign that something happened: a verb in a past tense (or the historical present of être)."""

PLACE_BEFORE: Final = re.compile(
    r"(?:\b(?:à|de|en|vers|dans la|dans le|par|sur la|sur le|de la|du|la|le)|\bd['’]|\bl['’]) ?$"
)
"""What stands before a name that can be asked for."""

PREDICATE: Final = re.compile(
    r"(?P<verb>(?:se |s['’]|n['’]|ne )?[a-zà-ÿ]+(?:e|it|t|d|a|ainc)) (?P<rest>(?:(?:le|la|les|une?|des|du|de|à|"
    r"au|aux|en|vers|dans|"
    r"sur|sous|par|pour|avec|sans|lors|lorsque|quand|beaucoup|peu|près|plus|son|sa|ses|leur|leurs|environ|contre|jusqu['’]\w+|"
    r"entre|tous|toutes|toute|tout) |[ldnL]['’]).*)"
)
PLURAL_PREDICATE: Final = re.compile(
    r"(?P<verb>(?:se |s['’])?[a-zà-ÿ]+(?:ent|ont)) (?P<rest>(?:(?:le|la|les|une?|des|du|de|à|au|aux|en|vers|dans|"
    r"sur|sous|par|pour|"
    r"avec|sans|lors|lorsque|quand|son|sa|ses|leur|leurs|entre) |[ld]['’]).*)"
)
NOT_A_VERB: Final = word_set("""
    de et ou en sur dont est dite cette notre entre contre toute petite grande droite gauche
""")
NOT_VERBAL: Final = re.compile(
    r".*(?:ique|aire|able|ible|elle|euse|ale|ive|oire|ite|iste|ette|ure|tion|ement|eau|ment)"
)
"""Endings of French adjectives and nouns that look like verbs."""

_PLURAL_OPENING: Final = re.compile(
    r"(?!(?:Dans|[LDCSNMV]es|Nos|Vos|Leurs|Plus|Depuis|Vers|Sous|Sans|Après|Dès|Mais|Alors|Puis|Tou(?:te)?s|Jadis|"
    r"Certaine?s|Quelques|Plusieurs|Deux|Trois|Six|Dix|[NV]ous|Ils|Elles|Ceux|Celles|Lors|Chez|Auprès|Près|Jamais|Longtemps)\b)"
    r"[A-ZÀ-Þ][a-zà-ÿ]+[sx] (?!(?:est|a|fut|était|avait|eut|se|ne|et|qui)\b|s['’]|n['’])"
)


def is_headless(sentence: str) -> bool:
    """Whether a sentence begins with a bare plural, as lines of a summary do: "Valeurs des degrés en France"."""
    return _PLURAL_OPENING.match(sentence) is not None
