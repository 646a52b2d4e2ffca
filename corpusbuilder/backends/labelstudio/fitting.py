"""Whether a labeling config that somebody may have changed by hand still takes our tasks."""

from xml.etree import ElementTree as ET

from corpusbuilder.errors import RecordError

_MOST_CHARACTERS = 1_000_000
_KEPT = ("toName", "value", "on")
"""Attributes on which our tasks and our reading depend; the others are looks."""


def is_same(config: str, ours: str) -> bool:
    """Whether two configs differ in nothing but blanks and the order of attributes."""
    return config.strip() == ours.strip() or _canonical(config) == _canonical(ours)


def missing_from(config: str, ours: str) -> tuple[str, ...]:
    """Tags of ``ours`` that ``config`` lacks, or has as another kind of tag or bound to something else; sorted."""
    try:
        theirs = _tags(config)
    except RecordError:
        return tuple(sorted(_tags(ours)))
    return tuple(sorted(name for name, tag in _tags(ours).items() if theirs.get(name) != tag))


def _tags(config: str) -> dict[str, tuple[str, ...]]:
    """Named tags: their kind and what they are bound to."""
    return {
        element.attrib["name"]: (element.tag, *(element.attrib.get(key, "") for key in _KEPT))
        for element in _parsed(config).iter()
        if "name" in element.attrib
    }


def _canonical(config: str) -> str | None:
    try:
        return ET.canonicalize(ET.tostring(_parsed(config), encoding="unicode"), strip_text=True)
    except RecordError:
        return None


def _parsed(config: str) -> ET.Element:
    # The server hands it out: entities are refused, because they can be made to grow without end.
    if len(config) > _MOST_CHARACTERS or "<!" in config.replace("<!--", ""):
        raise RecordError("unreadable_config", "the labeling config holds a document type or is too large")
    try:
        return ET.fromstring(config)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise RecordError("unreadable_config", f"the labeling config is not XML: {error}") from None
