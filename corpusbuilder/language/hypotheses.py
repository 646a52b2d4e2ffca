"""Sentences that ask or suppose: what they speak of is not asserted. English and French."""

import re
from typing import Final

_ENDS: Final = re.compile(r"(?<=[.!?…])[\s»”\"']+")
_SUPPOSES: Final = {
    "en": re.compile(
        r"\b(?:might|could|would|may be|perhaps|maybe|possibly|presumably|supposedly|suppose|supposing|imagine|assume|"
        r"assuming|pretend|as if|whether|hypothetically|think(?:s|ing)?|thought|believes?|believed|expects?|expected|"
        r"guess(?:es|ed)?|seems? to|one wonders|wonder(?:s|ing)?|if (?!we\b|you\b|one\b|i\b))",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?:\b(?:pourrai(?:t|ent)|pourrions|devrai(?:t|ent)|serai(?:t|ent)|aurai(?:t|ent)|irai(?:t|ent)|menerai(?:t|ent)"
        r"|mènerai(?:t|ent)|conduirai(?:t|ent)|peut-être|supposons|supposer|supposant|imaginons|imaginer|admettons|"
        r"croire|croit|croirait|penser|pense|penserait|attendrait|sembl(?:e|ent|ait|aient|erait)|"
        r"demande si|hypothèse|comme si)\b|"
        r"\bs['’]ils?\b|\bsi (?!on\b|l['’]on\b|nous\b|vous\b|tu\b))",
        re.IGNORECASE,
    ),
}
"""Words that make a sentence a supposition. "If we follow the arrow" supposes nothing."""


def asserted(text: str, language: str) -> str:
    """``text`` without the sentences that ask or suppose something.

    Args:
        text: one step of reasoning.
        language: BCP 47; of other languages than English and French only questions are known.
    """
    supposes = _SUPPOSES.get(language[:2])
    kept = []
    for sentence in _ENDS.split(text):
        asks = sentence.rstrip(" »”\"'").endswith("?")
        if not asks and not (supposes and supposes.search(sentence)):
            kept.append(sentence)
    return " ".join(kept)
