"""SPDX licence expressions: licences joined by AND, OR and WITH, in brackets (SPDX 2.3, annex D)."""

import re
from collections.abc import Sequence
from itertools import product
from typing import Final, TypeAlias

from corpusbuilder.stages.release.licences.known import Licence, known_licence

Options: TypeAlias = tuple[tuple[Licence, ...], ...]
"""What one may choose from; all licences of a choice hold together."""

_LONGEST: Final = 500
"""Characters. What is longer is no expression."""
_MOST_OPTIONS: Final = 32
_TOKENS: Final = re.compile(r"\(|\)|(?<=[\s()])(?:and|or)(?=[\s()])", re.IGNORECASE)
# An identifier of an exception, not just any word: "with restrictions" allows nothing more.
_EXCEPTION: Final = re.compile(r"\s+with\s+[\w.-]+-exception(?:-[\w.]+)?\s*$", re.IGNORECASE)
_OR_LATER: Final = re.compile(r"(?<=\d)\+\s*$")
_BINDS: Final = {"or": 1, "and": 2}


def options_of(text: str) -> Options | None:
    """What ``text`` lets one choose from; None when a part of it is no licence that is known.

    An exception (``WITH``) only ever allows more, and is passed over.
    """
    if len(text) > _LONGEST:
        return None
    whole = known_licence(text)
    if whole:
        return ((whole,),)
    return _evaluated(_tokens(text))


def _tokens(text: str) -> list[str]:
    """Operators and brackets in lower case, and what stands between them."""
    tokens, at = [], 0
    for match in _TOKENS.finditer(text):
        tokens += [text[at : match.start()], match[0].lower()]
        at = match.end()
    return [token for token in (*tokens, text[at:]) if token.strip()]


def _evaluated(tokens: Sequence[str]) -> Options | None:
    """Dijkstra's shunting yard, without recursion: an expression may be nested as deeply as a stranger likes."""
    values: list[Options] = []
    operators: list[str] = []
    wants_value = True
    for part in (*tokens, ")"):
        if wants_value != (part not in {*_BINDS, ")"}):
            return None
        if part == "(":
            operators.append(part)
        elif part == ")" or part in _BINDS:
            while operators and operators[-1] != "(" and _BINDS[operators[-1]] >= _BINDS.get(part, 0):
                if not _apply(operators.pop(), values):
                    return None
            if part in _BINDS:
                operators.append(part)
                wants_value = True
            elif operators:
                operators.pop()
        else:
            licence = _operand(part)
            if licence is None:
                return None
            values.append(((licence,),))
            wants_value = False
    return values[0] if len(values) == 1 and not operators else None


def _apply(operator: str, values: list[Options]) -> bool:
    """Join the last two values; False when there are too many choices to look at."""
    second, first = values.pop(), values.pop()
    if operator == "or":
        values.append(tuple(dict.fromkeys((*first, *second))))
    else:
        pairs = (tuple(dict.fromkeys((*a, *b))) for a, b in product(first, second))
        values.append(tuple(dict.fromkeys(pairs)))
    return len(values[-1]) <= _MOST_OPTIONS


def _operand(token: str) -> Licence | None:
    alone = _EXCEPTION.sub("", token)
    return known_licence(alone) or known_licence(_OR_LATER.sub("", alone))
