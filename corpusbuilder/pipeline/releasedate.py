"""The date of a release, which the same inputs give again."""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.release import ReleaseManifest

VARIABLE: Final = "SOURCE_DATE_EPOCH"
"""https://reproducible-builds.org/docs/source-date-epoch/: seconds since 1970."""


def release_date(
    config: ReleaseSection, previous: ReleaseManifest | None, environ: Mapping[str, str] = os.environ
) -> date:
    """As configured; or as this version was dated when it was first made; or ``SOURCE_DATE_EPOCH``; or today (UTC).

    Raises:
        ConfigError: the variable holds no number of seconds.
    """
    if config.date is not None:
        return config.date
    if previous is not None and previous.version == config.version:
        try:
            return date.fromisoformat(str(previous.card.get("date")))
        except ValueError:
            pass  # of before releases were dated
    if not (given := environ.get(VARIABLE, "").strip()):
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"{VARIABLE}={given}: expected seconds since 1970", hint=f"unset {VARIABLE}") from None
