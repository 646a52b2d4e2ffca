"""Reads PDFs with PyMuPDF (AGPL or commercial licence; nothing else in the package imports it).

MuPDF reports text, paths and images of the page before /Rotate, relative to its crop box; the page's rotation matrix
takes them to what a reader sees.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

from pydantic import Field

from corpusbuilder.backends.pdf.base import Item, Lost, OpenPdf, PdfBackend, Picture, Result
from corpusbuilder.backends.pdf.bounds import lines_within
from corpusbuilder.backends.pdf.collection import no_collection
from corpusbuilder.backends.pdf.failures import library_errors
from corpusbuilder.backends.pdf.garbled import is_garbled
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.lines import make_lines
from corpusbuilder.backends.pdf.links import read_links
from corpusbuilder.backends.pdf.painted import painted_by
from corpusbuilder.backends.pdf.paths import make_paths, outline_paths
from corpusbuilder.backends.pdf.png import png_of, sample_of
from corpusbuilder.backends.pdf.text import Piece, Run, Style, is_sound, unreadable_share
from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.errors import MissingExtraError, RecordError, command_line
from corpusbuilder.records.document import PageStatus
from corpusbuilder.records.geometry import Affine, apply_affine, area, intersection_area, transform_box
from corpusbuilder.records.page import Line, OutlineEntry, PlacedImage, RawDocument, RawPage, Rect, VectorPath

_Handle: TypeAlias = Any
"""An object or dictionary of PyMuPDF, which publishes no types."""

MAX_PATHS: Final = 60_000
"""Above this many painted paths on a page (CAD, satellite maps) only their bounds are read."""
_KEPT: Final = 32
_MOST_PATHS_KEPT: Final = 1_000
"""So many pages, of so many paths each, are kept as read: a sample of pages is read before the book."""
HEADER_WINDOW: Final = 1024
"""Readers look for ``%PDF-`` in this many leading bytes."""

_BOLD: Final = re.compile(r"bold|black|heavy|semi|demi|cmb|sfb|\bbx\d", re.IGNORECASE)
_ITALIC: Final = re.compile(r"italic|oblique|slanted|cmti|cmsl|sfti|-it\b", re.IGNORECASE)
_FILLED, _STROKED, _BOLD_FACE = 16, 32, 8
_MACHINE_TITLE: Final = re.compile(r"^(microsoft \w+ - |untitled|sans titre|document\d*$)|\.\w{2,5}$", re.IGNORECASE)


class PyMuPdfOptions(Options):
    """Reading with PyMuPDF."""

    kind: Literal["pymupdf"] = "pymupdf"
    page_timeout_s: float | None = Field(default=60.0, gt=0)
    """Longest time for one page, kept by reading in killable helper processes; None reads in this process."""
    memory_mb: int | None = Field(default=2048, ge=256)
    """The most memory of a helper process, in MiB: a page that takes more is left out. None sets no limit."""
    processes: int = Field(default=1, ge=1)
    """Number of helper processes. The result does not depend on it."""

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on."""
        return {"kind": self.kind}


class PyMuPdf:
    """Opens PDFs with PyMuPDF."""

    def __init__(self) -> None:
        self._pymupdf = _import()

    def open(self, path: Path, *, password: str | None = None) -> OpenPdf:
        """Open a file; see `PdfBackend.open` for the errors."""
        _check_header(path)
        try:
            document = self._pymupdf.open(str(path), filetype="pdf")
        except library_errors() as error:
            raise RecordError("damaged", f"{path}: the PDF is damaged beyond repair ({_one_line(error)})") from None
        _unlock(document, path, password)
        if document.page_count == 0:
            was_repaired = document.is_repaired
            document.close()
            if was_repaired:
                raise RecordError("damaged", f"{path}: the PDF is cut off or damaged: no page could be recovered")
            raise RecordError("no_pages", f"{path}: the PDF has no pages")
        return PyMuPdfDocument(self._pymupdf, document)

    def forget(self) -> None:
        """Give back what the library keeps of fonts and images, up to 256 MiB."""
        self._pymupdf.TOOLS.store_shrink(100)


def _import() -> ModuleType:
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)  # noqa: FBT003 - their signature
    pymupdf.TOOLS.mupdf_display_warnings(False)  # noqa: FBT003 - their signature
    return pymupdf


def _check_header(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_WINDOW)
    except OSError as error:
        raise RecordError("unreadable", f"{path}: cannot be read: {error.strerror}") from None
    if not head:
        raise RecordError("empty_file", f"{path}: the file is empty", hint=_if_mistaken(path))
    if b"%PDF-" not in head:
        raise RecordError(
            "not_a_pdf", f"{path}: this is not a PDF: it does not begin with %PDF-", hint=_if_mistaken(path)
        )


