"""No layout model: the geometry alone decides."""

from typing import Final, Literal

from corpusbuilder.backends.layout.base import LayoutModel, LayoutOptions
from corpusbuilder.backends.registry import Backend


class NoLayoutOptions(LayoutOptions):
    """Nothing to set."""

    kind: Literal["none"] = "none"


BACKEND: Final[Backend[LayoutModel | None]] = Backend(options=NoLayoutOptions, create=lambda _: None)
