"""Reads what an endpoint says went wrong. Every server has its own shape."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TAG: Final = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_CODES: Final = ("code", "type", "status", "param", "error_type")
_MESSAGES: Final = ("message", "detail", "msg", "error", "error_description")
_DEEPEST: Final = 6
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What went wrong, in the endpoint's words."""

    message: str
    codes: frozenset[str]
    """Its codes, types and names of parameters, in lower case."""
    status: int | None = None
    """A status of HTTP stated in the body: gateways send 200 around an error."""


def read_error(body: bytes) -> ErrorBody:
    """The error in a reply's body, whatever that is."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        text = _TAG.sub(" ", body[:_LONGEST].decode("utf-8", "replace"))
        return ErrorBody(" ".join(text.split()), frozenset())
    codes = frozenset(_codes(document, _DEEPEST))
    message = "; ".join(dict.fromkeys(_messages(document, _DEEPEST)))
    return ErrorBody(message[:_LONGEST], codes, _status(codes))


def _codes(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value[:8]:
            yield from _codes(item, depth - 1)
    elif isinstance(value, Mapping):
        for name in _CODES:
            if isinstance(value.get(name), str | int) and not isinstance(value[name], bool):
                yield str(value[name]).lower()
        place = value.get("loc")
        if isinstance(place, list):
            yield from (str(part).lower() for part in place)
        for name in ("error", "detail", "innererror", "message"):
            yield from _codes(value.get(name), depth - 1)


def _messages(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if depth == 0:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value[:8]:
            yield from _messages(item, depth - 1)
    elif isinstance(value, Mapping):
        place = value.get("loc")
        at = ".".join(map(str, place)) + ": " if isinstance(place, list) else ""
        for name in _MESSAGES:
            for text in _messages(value.get(name), depth - 1):
                yield at + text


def _status(codes: frozenset[str]) -> int | None:
    numbers = sorted(int(code) for code in codes if re.fullmatch(r"[45]\d\d", code))
    return numbers[0] if numbers else None