def _if_mistaken(path: Path) -> str:
    """By file name alone: the message is kept in the workspace, which names no folder of this machine."""
    return f"if it was given by mistake: {command_line('forget', path.name, '-w', 'WORKSPACE')}"


def _unlock(document: _Handle, path: Path, password: str | None) -> None:
    if not document.needs_pass:
        return
    if password is None:
        document.close()
        raise RecordError(
            "encrypted",
            f"{path}: the PDF asks for a password",
            hint="put it in an environment variable and name that: --password-env NAME",
        )
    if not document.authenticate(password):
        document.close()
        raise RecordError(
            "wrong_password",
            f"{path}: the password is wrong",
            hint="check the environment variable that --password-env names",
        )


class PyMuPdfDocument:
    """One open PDF; see `OpenPdf`."""

    def __init__(self, pymupdf: ModuleType, document: _Handle) -> None:
        self._pymupdf = pymupdf
        self._document = document
        self._kept: dict[int, RawPage] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.clear()
        self._document.close()

    @property
    def info(self) -> RawDocument:
        """Page count, title, language and outline."""
        document = self._document
        title = _clean(document.metadata.get("title") or "")
        return RawDocument(
            page_count=document.page_count,
            title=title if title and not _MACHINE_TITLE.search(title) else None,
            language=self._language(),
            outline=tuple(self._outline()),
            copying_allowed=bool(document.permissions & self._pymupdf.PDF_PERM_COPY),
        )

    def _language(self) -> str | None:
        kind, value = self._document.xref_get_key(self._document.pdf_catalog(), "Lang")
        return value.strip() or None if kind == "string" else None

    def _outline(self) -> Iterator[OutlineEntry]:
        try:
            entries = self._document.get_toc(simple=True)
        except library_errors():
            return  # a broken outline is no outline
        for level, title, page_no in entries:
            if _clean(title) and 1 <= page_no <= self._document.page_count:
                yield OutlineEntry(level, _clean(title), page_no)

    def read_page(self, page_no: int) -> RawPage:
        """All words, paths and images of a page; see `OpenPdf.read_page`."""
        if (kept := self._kept.get(page_no)) is None:
            kept = self._read_safely(page_no)
            if len(self._kept) < _KEPT and len(kept.paths) <= _MOST_PATHS_KEPT:
                self._kept[page_no] = kept
        return kept

    def _read_safely(self, page_no: int) -> RawPage:
        try:
            page = self._document[page_no - 1]
        except library_errors() as error:
            return RawPage(page_no, 0.0, 0.0, 0, "failed", message=_one_line(error))
        try:
            with no_collection():
                return self._read(page, page_no)
        except library_errors() as error:
            width, height = page.rect.width, page.rect.height
            return RawPage(page_no, width, height, page.rotation, "failed", message=_one_line(error))

    def _read(self, page: _Handle, page_no: int) -> RawPage:
        bounds: Rect = (0.0, 0.0, page.rect.width, page.rect.height)
        matrix: Affine | None = tuple(page.rotation_matrix) if page.rotation else None
        recording = _recorded(page)
        painted = painted_by(self._pymupdf.mupdf, recording.this)
        images = tuple(self._images(recording, matrix, bounds)) if painted.images else ()
        text = _read_text(self._pymupdf, recording, matrix)
        hidden = [piece for piece, is_hidden in text if is_hidden]
        lines = make_lines(piece for piece, is_hidden in text if not is_hidden)
        is_scan = _coverage(images, bounds) >= 0.6 and sum(len(word.text) for line in lines for word in line.words) < 40
        is_read = False
        if hidden and is_scan:
            layer = make_lines([*hidden, *(piece for piece, is_hidden in text if not is_hidden)])
            if is_sound(layer) and not is_garbled(layer):
                lines, is_read = layer, True
        paths, note = self._paths(page, painted.paths, matrix, bounds)
        status, message = _status(lines, has_drawing=bool(paths or images), is_scan=is_scan and not is_read)
        return RawPage(
            page_no=page_no,
            width=bounds[2],
            height=bounds[3],
            rotation=page.rotation,
            status=status,
            lines=lines_within(lines, bounds),
            paths=paths,
            images=images,
            links=read_links(self._document, page, bounds),
            is_scan=is_scan,
            label=page.get_label() or None,
            message=message or note,
        )

    def _paths(
        self, page: _Handle, count: int, matrix: Affine | None, bounds: Rect
    ) -> tuple[tuple[VectorPath, ...], str]:
        if count > MAX_PATHS:
            boxes = [box for kind, box in page.get_bboxlog() if kind.endswith("-path")]
            placed = [transform_box(matrix, box) if matrix else box for box in boxes]
            return outline_paths(placed, bounds), f"{count} vector paths: only their bounds were read"
        return make_paths(page.get_cdrawings(extended=True), matrix, bounds) if count else (), ""

    def _images(self, recording: _Handle, matrix: Affine | None, bounds: Rect) -> Iterator[PlacedImage]:
        textpage = self._pymupdf.TextPage(recording.get_textpage(self._pymupdf.TEXT_PRESERVE_IMAGES))
        digests = _image_digests(self._pymupdf.mupdf, textpage)
        for order, (info, digest) in enumerate(zip(textpage.extractIMGINFO(), digests, strict=True)):
            box: Rect = tuple(info["bbox"])
            if matrix:
                box = transform_box(matrix, box)
            box = max(box[0], 0.0), max(box[1], 0.0), min(box[2], bounds[2]), min(box[3], bounds[3])
            if box[0] < box[2] and box[1] < box[3]:
                yield PlacedImage(box=box, width=info["width"], height=info["height"], digest=digest, order=order)

    def page_size(self, page_no: int) -> tuple[float, float]:
        """Width and height of a page in points, without reading it."""
        try:
            rect = self._document[page_no - 1].rect
        except library_errors() as error:
            raise RecordError("failed", _one_line(error)) from None
        return rect.width, rect.height

    def each(self, work: Callable[[OpenPdf, Item], Result], items: Sequence[Item]) -> Iterator[Result | Lost]:
        """One item after the other, in this process; see `OpenPdf.each`."""
        for item in items:
            try:
                yield work(self, item)
            except RecordError as error:
                yield Lost("failed", error.message)

    def layout(self, page_no: int) -> list[tuple[str, Rect]]:
        """What PyMuPDF's layout model finds on a page; see `corpusbuilder.backends.layout.pymupdf`."""
        from corpusbuilder.backends.layout.pymupdf import labelled_boxes

        return labelled_boxes(self._document[page_no - 1])

    def render(self, page_no: int, box: Rect | None = None, *, dpi: float, without: Sequence[Rect] = ()) -> bytes:
        """PNG of the page or of ``box``; see `OpenPdf.render`.

        Raises:
            RecordError: with code ``not_rendered`` when the library cannot.
        """
        with _rendering(page_no):
            pixmap = self._pixmap(page_no, box, dpi)
            scale = self._pymupdf.Matrix(dpi / 72, dpi / 72)
            for hole in without:
                pixmap.set_rect((self._pymupdf.Rect(hole) * scale).irect & pixmap.irect, (255,) * pixmap.n)
            return png_of(self._pymupdf.mupdf, pixmap)

    def picture(self, page_no: int, box: Rect, *, dpi: float) -> Picture:
        """``box`` with a sample of its colours; see `OpenPdf.picture`.

        Raises:
            RecordError: with code ``not_rendered`` when the library cannot.
        """
        with _rendering(page_no):
            pixmap = self._pixmap(page_no, box, dpi)
            return Picture(png_of(self._pymupdf.mupdf, pixmap), sample_of(pixmap))

    def _pixmap(self, page_no: int, box: Rect | None, dpi: float) -> _Handle:
        scale = self._pymupdf.Matrix(dpi / 72, dpi / 72)
        page = self._document[page_no - 1]
        return page.get_pixmap(matrix=scale, clip=self._pymupdf.Rect(box) if box else None, alpha=False)


