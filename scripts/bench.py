"""Speed of every stage, in one process, as a ratio to a floor measured in the same run.

    python scripts/bench.py [BOOK.pdf ...] [--repeat N]

Parse is measured in pages/s against MuPDF's plain text extraction of the same pages; the other stages in examples/s
against reading and writing the same records, which no stage can do without. OCR is off: its cost is the engine's.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pymupdf
from pydantic import BaseModel

from corpusbuilder.config import load
from corpusbuilder.pipeline.releasing import release
from corpusbuilder.pipeline.shards import ShardJob, run_shard
from corpusbuilder.pipeline.sources import collect
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.store.workspace import Workspace

CONFIG = load(None, overrides=["parse.ocr=none"], environ={})


def main() -> None:
    """Measure and print one line per stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", nargs="*", type=Path, help="books to measure on (default: the sample chapters)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the fastest counts")
    arguments = parser.parse_args()
    samples = Path(str(resources.files("corpusbuilder").joinpath("samples")))
    paths = arguments.pdfs or sorted(samples.glob("*.pdf"))
    with tempfile.TemporaryDirectory() as folder:
        bench(Workspace(Path(folder)), paths, arguments.repeat)


def bench(workspace: Workspace, paths: Sequence[Path], repeat: int) -> None:
    """Run every stage over ``paths`` in a fresh workspace."""
    sources = collect(workspace, paths, CONFIG.corpus).sources
    pages = sum(page_count(path) for path in paths)
    print(f"{len(paths)} books, {pages} pages, fastest of {repeat} runs, one process")
    for name, spec in SPECS.items():
        jobs = [
            ShardJob(
                workspace.root, name, CONFIG, s.document_id, {"bench": name}, s if name == "parse" else None, fresh=True
            )
            for s in sources
        ]
        seconds = fastest(repeat, lambda jobs=jobs: [run_shard(job) for job in jobs])  # type: ignore[misc]
        if name == "parse":
            floor = fastest(repeat, lambda: [extract_text(path) for path in paths])
            show(name, pages, "pages", seconds=seconds, floor=floor, floor_name="MuPDF text extraction")
        else:
            kind = spec.writes
            floor = fastest(repeat, lambda name=name, kind=kind: copy_records(workspace, name, kind))  # type: ignore[misc]
            show(
                name,
                count(workspace, name),
                "examples",
                seconds=seconds,
                floor=floor,
                floor_name="reading and writing its records",
            )
    seconds = fastest(repeat, lambda: release(workspace, CONFIG, force=True))
    floor = fastest(repeat, lambda: copy_records(workspace, "verify", SPECS["verify"].writes))
    show(
        "release",
        count(workspace, "verify"),
        "examples",
        seconds=seconds,
        floor=floor,
        floor_name="reading and writing its records",
    )


def fastest(repeat: int, action: Callable[[], Any]) -> float:
    """Seconds of the fastest of ``repeat`` runs."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def show(stage: str, number: int, what: str, *, seconds: float, floor: float, floor_name: str) -> None:
    """One line: speed, and how many times the floor's time it takes."""
    print(f"{stage:<9}{number / seconds:>9.1f} {what}/s   {seconds / floor:>7.1f} x the time of {floor_name}")


def page_count(path: Path) -> int:
    """Pages of a PDF."""
    with pymupdf.open(path) as pdf:
        return int(pdf.page_count)


def extract_text(path: Path) -> int:
    """Read all text of a PDF with MuPDF; the number of characters."""
    with pymupdf.open(path) as pdf:
        return sum(len(page.get_text("text")) for page in pdf)


def copy_records(workspace: Workspace, stage: str, kind: type[BaseModel]) -> int:
    """Read and write all records of a stage; the number of bytes."""
    shards = [workspace.shard(stage, document) for document in workspace.document_ids(stage)]
    return sum(len(record.model_dump_json()) for shard in shards for record in shard.read(kind))


def count(workspace: Workspace, stage: str) -> int:
    """Records of a stage."""
    dones = [workspace.shard(stage, document).read_done() for document in workspace.document_ids(stage)]
    return sum(done.counts.outputs for done in dones if done is not None)


if __name__ == "__main__":
    main()
