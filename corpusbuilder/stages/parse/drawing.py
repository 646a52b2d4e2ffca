"""From a found figure to its record: picture, caption, kind, and the graph of what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from corpusbuilder.backends.ocr.base import OcrEngine
from corpusbuilder.backends.pdf.base import OpenPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.diagrams import read_diagram
from corpusbuilder.diagrams.plane import grown
from corpusbuilder.diagrams.raster import trace_picture
from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.document import Figure, FigurePart, ImageAsset
from corpusbuilder.records.geometry import (
    Affine,
    CoordinateSpace,
    centre,
    contains_point,
    make_box,
    to_pixels,
    transform_box,
)
from corpusbuilder.records.ids import content_id
from corpusbuilder.records.page import Line, RawPage
from corpusbuilder.stages.contract import Asset
from corpusbuilder.stages.parse.images import FigureImage, render_figure
from corpusbuilder.stages.parse.kinds import FigureKind, classify_kind
from corpusbuilder.stages.parse.layout import CaptionedFigure
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.pages import record_boundary
from corpusbuilder.stages.parse.scans import read_labels, read_picture, renewed
from corpusbuilder.stages.parse.scans.ink import Picture

_LEAST_OCR: Final = 60.0
"""Pictures that are smaller than this on both sides (points) hold no legible labels."""
_MARGIN: Final = 3.0
"""Points of the page around a scanned figure."""
_FEW_PATHS: Final = 3
"""Frames and rules around a picture; with more paths, the drawing is read from these."""


@dataclass(frozen=True, slots=True)
class FigureMaker:
    """Makes the figures of one document."""

    ocr: OcrEngine
    config: ParseSection
    document_id: str
    language: str

    def __call__(self, pdf: OpenPdf, found: tuple[RawPage, CaptionedFigure]) -> tuple[Figure, Asset]:
        """The record of a figure and its picture, given its page (of which the size matters) and itself.

        Raises:
            RecordError: the page cannot be rendered, or the figure breaks our code.
        """
        with record_boundary():
            return self._make(pdf, *found)

    def _make(self, pdf: OpenPdf, page: RawPage, item: CaptionedFigure) -> tuple[Figure, Asset]:
        image = render_figure(pdf, page, item.figure.box, dpi=self.config.dpi)
        bbox = make_box(*image.box)
        identity = content_id("fig", self.document_id, page.page_no, list(bbox), image.sha256)
        caption = item.caption.text if item.caption else None
        kind = classify_kind(item.figure, caption, image.sample)
        figure = Figure(
            id=identity,
            document_id=self.document_id,
            image=ImageAsset(sha256=image.sha256, media_type="image/png", width=image.width, height=image.height),
            page_no=page.page_no,
            bbox=bbox,
            dpi=round(image.dpi, 2),
            to_page=image.to_page,
            number=item.caption.number if item.caption else None,
            caption=caption,
            kind=kind,
            diagram=self._diagram(pdf, page, item.figure, image, identity=identity, kind=kind),
            parts=_parts(item.figure, image),
            score=item.figure.score,
        )
        return figure, Asset(image.sha256, "image/png", image.png)

    def _diagram(
        self, pdf: OpenPdf, page: RawPage, figure: FoundFigure, image: FigureImage, *, identity: str, kind: FigureKind
    ) -> Diagram:
        """The graph: from the drawing and its text where there are such, from OCR and tracing of pixels elsewhere."""
        if figure.is_table:
            return Diagram()
        read = partial(
            read_diagram, to_pixels=_inverse(image.to_page), size=(image.width, image.height), figure_id=identity
        )
        is_scan = figure.source == "scan"
        pictures = () if is_scan else [placed.box for placed in figure.images]
        if not (figure.images or is_scan) or self.config.ocr == "none" or not _is_legible(figure):
            return read(figure.lines, figure.paths, method="ocr" if is_scan else "text_layer", pictures=pictures)
        fine = render_figure(pdf, page, image.box, dpi=self.config.ocr_dpi)
        labels = self._recognised(pdf, figure, image, fine)
        if len(figure.paths) <= _FEW_PATHS:
            seen = labels if is_scan else [*figure.lines, *labels]
            if is_scan:  # the box of a scanned figure runs along its ink: with a margin, shapes at its edge are closed
                fine = render_figure(pdf, page, grown(image.box, _MARGIN), dpi=self.config.ocr_dpi)
            traced = [] if kind == "photo" else trace_picture(fine.png, seen, to_page=fine.to_page)
            return read(seen, traced, method="ocr", drawn="cv")
        drawn = read(figure.lines, figure.paths, method="text_layer", pictures=pictures)
        return drawn.model_copy(update={"labels": drawn.labels + read(labels, (), method="ocr").labels})

    def _recognised(self, pdf: OpenPdf, figure: FoundFigure, image: FigureImage, fine: FigureImage) -> list[Line]:
        """The labels that OCR reads in the pixels of a figure, beside the text that the file has."""
        seen = read_picture(pdf, figure.page_no, image.box, self.ocr, dpi=self.config.ocr_dpi, language=self.language)
        if figure.source == "scan":
            lines = renewed(figure.lines, seen, image.box)
        else:
            lines = [line for line in seen if not _is_known(line, figure.lines)]
        return read_labels(lines, Picture.of(fine.png, fine.to_page), self.ocr, language=self.language)


def _parts(figure: FoundFigure, image: FigureImage) -> tuple[FigurePart, ...]:
    """The panels of a figure, in pixels of its image."""
    matrix, size = _inverse(image.to_page), (image.width, image.height)
    return tuple(
        FigurePart(
            label=part.label,
            box=make_box(*to_pixels(transform_box(matrix, part.box), CoordinateSpace.ORIGINAL_PIXELS, size=size)),
        )
        for part in figure.parts
    )


def _is_legible(figure: FoundFigure) -> bool:
    return max(figure.box[2] - figure.box[0], figure.box[3] - figure.box[1]) >= _LEAST_OCR


def _is_known(line: Line, text_layer: Sequence[Line]) -> bool:
    """Whether the text layer has a line at the same place."""
    return any(contains_point(known.box, centre(line.box), slack=1.0) for known in text_layer)


def _inverse(matrix: Affine) -> Affine:
    """The inverse of a transform without rotation."""
    a, _, _, d, e, f = matrix
    return 1 / a, 0.0, 0.0, 1 / d, -e / a, -f / d