@contextmanager
def _rendering(page_no: int) -> Iterator[None]:
    try:
        yield
    except library_errors() as error:
        raise RecordError("not_rendered", f"page {page_no} cannot be rendered: {_one_line(error)}") from None


def _image_digests(mupdf: ModuleType, textpage: _Handle) -> Iterator[str]:
    """SHA-256 of each image's compressed bytes: MuPDF's own digests decode every image (150 ms for a photograph)."""
    for block in textpage.this:
        if block.m_internal.type == mupdf.FZ_STEXT_BLOCK_TEXT:
            continue
        image = block.i_image()
        compressed = mupdf.fz_compressed_image_buffer(image)
        if compressed.m_internal:
            content = mupdf.fz_buffer_extract_copy(
                mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(compressed.m_internal.buffer))
            )
        else:
            everything = mupdf.FzIrect(mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE))
            scale = mupdf.FzMatrix(image.w(), 0, 0, image.h(), 0, 0)
            pixmap, _, _ = mupdf.fz_get_pixmap_from_image(image, everything, scale)
            content = bytes(mupdf.fz_md5_pixmap2(pixmap))
        yield hashlib.sha256(content).hexdigest()


def _recorded(page: _Handle) -> _Handle:
    """The display list of a page as it is before /Rotate: it is interpreted once, and played as often as needed."""
    rotation = page.rotation
    if not rotation:
        return page.get_displaylist()
    page.set_rotation(0)
    try:
        return page.get_displaylist()
    finally:
        page.set_rotation(rotation)


