"""Parses damaged PDFs: each must end with a status, in bounded time and memory, and none may end the run.

    python scripts/fuzz_parse.py [PDF|FOLDER ...] [--count 500] [--seed 0] [--timeout 10]

Bytes are flipped, ranges overwritten or cut out, files truncated, objects dropped and swapped, numbers made huge.
Prints how the documents and their pages ended, the slowest file and the most memory that a helper took. Exits with 1
when an error of ours was met; the file that provoked it stays in the folder that is named.
"""

import argparse
import importlib
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from corpusbuilder.backends.ocr.none import NoOcr
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Done, Rejected, Source
from corpusbuilder.stages.parse import ParseStage
from corpusbuilder.store.files import sha256_of

MEMORY_MB: Final = 1024
TESTS: Final = Path(__file__).resolve().parents[1] / "tests"


class Tally:
    """How the damaged files ended."""

    def __init__(self, timeout_s: float) -> None:
        self.backend = GuardedPdf(timeout_s, memory_mb=MEMORY_MB)
        self.stage = ParseStage(pdf=self.backend, ocr=NoOcr(), config=ParseSection(ocr="none"), backends={})
        self.documents: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.slowest = 0.0
        self.peak_mib = 0

    def add(self, path: Path) -> None:
        """Parse one file."""
        sha256 = sha256_of(path)
        began = time.perf_counter()
        (result,) = self.stage.process([Source(path, sha256, document_id(sha256), path.name)])
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.peak_mib = max(self.peak_mib, *(_peak_mib(helper.pid) for helper in self.backend.helpers if helper.pid))
        if isinstance(result, Rejected):
            self.documents[f"rejected: {result.reason_code}"] += 1
        elif isinstance(result, Done):
            self.documents["read"] += 1
            self.pages.update(page.status for page in result.outputs[0].document.pages)
            self.unexpected += [note for note in result.notes if "unexpected" in note]

    @property
    def total(self) -> int:
        """Documents that ended with a status."""
        return sum(self.documents.values())


def _peak_mib(pid: int) -> int:
    """The most memory that a process has held, in MiB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    """Parse the mutations of all seeds in turn, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=Path, help="PDFs to damage (default: a small book of its own)")
    parser.add_argument("--count", type=int, default=500, help="damaged files")
    parser.add_argument("--seed", type=int, default=0, help="another number gives other damage")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for a page")
    arguments = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    mutations = importlib.import_module("mutations")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    seeds = _seeds(arguments.seeds) or [mutations.small_book(folder / "seed.pdf")]
    tally = Tally(arguments.timeout)
    for number in range(arguments.count):
        path = folder / f"{number}.pdf"
        path.write_bytes(mutations.mutated(seeds[number % len(seeds)].read_bytes(), number, arguments.seed))
        known = len(tally.unexpected)
        tally.add(path)
        if len(tally.unexpected) == known:
            path.unlink()
    print(f"{tally.total} of {arguments.count} damaged files of {len(seeds)} PDFs ended with a status")
    print(f"  documents: {_told(tally.documents)}\n  pages: {_told(tally.pages)}")
    print(f"  slowest file {tally.slowest:.1f} s; a helper took at most {tally.peak_mib} MiB")
    if tally.unexpected:
        print(f"  {len(tally.unexpected)} errors of ours, kept in {folder}: {sorted(set(tally.unexpected))[:10]}")
        raise SystemExit(1)


def _seeds(paths: Sequence[Path]) -> list[Path]:
    found = [pdf for path in paths for pdf in (sorted(path.glob("*.pdf")) if path.is_dir() else [path])]
    return [pdf for pdf in found if pdf.stat().st_size > 64]


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.most_common())


if __name__ == "__main__":
    main()
