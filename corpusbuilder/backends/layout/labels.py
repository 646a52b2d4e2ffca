"""The names that layout models and data sets give to blocks, in the terms of DocLayNet."""

import re
from collections.abc import Mapping
from typing import Final

from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import BlockLabel

_NAMES: Final[Mapping[BlockLabel, str]] = {
    BlockLabel.TEXT: "text narrativetext uncategorizedtext paragraph compositeelement address emailaddress codesnippet "
    "form formkeysvalues checkbox value link threading fieldname documentdata textregion abstract body plaintext",
    BlockLabel.TITLE: "title headline",
    BlockLabel.SECTION_HEADER: "sectionheader subheadline heading sectionheading",
    BlockLabel.LIST_ITEM: "listitem list bulletedtext",
    BlockLabel.CAPTION: "caption figurecaption tablecaption",
    BlockLabel.FOOTNOTE: "footnote",
    BlockLabel.PAGE_HEADER: "pageheader header",
    BlockLabel.PAGE_FOOTER: "pagefooter footer pagenumber",
    BlockLabel.TABLE: "table tablechunk tableregion",
    BlockLabel.PICTURE: "picture figure image imageregion photograph illustration map comicscartoon chart",
    BlockLabel.FORMULA: "formula equation mathsregion isolateformula embedding",
}
"""unstructured's element types; label maps of PubLayNet, PrimaLayout, NewspaperNavigator and MFD in layoutparser."""
_NOTHING: Final = frozenset(["pagebreak", "separatorregion", "otherregion", "background", "advertisement", "other"])
"""Names of blocks that say nothing of what we look for."""
_BY_NAME: Final = {name: label for label, names in _NAMES.items() for name in names.split()}


def label_named(name: object, own: Mapping[str, BlockLabel], *, where: str) -> BlockLabel | None:
    """The label that a model means; None for a block that says nothing.

    Args:
        name: as the model writes it, in any case and with any separators.
        own: the user's names, which win.
        where: file and page, for the message.

    Raises:
        RecordError: nobody knows the name; with code ``bad_layout_file``.
    """
    text = str(name)
    if text in own:
        return own[text]
    plain = re.sub(r"[^a-z0-9]", "", text.casefold())
    if plain in _NOTHING:
        return None
    if plain not in _BY_NAME:
        raise RecordError(
            "bad_layout_file",
            f"{where}: there is no telling what a block of type {text!r} is",
            hint=f'name it in the configuration: labels = {{ "{text}" = "text" }} (or picture, table, …)',
        )
    return _BY_NAME[plain]
