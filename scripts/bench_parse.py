"""How fast the whole of parse is, against what PyMuPDF alone takes for the same pages, in the same run.

    python scripts/bench_parse.py [--book BOOK.pdf] [--pages 150] [--workers N]

The whole of parse is all from the PDF to the lines of the shard and the pictures of its figures, without OCR; the
floor is ``get_text("dict")`` and ``get_drawings()`` of every page. Without a book, the sample chapters make one.
Then: the rival pymupdf4llm where it is installed, the same book with more workers and the memory of each, and whether
the time grows with the number of marks and paths on a page and no faster.
"""

import argparse
import importlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pymupdf

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.engines.base import cores
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of

RIVAL_PAGES: Final = 10
"""Pages that the rival reads: it is slow."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--book", type=Path, help="a PDF (default: the sample chapters)")
    parser.add_argument("--pages", type=int, default=150, help="pages to make of it by repeating it")
    parser.add_argument("--workers", type=int, default=min(cores(), 4), help="the most workers to try")
    arguments = parser.parse_args()
    samples = Path(str(resources.files("corpusbuilder").joinpath("samples")))
    with tempfile.TemporaryDirectory() as folder:
        book = long_book([arguments.book] if arguments.book else sorted(samples.glob("*.pdf")), arguments.pages, folder)
        compare(book, arguments.pages, arguments.workers)
        grow(Path(folder))


def compare(book: Path, pages: int, workers: int) -> None:
    """The floor, the rival, and the whole of parse with one and more workers."""
    floor = fastest(lambda: read_plainly(book))
    print(f"{pages} pages: PyMuPDF's get_text('dict') and get_drawings() alone: {pages / floor:.0f} pages/s")
    one = parsed(book, 1, on_one_core=True)
    print(
        f"the whole of parse on one core: {pages / one.seconds:.1f} pages/s, {100 * floor / one.seconds:.1f} % of that"
    )
    if rival := rival_speed(book):
        print(
            f"pymupdf4llm, its layout model on: {rival:.1f} pages/s; ours are {pages / one.seconds / rival:.0f} times"
        )
    else:
        print("pymupdf4llm is not installed: no comparison with it")
    for number in range(1, workers + 1):
        taken = parsed(book, number)
        one = taken if number == 1 else one
        share = one.seconds / taken.seconds / number
        print(
            f"{number} workers: {pages / taken.seconds:6.1f} pages/s, {share:.2f} x {number} times one; "
            f"peak MiB of each {taken.peaks_mib}"
        )


@dataclass
class Taken:
    """What a parse took."""

    seconds: float
    peaks_mib: list[int]


def parsed(book: Path, workers: int, *, on_one_core: bool = False) -> Taken:
    """The whole of parse of a book with so many helpers, which have started before."""
    allowed = os.sched_getaffinity(0)
    if on_one_core:
        os.sched_setaffinity(0, {min(allowed)})
    try:
        backend = GuardedPdf(60, processes=workers, memory_mb=2048)
        seconds = fastest(lambda: write(book, backend), runs=3)
    finally:
        os.sched_setaffinity(0, allowed)
    return Taken(seconds, [peak_mib(helper.pid) for helper in backend.helpers if helper.pid])


def write(book: Path, backend: PyMuPdf | GuardedPdf) -> int:
    """Parse a book to the lines of its shard; the number of bytes with all pictures."""
    stage = ParseStage(pdf=backend, ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
    sha256 = sha256_of(book)
    (done,) = stage.process([Source(book, sha256, document_id(sha256), book.name)])
    if not isinstance(done, Done):
        raise SystemExit(f"{book}: {done.message}")
    return sum(len(unit.model_dump_json()) for unit in done.outputs) + sum(len(asset.data) for asset in done.assets)


def read_plainly(book: Path) -> int:
    """What nobody can do without."""
    with pymupdf.open(book) as pdf:
        return sum(len(page.get_text("dict")["blocks"]) + len(page.get_drawings()) for page in pdf)


def rival_speed(book: Path) -> float | None:
    """Pages/s of pymupdf4llm with its layout model; None when it is not installed."""
    if find_spec("pymupdf4llm") is None or find_spec("pymupdf.layout") is None:
        return None
    importlib.import_module("pymupdf.layout")  # turns the model on
    rival = importlib.import_module("pymupdf4llm")
    with pymupdf.open(book) as pdf:
        numbers = list(range(min(RIVAL_PAGES, pdf.page_count)))
    rival.to_markdown(str(book), pages=numbers[:1], use_ocr=False)
    began = time.perf_counter()
    rival.to_markdown(str(book), pages=numbers, use_ocr=False)
    return len(numbers) / (time.perf_counter() - began)


def fastest(action: Callable[[], Any], runs: int = 3) -> float:
    """Seconds of the fastest of some runs."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def peak_mib(pid: int) -> int:
    """The most memory that a process has held, in MiB; 0 where that is not told."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


def long_book(books: Sequence[Path], pages: int, folder: str) -> Path:
    """A PDF of so many pages, made of ``books`` again and again."""
    with pymupdf.open() as pdf:
        while pdf.page_count < pages:
            for book in books:
                with pymupdf.open(book) as source:
                    pdf.insert_pdf(source)
        pdf.select(list(range(pages)))
        path = Path(folder) / "long.pdf"
        pdf.save(path, garbage=3, deflate=True)
    return path


def grow(folder: Path) -> None:
    """Time on one page as what stands on it grows."""
    backend = PyMuPdf()
    for what, draw, numbers in (
        ("isolated marks", draw_marks, (1_000, 2_000, 4_000)),
        ("paths of one drawing", draw_paths, (2_500, 5_000, 10_000)),
    ):
        for number in numbers:
            path = folder / f"{number}.pdf"
            with pymupdf.open() as pdf:
                page = pdf.new_page(width=600, height=800)
                page.insert_text((40, 30), "A page with much on it.")
                draw(page, number)
                pdf.save(path)
            seconds = fastest(lambda path=path: write(path, backend), runs=2)  # type: ignore[misc]
            print(f"a page of {number:6,} {what}: {seconds:5.2f} s, {1e6 * seconds / number:4.0f} µs each")


def draw_marks(page: pymupdf.Page, number: int) -> None:
    """Dots apart from one another."""
    shape = page.new_shape()
    for i in range(number):
        x, y = 20 + (i % 80) * 7, 50 + (i // 80) * 14
        shape.draw_rect((x, y, x + 2, y + 2))
        shape.finish(fill=(0, 0, 0))
    shape.commit()


def draw_paths(page: pymupdf.Page, number: int) -> None:
    """Short strokes that touch one another."""
    shape = page.new_shape()
    for i in range(number):
        x, y = 50 + (i % 100) * 5, 100 + (i // 100) * 5
        shape.draw_line((x, y), (x + 5, y + 4))
        shape.finish(width=0.5)
    shape.commit()


if __name__ == "__main__":
    main()
