"""How long to wait before the next attempt."""

import email.utils
import math
import random
import time
from collections.abc import Mapping
from typing import Final

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 60.0
_SPREAD: Final = 0.1
"""Requests that were sent away together come back over this share of the wait, at most a second."""


def backoff(attempt: int) -> float:
    """Seconds before the attempt after the given one, counted from 1: exponential with full jitter."""
    # Nothing that is written depends on it.
    longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(attempt - 1, 16))
    return random.uniform(0, longest)  # noqa: S311 - no cryptography


def wait_before_next(attempt: int, retry_after: float | None) -> float:
    """Seconds to wait after a failed attempt; never less than the endpoint asked for."""
    if retry_after is None:
        return backoff(attempt)
    spread = min(1.0, retry_after * _SPREAD)
    return retry_after + 0.01 + random.uniform(0, spread)  # noqa: S311 - no cryptography


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the endpoint asks to wait, in any of the ways it can say so; None when it says nothing sensible."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    stated = headers.get("retry-after")
    if stated is None:
        return None
    seconds = _number(stated)
    return _until(stated, headers.get("date")) if seconds is None else seconds


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str, now: str | None) -> float | None:
    """Seconds until an HTTP date, by the endpoint's own clock where it shows it."""
    then = _timestamp(date)
    if then is None:
        return None
    here = time.time()
    there = _timestamp(now)
    # Two clocks that agree as far as whole seconds show are taken to be one: ours is the finer.
    return max(0.0, then - (here if there is None or abs(there - here) < 2 else there))


def _timestamp(date: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
