"""How long to wait before the next attempt."""

import email.utils
import math
import random
import re
import time
from collections.abc import Mapping
from typing import Final

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 60.0
_SPREAD: Final = 0.1
"""Requests that were sent away together come back over this share of the wait, at most a second."""
_SECONDS: Final = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(?:s|secs?|seconds?)?\s*", re.IGNORECASE)


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
    """Seconds the endpoint asks to wait, in any of the ways it can say so; None when it says nothing sensible.

    When it says so more than once, as with a gateway before it, the longest wait is meant.
    """
    milliseconds, stated = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    waits = [number / 1000 for number in _numbers(milliseconds)] + _numbers(stated)
    if stated and not _numbers(stated) and (until := _until(stated, headers.get("date"))) is not None:
        waits.append(until)
    return max(waits, default=None)


def _numbers(text: str) -> list[float]:
    """The numbers in a header; several headers of one name come joined by commas."""
    found = [_SECONDS.fullmatch(part) for part in text.split(",")]
    # A date has a comma, too.
    numbers = [float(match[1]) for match in found if match] if all(found) else []
    return [number for number in numbers if math.isfinite(number)]


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
