"""Values that must not get into messages and files, wherever a server repeats them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

BLOT: Final = "[secret]"
_SHORTEST_SECRET: Final = 8
"""Characters. Local servers are given keys such as EMPTY or ollama, which are no secret and do occur in answers."""
_LIKE_A_KEY: Final = re.compile(r"\b(?:sk|pk|gsk|hf|xai)[-_][\w*-]{8,}|\bBearer\s+\S+", re.IGNORECASE)
_LONGEST_WORDS: Final = 300


def _spellings(character: str) -> bytes:
    """A pattern for an ASCII character as a JSON string may spell it."""
    plain = re.escape(character).encode()
    backslash = rb"\\?" if character in '"/\\' else b""
    return rb"(?:%b%b|\\u(?i:%04x))" % (backslash, plain, ord(character))


@dataclass(frozen=True)
class Secrets:
    """Values that nobody may see."""

    values: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """The secrets among ``values``: what is too short to be one stays readable."""
        long = {value for value in values if value and len(value) >= _SHORTEST_SECRET}
        # Longest first: one secret may contain another.
        return cls(tuple(sorted(long, key=lambda value: (-len(value), value))))

    def blot(self, body: bytes) -> bytes:
        """``body`` with every secret in it blotted out, however JSON spells it."""
        if b"\\" in body:  # these first: a secret that begins with an escaped sign must go with its backslash
            for escaped in self._escaped:
                body = escaped.sub(BLOT.encode(), body)
        for value in self.values:
            body = body.replace(value.encode(), BLOT.encode())
        return body

    @cached_property
    def _escaped(self) -> tuple[re.Pattern[bytes], ...]:
        r"""Each secret with any of its characters escaped: .NET writes a plus sign as ``\u002B``."""
        return tuple(re.compile(b"".join(map(_spellings, value))) for value in self.values)

    def words(self, text: str) -> str:
        """Somebody else's words for a message of ours: on one line, short, without anything like a key."""
        for value in self.values:
            text = text.replace(value, BLOT)
        text = " ".join(_LIKE_A_KEY.sub(BLOT, text).split())
        return text if len(text) <= _LONGEST_WORDS else text[: _LONGEST_WORDS - 1] + "…"
