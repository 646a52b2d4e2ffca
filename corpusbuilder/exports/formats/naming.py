"""Names that are safe as file names, task names and keys, whatever the release is called."""

import re
import unicodedata
from typing import Final

_LENGTH: Final = 48


def plain_name(name: str) -> str:
    """``name`` in lower-case ASCII letters, digits and single underscores; never empty.

    >>> plain_name("SVT – 4ᵉ/../x")
    'svt_4e_x'
    """
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")[:_LENGTH].rstrip("_") or "release"
