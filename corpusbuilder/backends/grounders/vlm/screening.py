"""Which steps may share a request. One that may speak to the model is put to it alone, where it can bend nothing else.

Nothing is refused for its words: a step that is asked about alone costs one call more.
"""

import re
from typing import Final

from corpusbuilder.backends.prompting.pagetext import visible
from corpusbuilder.records.text import fold

_LONGEST: Final = 300
"""Characters of an ordinary step."""
_MARKUP: Final = re.compile(r"[<>{}\[\]`|\\#*_=~\n\r]")
_TO_A_READER: Final = re.compile(
    # Words about asking and answering, and words to somebody, in both languages; accents and capitals are folded.
    r"\b(?:ignor\w*|disregard\w*|overrid\w*|overrul\w*|forget|oubli(?:e|ez|er)|instruct\w*|consignes?|prompts?|json"
    r"|assistants?|coordinates?|coordonnees?|bounding|bbox\w*|englobantes?|statements?|enonces?"
    r"|answers?|answered|answering|respond(?:s|ed|ing)?|responses?|repl(?:y|ies|ied|ying)|outputs?"
    r"|repon(?:d|ds|dez|dre|se|ses)|sure|sur de|please|veuillez|you|your|yours|tu|toi|ton|vous|votre|vos|s\d+)\b"
)


def may_share(text: str) -> bool:
    """Whether a step is one plain statement, that may stand beside others."""
    shown = visible(text)
    hides = len(shown) < len(text)
    return not hides and len(text) <= _LONGEST and not _MARKUP.search(shown) and not _TO_A_READER.search(fold(shown))
