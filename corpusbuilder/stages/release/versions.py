"""Which version a release is."""

from typing import Final

from corpusbuilder.config import ReleaseSection
from corpusbuilder.records.release import ReleaseManifest

FIRST_VERSION: Final = "0.1.0"
"""Of a release for which nobody has chosen one."""


def settled(config: ReleaseSection, previous: ReleaseManifest | None) -> ReleaseSection:
    """The same with a version: what is made again without a word stays what it was published as."""
    if config.version:
        return config
    return config.model_copy(update={"version": previous.version if previous else FIRST_VERSION})
