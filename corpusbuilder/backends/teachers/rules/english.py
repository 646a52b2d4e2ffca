"""How English books define, date and describe."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from corpusbuilder.backends.teachers.rules.language import word_set


@dataclass(frozen=True, slots=True)
class Pattern:
    """A defining construction over a whole sentence; groups ``term`` and ``meaning``."""

    regex: re.Pattern[str]
    kind: Literal["means", "named", "is"]
    needs_mark: bool
    """Whether the term must be bold, italic or quoted to be believed."""


_TERM = r"[\w'’\-]+(?: [\w'’\-]+){0,3}"
_QUOTE = r"[“\"]?"
_NOUN_PHRASE = r"(?:an?|the|any|one of the|one of|all|those|that part of|that)\b [^;]+"

DEFINITIONS: Final = (
    # A hypha is a … / Hyphae are the … / The endoplasm is the …
    Pattern(
        re.compile(
            rf"(?:(?:An?|The) )?{_QUOTE}(?P<term>{_TERM}){_QUOTE}(?: \([^()]*\))? (?:is|are) "
            rf"(?P<meaning>{_NOUN_PHRASE}?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=True,
    ),
    Pattern(
        re.compile(rf"An? (?P<term>{_TERM})(?: \([^()]*\))? is (?P<meaning>(?:an?|any|one of the) [^;]+?)(?:[;:] .*)?"),
        "means",
        needs_mark=False,
    ),
    # Osmosis means … / refers to … / is defined as …
    Pattern(
        re.compile(
            rf"(?:The term |The word |The )?{_QUOTE}(?P<term>{_TERM}){_QUOTE}(?: \([^()]*\))? "
            r"(?:means|refers to|denotes|signifies|(?:is|are) defined as|(?:is|are) the name (?:given to|for|of)) "
            r"(?P<meaning>[^;]+?)(?:[;:] .*)?"
        ),
        "means",
        needs_mark=False,
    ),
    # The outer gel layer is called the ectoplasm.
    Pattern(
        re.compile(
            r"(?P<meaning>(?:An?|The|Any|All|Those) [^;:]+?),? (?:is|are) "
            r"(?:(?:commonly|usually|often|also|sometimes|collectively|then|generally|therefore|technically|simply) )?"
            r"(?:called|known as|termed|referred to as|named) "
            rf"(?:the |an? )?{_QUOTE}(?P<term>{_TERM}){_QUOTE}(?:[;:] .*)?"
        ),
        "named",
        needs_mark=False,
    ),
    # Osei Tutu, the first king of …, united … (a proper name and what it is, in passing)
    Pattern(
        re.compile(
            r"(?P<term>(?:The )?[A-ZÀ-Þ][\w'’\-]+(?: (?:of |the |de |von |al-)?[A-ZÀ-Þ][\w'’\-]+){0,3}), "
            r"(?P<meaning>(?:an?|the|one of the) [^,;:()]+), (?!and |or |an? |the |in |but |as |so |[A-Z])\w[^;:]+"
        ),
        "is",
        needs_mark=False,
    ),
    # Épinal is the capital of … (a proper name and what it is)
    Pattern(
        re.compile(
            r"(?P<term>(?:The )?[A-ZÀ-Þ][\w'’\-]+(?: (?:of |the |de |von )?[A-ZÀ-Þ][\w'’\-]+){0,3})(?: \([^()]*\))? "
            r"(?:is|was|are|were) (?P<meaning>(?:an?|the|one of the|one of) [^;]+?)(?:[;:] .*)?"
        ),
        "is",
        needs_mark=False,
    ),
)

BARE_SUBJECT: Final = Pattern(
    re.compile(
        r"(?!The )(?P<term>[A-Z][a-z\-]{2,} [a-z\-]{3,}(?: [a-z\-]{3,})?) (?:is|are) "
        r"(?P<meaning>(?:an?|the) [^;]+?)(?:[;:] .*)?"
    ),
    "is",
    needs_mark=False,
)
"""Genetic drift is the random change …: two or three words without an article are the subject."""

EMPTY_HEADS: Final = word_set("""
    result reason purpose goal question example difference way problem fact process case first second third same
    only number part point name term word author other one thing most many some last next answer idea aim effect
    effects cause causes change changes role function use uses kind kinds type types form forms rest whole
    latter former it this that these those he she they there what which who such figure table chapter section
    above below following text passage book lesson reader student students teacher picture image person people
    day year time place size shape colour color another more less all both each every any
""")

IN_PASSING: Final = re.compile(
    r", which (?:is|are) (?P<meaning>(?:an?|the|any|small|large|long|short|thin) [^,;:()]+)$"
)
"""… plasmids, which are small rings of DNA."""

RUNS_ON: Final = re.compile(
    r", and (?=[A-Z][\w’'-]+(?:, [^,]+,)? (?!of|in|and|or|to|from|the)[a-z])|"
    r",? and (?:the \w+ (?:by|of|is|are)|is|are|can|may|has|have|was|were|it|they|so|thus|therefore|[A-Z]\w+ "
    r"(?:is|are))\b|"
    r",? (?:but|although|while|whereas|though|because|since|so that)\b|: |, (?:hence|thus|so|of which|some of "
    r"which|one of which)\b"
)
"""Where what a term means ends and something else begins."""

COMPARES: Final = re.compile(
    r"(?:an?|the|one) (?:\w+ )?(?:\w+most|familiar|similar|different|other|another|distant|further|additional|"
    r"same|most|good|common|"
    r"case|example|illustration|variation|instance|major|opposite|exception|reason|result|only|reverse|next|mere|"
    r"few|little|bit|lot|great deal|matter|long way|member)\b"
)
"""A "meaning" that only compares or ranks."""

FINITE: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|may|can|will|must|do|does|did|becomes?|made|contains?|consists?|occurs?|bears?|serves?|makes?|forms?|gave|took)\b"
)
"""A sign that a phrase is a clause."""

GIVEN_YEAR: Final = re.compile(
    r"In (?P<year>1[0-9]{3}|20[0-2][0-9]|[1-9][0-9]{2}(?= (?:CE|AD|BCE|BC)\b))(?P<era> (?:CE|AD|BCE|BC))?, "
    r"(?P<event>[^;]+)"
)
"""In 1831, Robert Brown described …"""

HAPPENED: Final = re.compile(
    r"\b(?:was|were|had|did|became|began|came|went|took|made|gave|founded|built|led|won|wrote|fell|rose|met|sent|"
    r"brought|\w{3,}ed)\b"
)
"""A sign that something happened: a verb in the past."""

PLACE_BEFORE: Final = re.compile(r"\b(?:in|at|from|to|near|into|through|of|toward|towards|around|across|by) $")
"""What stands before a name that can be asked for."""

PREDICATE: Final = re.compile(
    r"(?P<verb>[a-z]{3,}s|is|has) (?P<rest>(?:the|an?|its|their|all|most|many|some|up|at|with|into|from|through|to|"
    r"for|by|as|in|on|under|only|during|when|before|after|where|[a-z]+ly|[a-z]+(?: and [a-z]+)?$|\d)\b.*|[a-z]+ "
    r"[a-z ]*)"
)
PLURAL_PREDICATE: Final = re.compile(
    r"(?P<verb>are|have|[a-z]{2,}[^\Ws]) (?P<rest>(?:the|an?|its|their|all|most|many|some|up|at|with|into|from|"
    r"through|to|for|by|as|under|only|during|when|before|after)\b.*)"
)
NOT_A_VERB: Final = word_set("""
    of and or in on that which who as was were this its is has does cells walls always
""")
