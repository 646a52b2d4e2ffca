"""Label Studio's result objects, sorted by what they are about. Nothing is compared with what was sent, yet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from corpusbuilder.backends.labelstudio.reading.base import MalformedError
from corpusbuilder.backends.labelstudio.shapes import Shape, read_polygon, read_rectangle
from corpusbuilder.records.document import Figure

MOST_RESULTS: Final = 2_000
"""Of one annotation; a page of thirty marks and ten steps has ninety."""
MOST_CHARACTERS: Final = 100_000
"""Of one field; a page of a book has three thousand."""
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LABEL: Final = re.compile(r"([1-9][0-9]{0,3})(\?)?")
_FIELD: Final = re.compile(r"question|answer|choices|comment|decision|(?:text|kind)_(?:0|[1-9][0-9]{0,3})")
_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

Value: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A box, a polygon or a span on the page."""

    id: str
    step: int
    """Number of the step in the version shown."""
    is_candidate: bool
    """Still labelled as something that might be evidence."""
    is_manual: bool
    """Whether the server says that a person made it, rather than changed it. It may be wrong."""
    value: Shape | Value
    """The shape in pixels of the figure's image, wherever it lies, or what is said of a span."""


def fields_of(results: Sequence[object]) -> dict[str, list[str]]:
    """What is written and ticked, by the name of the control.

    Raises:
        MalformedError: there are too many results, one is no object or belongs to nothing on the page, or two are about
            the same field.
    """
    if len(results) > MOST_RESULTS:
        raise MalformedError(f"it has {len(results)} results; more than {MOST_RESULTS} cannot have been made by hand")
    fields: dict[str, list[str]] = {}
    for result in _objects(results):
        name = result.get("from_name")
        if name in ("region", "box", "polygon", "span", "shape"):
            continue
        if not isinstance(name, str) or not _FIELD.fullmatch(name):
            raise MalformedError(f"a result belongs to {_named(name)}, which is not on the page")
        if name in fields:
            raise MalformedError(f"{name} is there twice")
        fields[name] = _strings(_value(result), name)
    return fields


def marks_of(results: Sequence[object], steps: int, figure: Figure | None) -> list[Mark]:
    """What is drawn and marked, in the order of the annotation.

    Args:
        results: as for `fields_of`, which must have taken them.
        steps: how many steps the version shown has.
        figure: the one on the page, if there is one.

    Raises:
        MalformedError: a mark is incomplete, is of no step, or two have one id.
    """
    shapes: dict[str, Value] = {}
    labels: dict[str, Value] = {}
    spans: dict[str, Value] = {}
    by_name = {"box": shapes, "polygon": shapes, "region": labels, "span": spans}
    for result in _objects(results):
        name = result.get("from_name")
        if isinstance(name, str) and name in by_name:
            identity = result.get("id")
            if not isinstance(identity, str) or not _ID.fullmatch(identity):
                raise MalformedError(f"a result of {name} has the id {_named(identity)}, which is none")
            if identity in by_name[name]:
                raise MalformedError(f"two results of {name} have the id {identity}")
            by_name[name][identity] = result
    if lost := sorted((shapes.keys() ^ labels.keys()) | (spans.keys() & shapes.keys())):
        raise MalformedError(f"mark {lost[0]} is not one shape with one step")
    drawn = [_mark(key, labels[key], steps, _shape(key, shape, figure)) for key, shape in shapes.items()]
    return [*drawn, *(_mark(key, span, steps, _value(span)) for key, span in spans.items())]


def _objects(results: Sequence[object]) -> list[Value]:
    for result in results:
        if not isinstance(result, dict):
            raise MalformedError("a result is no object")
    # Relations carry no data: which region goes with which span follows from their steps.
    return [result for result in results if isinstance(result, dict) and result.get("type") != "relation"]


def _value(result: Value) -> Value:
    value = result.get("value")
    if not isinstance(value, dict):
        raise MalformedError(f"a result of {result.get('from_name')} has no value")
    return value


def _strings(value: Value, name: str) -> list[str]:
    said = value.get("choices") if name == "decision" or name.startswith("kind_") else value.get("text")
    said = [said] if isinstance(said, str) else said
    if not isinstance(said, list):
        raise MalformedError(f"{name} is no text")
    texts: list[str] = []
    for text in said:
        if not isinstance(text, str):
            raise MalformedError(f"{name} is no text")
        texts.append(text)
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise MalformedError(f"{name} has more than {MOST_CHARACTERS} characters")
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        raise MalformedError(f"{name} holds half a character")
    return texts


def typed(text: str) -> str:
    r"""A text as a person sees it: without blanks around it, with ``\n`` between its lines and nothing invisible.

    What is pasted from a PDF brings control characters that nobody sees.
    """
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _mark(identity: str, labelled: Value, steps: int, value: Shape | Value) -> Mark:
    labels = _value(labelled).get("labels")
    if not isinstance(labels, list) or len(labels) != 1 or not isinstance(labels[0], str):
        raise MalformedError(f"mark {identity} is not of one step")
    match = _LABEL.fullmatch(labels[0])
    if match is None or int(match[1]) > steps:
        raise MalformedError(f"mark {identity} is of step {_named(labels[0])}, which does not exist")
    return Mark(identity, int(match[1]), bool(match[2]), labelled.get("origin") == "manual", value)


def _shape(identity: str, result: Value, figure: Figure | None) -> Shape:
    if figure is None:
        raise MalformedError(f"mark {identity} is drawn in a figure, and the page has none")
    if result.get("image_rotation", 0) not in (0, None):
        raise MalformedError(f"mark {identity} was drawn in a figure that was turned")
    read = read_polygon if result.get("from_name") == "polygon" else read_rectangle
    try:
        return read(_value(result), (figure.image.width, figure.image.height))
    except ValueError as error:
        raise MalformedError(f"mark {identity}: {error}") from None


def _named(something: object) -> str:
    """A value of the server as it can stand in a message: in full only when it is a plain name."""
    is_plain = isinstance(something, str) and re.fullmatch(r"[A-Za-z0-9_.?-]{1,40}", something)
    return f'"{something}"' if is_plain else f"something else ({type(something).__name__})"
