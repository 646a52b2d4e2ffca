"""Which version of an example an annotation began with.

A task that nobody has begun may show a newer version while somebody has the page open: what they then submit is about
the older one, and the server does not tell. Results of predictions keep their ids, so that the id of one that nobody
can touch, which parts of the page are shown, names the version.
"""

import re
from collections.abc import Sequence
from typing import Final

CONTROL: Final = "shape"
_STAMP: Final = re.compile(r"shape-([A-Za-z0-9_-]{1,80})")


def stamp(version: str) -> str:
    """The id of the result that names a version."""
    return f"{CONTROL}-{version}"


def version_seen(results: Sequence[object]) -> str | None:
    """The version that an annotation began with; None where it does not tell, as when it was made without the page."""
    for result in results:
        if isinstance(result, dict) and result.get("from_name") == CONTROL:
            match = _STAMP.fullmatch(str(result.get("id")))
            if match:
                return match[1]
    return None
