"""What a licence means for a release. Only what is certain: working out compatibility is not attempted."""

import re
from typing import Final

_HUB: Final = re.compile(
    r"cc0-1\.0|cc-by(-nc)?(-sa|-nd)?-(2\.0|2\.5|3\.0|4\.0)|apache-2\.0|mit|gfdl|pddl|odc-by|odbl|etalab-2\.0"
)
_FORBIDDING: Final = ("all rights reserved", "tous droits réservés", "proprietary", "propriétaire", "licenseref-none")


def is_publishable(licence: str | None) -> bool:
    """Whether the licence is stated and does not plainly forbid passing the content on."""
    stated = (licence or "").strip().casefold()
    return bool(stated) and not any(word in stated for word in _FORBIDDING)


def hub_identifier(licence: str | None) -> str:
    """The name by which the Hub's card metadata knows it: a lower-case SPDX id, ``other`` or ``unknown``."""
    stated = (licence or "").strip().casefold()
    if not stated:
        return "unknown"
    return stated if _HUB.fullmatch(stated) else "other"
