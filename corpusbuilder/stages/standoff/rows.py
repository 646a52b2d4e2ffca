"""Rows of a full release -> rows without a word or pixel of the sources, and back."""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.stages.standoff.encoding import MARK, Copy, Manner, Piece, decode, encode, marked
from corpusbuilder.stages.standoff.sources import SourceIndex, digest_of, folded_digest

if TYPE_CHECKING:
    from datasets import Features

Row: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]
"""Names of columns and fields, from the outside in."""

TAKEN: Final = "taken"
"""The column that says what stands at each mark of its row, in order of the columns."""
IMAGE: Final = "image"
IMAGE_FILE: Final = "image_file"
"""Stands in the place of the column ``image``."""
FOLDED: Final = "folded_sha256"
"""A column of passages: SHA-256 of their words without case, accents, punctuation and line breaks, by which another
printing of the same book is known."""
_ADDED: Final = frozenset({TAKEN, FOLDED})
_OWN: Final[frozenset[tuple[str, Path]]] = frozenset(
    {
        ("examples", ("caption",)),
        ("examples", ("context", "heading")),
        ("examples", ("context", "text")),
        ("examples", ("steps", "spans", "quote")),
        ("figures", ("caption",)),
        ("figures", ("labels", "text")),
        ("passages", ("heading",)),
        ("passages", ("text",)),
        ("passages", ("mentions", "text")),
    }
)
_WRITTEN: Final[frozenset[tuple[str, Path]]] = frozenset(
    {
        ("examples", ("question",)),
        ("examples", ("answer",)),
        ("examples", ("choices",)),
        ("examples", ("steps", "text")),
        ("examples", ("checks", "reason")),
    }
)
_TITLES: Final = frozenset(
    {("documents", ("title",)), ("documents", ("file_name",)), ("examples", ("source", "title"))}
)
_QUOTED: Final = frozenset({("steps", "spans", "quote"), ("mentions", "text")})


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image without its pixels."""

    sha256: str
    pixels_sha256: str
    width: int
    height: int


def standoff_features(full: "Mapping[str, Features]") -> "dict[str, Features]":
    """The columns of a stand-off release: those of the full one, ``image_file`` for ``image``, and ``taken``."""
    from datasets import Features, List, Value

    text, number = Value("string"), Value("int32")
    image = {"name": text, "sha256": text, "pixels_sha256": text, "width": number, "height": number}
    taken = List({"sha256": text, "start": number, "end": number, "case": text})
    changed = {}
    for config, features in full.items():
        columns = {(IMAGE_FILE if name == IMAGE else name): feature for name, feature in features.items()}
        if IMAGE in features:
            columns[IMAGE_FILE] = image
        if config == "passages":
            columns[FOLDED] = text
        changed[config] = Features({**columns, TAKEN: taken})
    return changed


def encode_row(config: str, row: Row, index: SourceIndex, more: SourceIndex | None = None) -> Row:
    """A row of a full release as one of a stand-off release.

    Args:
        config: of the row.
        row: in the order of the declared columns.
        index: of the document of the row.
        more: of other documents of which the row has words, too.
    """
    taken: list[Copy] = []

    def strip(path: Path, text: str, around: Row) -> str:
        pieces: Sequence[Piece] = _quote(path, text, around, row, index)
        pieces = pieces or encode([text], index, _manner(config, path))
        if more is not None:
            pieces = encode(pieces, more, "written" if (config, path) in _WRITTEN else "name")
        shown, copies = marked(pieces)
        taken.extend(copies)
        return shown

    made = {
        (IMAGE_FILE if name == IMAGE else name): (
            _image_file(value) if name == IMAGE else _rewritten(value, (name,), row, strip)
        )
        for name, value in row.items()
    }
    known = {FOLDED: folded_digest(row["text"])} if config == "passages" else {}
    return {**made, **known, TAKEN: [asdict(copy) for copy in taken]}


def _quote(path: Path, text: str, around: Row, row: Row, index: SourceIndex) -> list[Piece]:
    """A text whose place in its passage is known; empty for any other."""
    if path not in _QUOTED:
        return []
    start, end = around["start"], around["end"]
    passage = index.sources.passages.get(around["passage_id"]) if "passage_id" in around else row["text"]
    return [Copy(digest_of(passage), start, end)] if passage is not None and passage[start:end] == text else []


def _manner(config: str, path: Path) -> Manner:
    if (config, path) in _OWN:
        return "own"
    if (config, path) in _TITLES:
        return "title"
    return "written" if (config, path) in _WRITTEN else "name"


def _rewritten(value: Any, path: Path, around: Row, change: Callable[[Path, str, Row], str]) -> Any:  # noqa: ANN401 - any value of a column
    """``value`` with every string in it changed, in order."""
    if isinstance(value, str):
        return change(path, value, around)
    if isinstance(value, dict):
        return {name: _rewritten(part, (*path, name), value, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_rewritten(part, path, around, change) for part in value]
    return value


def _image_file(image: Row | None) -> Row | None:
    if image is None:
        return None
    found = image_file_of(image["bytes"])
    return {"name": image["path"], **asdict(found)}


def image_file_of(data: bytes) -> ImageFile:
    """What identifies an image: its file, or, where that was compressed anew, its pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        image.load()
        plain = image.convert("RGBA")
    return ImageFile(
        hashlib.sha256(data).hexdigest(), hashlib.sha256(plain.tobytes()).hexdigest(), plain.width, plain.height
    )


def copies_of(row: Row) -> list[Copy]:
    """What a row has taken from the sources."""
    return [Copy(one["sha256"], one["start"], one["end"], one["case"]) for one in row[TAKEN]]


def decode_row(row: Row, texts: Mapping[str, str], image: bytes | None) -> Row:
    """A row of the full release.

    Args:
        row: of the stand-off release, in the order of its declared columns.
        texts: of the sources by SHA-256, with all that the row has taken.
        image: the bytes of its image, if it has one.

    Raises:
        ValueError: its marks and what it has taken do not agree.
        KeyError: a text is missing.
    """
    rest = iter(copies_of(row))

    def restore(_path: Path, text: str, _around: Row) -> str:
        return decode(text, _next(rest, text.count(MARK)), texts)

    made: Row = {}
    for name, value in row.items():
        if name == IMAGE_FILE:
            made[IMAGE] = None if value is None else {"bytes": image, "path": _name(value, image)}
        elif name not in _ADDED:
            made[name] = _rewritten(value, (name,), row, restore)
    if next(rest, None) is not None:
        raise ValueError("it has taken more from its source than it has marks")
    return made


def _name(image_file: Row, data: bytes | None) -> str:
    """The name of an image follows from its bytes; the ending is that of the release."""
    digest = hashlib.sha256(data or b"").hexdigest()
    return digest + PurePosixPath(image_file["name"]).suffix


def _next(copies: Iterator[Copy], count: int) -> list[Copy]:
    return [copy for _, copy in zip(range(count), copies, strict=False)]


def strings_of(value: Any) -> Iterator[str]:  # noqa: ANN401 - any value of a column
    """Every string in a row, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings_of(part)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for part in value:
            yield from strings_of(part)
