"""How fast figures are read, from their paths and from their pixels, and whether the time grows with the paths.

    python scripts/bench_diagrams.py [--figures 40] [--seed 1]

Draws food webs of boxes and arrows with PyMuPDF, reads each once from the page as a PDF and once from a picture of it
at 200 dpi with the words given (OCR is not what is measured here), and compares the arrows read with those drawn.
"""

import argparse
import math
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import pymupdf

from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.diagrams import read_diagram
from corpusbuilder.diagrams.raster import trace_picture
from corpusbuilder.records.diagram import Diagram
from corpusbuilder.records.page import RawPage

Edges: TypeAlias = set[tuple[str, str]]
DPI: Final = 200
SIDE: Final = 420
"""Width and height of a figure in points."""
NAMES: Final = ("heron", "pike", "perch", "tadpole", "algae", "mayfly", "water flea", "otter", "reed", "snail", "midge")


@dataclass
class Drawing:
    """One figure as a page of a PDF."""

    pdf: bytes
    edges: Edges = field(default_factory=set)


@dataclass
class Reading:
    """What was read of all figures in one way."""

    seconds: list[float] = field(default_factory=list)
    found: int = 0
    asserted: int = 0
    true: int = 0

    def add(self, diagram: Diagram, edges: Edges, seconds: float) -> None:
        """Count the arrows of one figure."""
        names = {label.id: label.text for label in diagram.labels}
        read = {(names.get(c.tail_id or "", "?"), names.get(c.head_id or "", "?")) for c in diagram.connectors}
        self.seconds.append(seconds)
        self.found += len(read & edges)
        self.asserted += len(read)
        self.true += len(edges)

    def __str__(self) -> str:
        median = 1000 * statistics.median(self.seconds)
        return (
            f"median {median:.1f} ms a figure, worst {1000 * max(self.seconds):.1f} ms; arrows found "
            f"{self.found} of {self.true}, right {self.found} of {self.asserted} asserted"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=int, default=40, help="figures to draw")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)  # noqa: S311 - drawings, not secrets
    drawn, traced = Reading(), Reading()
    for _ in range(arguments.figures):
        drawing = food_web(draw)
        (page,) = pages_of(drawing)
        began = time.perf_counter()
        diagram = read(page)
        drawn.add(diagram, drawing.edges, time.perf_counter() - began)
        diagram, seconds = traced_reading(drawing, page)
        traced.add(diagram, drawing.edges, seconds)
    print(f"{arguments.figures} figures from their paths:  {drawn}")
    print(f"{arguments.figures} figures from their pixels: {traced}")
    grow(draw)


def food_web(draw: random.Random, *, extra: int = 0) -> Drawing:
    """Boxes on a ring with arrows between neighbours and across, and so many strokes that mean nothing."""
    with pymupdf.open() as document:
        page = document.new_page(width=SIDE, height=SIDE)
        count = draw.randint(4, 8)
        names = draw.sample(NAMES, count)
        places = [_on_ring(k / count + draw.uniform(-0.02, 0.02)) for k in range(count)]
        edges: Edges = set()
        for k in range(count):
            for step in (1, 2) if draw.random() < 0.3 else (1,):
                a, b = k, (k + step) % count
                edges.add((names[a], names[b]))
                _arrow(page, places[a], places[b], half_width=4 + 2.4 * len(names[b]))
        for name, (x, y) in zip(names, places, strict=True):
            half = 8 + 2.4 * len(name)
            page.draw_rect((x - half, y - 10, x + half, y + 10), color=(0.2, 0.3, 0.5), fill=(0.9, 0.95, 1.0))
            page.insert_text((x - pymupdf.get_text_length(name, fontsize=9) / 2, y + 3), name, fontsize=9)
        for k in range(extra):
            far = 2.8 * math.sqrt(k)  # a spiral: as dense however many there are
            x, y = SIDE / 2 + far * math.cos(2.4 * k), SIDE / 2 + far * math.sin(2.4 * k)
            page.draw_line((x, y), (x + 2, y + 1.5), width=0.3)
        return Drawing(document.tobytes(), edges)


def _on_ring(share: float) -> tuple[float, float]:
    turn = 2 * math.pi * share
    return SIDE / 2 + 165 * math.cos(turn), SIDE / 2 + 150 * math.sin(turn)


def _arrow(page: pymupdf.Page, a: Sequence[float], b: Sequence[float], *, half_width: float) -> None:
    """From the middle of one box, which covers the beginning, to the edge of another."""
    ux, uy = b[0] - a[0], b[1] - a[1]
    far = math.hypot(ux, uy)
    ux, uy = ux / far, uy / far
    stop = min((half_width + 6) / max(abs(ux), 1e-6), 12 / max(abs(uy), 1e-6))
    tip = b[0] - stop * ux, b[1] - stop * uy
    back = tip[0] - 7 * ux, tip[1] - 7 * uy
    page.draw_line(a, back, width=1.1)
    page.draw_polyline(
        [tip, (back[0] - 3 * uy, back[1] + 3 * ux), (back[0] + 3 * uy, back[1] - 3 * ux)],
        fill=(0, 0, 0),
        closePath=True,
        width=0.2,
    )


def pages_of(drawing: Drawing) -> Iterator[RawPage]:
    """The pages of a drawing as the package reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.pdf"
        path.write_bytes(drawing.pdf)
        with PyMuPdf().open(path) as pdf:
            yield pdf.read_page(1)


def read(page: RawPage) -> Diagram:
    """The graph from the paths of a page."""
    return read_diagram(
        page.lines,
        page.paths,
        to_pixels=(1, 0, 0, 1, 0, 0),
        size=(SIDE, SIDE),
        figure_id="fig",
        method="text_layer",
    )


def traced_reading(drawing: Drawing, page: RawPage) -> tuple[Diagram, float]:
    """The graph from a picture of a page, and how long tracing and reading took."""
    with pymupdf.open(stream=drawing.pdf) as document:
        png = document[0].get_pixmap(dpi=DPI).tobytes("png")
    scale = 72 / DPI
    began = time.perf_counter()
    paths = trace_picture(png, page.lines, to_page=(scale, 0, 0, scale, 0, 0))
    diagram = read_diagram(
        page.lines,
        paths,
        to_pixels=(1, 0, 0, 1, 0, 0),
        size=(SIDE, SIDE),
        figure_id="fig",
        method="ocr",
        drawn="cv",
    )
    return diagram, time.perf_counter() - began


def grow(draw: random.Random) -> None:
    """Whether the time grows with the number of strokes and no faster."""
    times = []
    for extra in (500, 1000, 2000):
        (page,) = pages_of(food_web(draw, extra=extra))
        rounds = []
        for _ in range(3):
            began = time.perf_counter()
            read(page)
            rounds.append(time.perf_counter() - began)
        times.append((len(page.paths), min(rounds)))
    for paths, seconds in times:
        print(f"{paths} paths: {1000 * seconds:.0f} ms, {1e6 * seconds / paths:.0f} us a path")


if __name__ == "__main__":
    main()