def _read_text(pymupdf: ModuleType, recording: _Handle, matrix: Affine | None) -> list[tuple[Piece, bool]]:
    """The library's lines, each with whether it is invisible (the OCR layer of a scan)."""
    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_CLIP
    found: list[tuple[Piece, bool]] = []
    for block in pymupdf.TextPage(recording.get_textpage(flags)).extractRAWDICT()["blocks"]:
        for line in block["lines"]:
            spans = [span for span in line["spans"] if span["chars"]]
            if spans:
                visible = any(span["char_flags"] & (_FILLED | _STROKED) and span["alpha"] for span in spans)
                found.append((_piece(line, spans, matrix), not visible))
    return found


def _piece(line: _Handle, spans: list[_Handle], matrix: Affine | None) -> Piece:
    runs = tuple(
        Run(
            _style(span["font"], span["size"], span["flags"], span["char_flags"], span["color"]),
            "".join([char["c"] for char in span["chars"]]),
            [char["bbox"] for char in span["chars"]],
            _origin(span["chars"]),
        )
        for span in spans
    )
    direction, origin = line["dir"], _origin(spans[0]["chars"])
    if matrix:
        a, b, c, d, _, _ = matrix
        runs = tuple(_placed(run, matrix) for run in runs)
        direction = (a * direction[0] + c * direction[1], b * direction[0] + d * direction[1])
        origin = apply_affine(matrix, origin)
    return Piece(runs, (round(direction[0], 3) + 0.0, round(direction[1], 3) + 0.0), origin)


def _origin(chars: list[_Handle]) -> Any:  # noqa: ANN401 - a point of PyMuPDF's
    """Where a run stands: a blank that the library puts before it stands on the baseline of the text before that."""
    return next((char for char in chars if not char["c"].isspace()), chars[0])["origin"]


def _placed(run: Run, matrix: Affine) -> Run:
    boxes = [transform_box(matrix, box) for box in run.boxes]
    return run._replace(boxes=boxes, origin=apply_affine(matrix, run.origin) if run.origin else None)


@lru_cache(maxsize=4096)
def _style(font: str, size: float, flags: int, char_flags: int, color: int) -> Style:
    drawn_twice = char_flags & (_FILLED | _STROKED) == _FILLED | _STROKED
    return Style(
        size=round(size, 2),
        font=font,
        bold=bool(flags & 16 or char_flags & _BOLD_FACE or drawn_twice or _BOLD.search(font)),
        italic=bool(flags & 2 or _ITALIC.search(font)),
        color=f"#{color:06x}",
    )


def _coverage(images: Sequence[PlacedImage], bounds: Rect) -> float:
    """Share of the page that images cover; a scan may come in strips."""
    page = area(bounds)
    return min(sum(intersection_area(image.box, bounds) for image in images) / page, 1.0) if page else 0.0


def _status(lines: Sequence[Line], *, has_drawing: bool, is_scan: bool) -> tuple[PageStatus, str]:
    if is_scan:
        return "scanned", "an image of a page without a text layer that makes sense"
    bad, total = unreadable_share(lines)
    if total >= 20 and bad > 0.3 * total:
        return "bad_encoding", f"{bad} of {total} characters have no meaning: the fonts carry no Unicode"
    if is_garbled(lines):
        return "bad_encoding", "the text layer is not language: the fonts give wrong characters"
    if not total and not has_drawing:
        return "blank", "nothing is on the page"
    return "ok", ""


def _clean(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _one_line(error: BaseException) -> str:
    return _clean(str(error))[:200] or type(error).__name__


def _create(options: PyMuPdfOptions) -> PdfBackend:
    if find_spec("pymupdf") is None:
        raise MissingExtraError("pymupdf", "all", purpose="reading PDFs")
    if options.page_timeout_s is None:
        return PyMuPdf()
    return GuardedPdf(options.page_timeout_s, processes=options.processes, memory_mb=options.memory_mb)


BACKEND: Final = Backend(options=PyMuPdfOptions, create=_create, packages=("pymupdf",))
