"""Speed and memory of making a release and of loading it.

    python scripts/bench_release.py [--examples 100000] [--figures 5000] [--documents 100] [--keep FOLDER]

The corpus is made up: books of random words without any near-duplicate, figures of noise of about 20 kB, and the same
number of examples on each of them, with three steps, a passage as context and eleven checks. Every measurement is a
process of its own; `load_dataset` begins with an empty cache, and its figures leave out the imports, which are shown
by themselves: of `datasets`, and of torch, which it imports for streaming where that is installed. Random access reads
500 examples with their images, in random order; streaming is the time to the first example. The ratio is to the time
that pyarrow takes to read all written files once, columns and all.
"""

import argparse
import hashlib
import io
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from measuring import Measured, measured

from corpusbuilder.pipeline.sources import KnownSource, write_sources
from corpusbuilder.records import (
    CheckResult,
    Diagram,
    DiagramLabel,
    Document,
    Example,
    Figure,
    GroundedExample,
    ImageAsset,
    Page,
    Passage,
    Provenance,
    ReasoningStep,
    RegionEvidence,
    SpanEvidence,
    StepGrounding,
    Unit,
    Verdict,
    VerifiedExample,
    WordBox,
)
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.records.ids import content_id, document_id
from corpusbuilder.store.workspace import Counts, DoneFile, Workspace

SIZE: Final = (96, 70)
"""Pixels of noise: a PNG of about 20 kB."""
PASSAGES_A_FIGURE: Final = 4
WORDS: Final = 70
TYPES: Final = ("lookup", "definition", "comparison", "spatial", "factual")
CHECKS: Final = 11
ACCESSES: Final = 500
RELEASE: Final = """
import json, sys
from pathlib import Path
from corpusbuilder.config import Config
from corpusbuilder.pipeline.releasing import release
from corpusbuilder.store.workspace import Workspace
report = release(Workspace(Path(sys.argv[1])), Config(), force=sys.argv[2] == "force")
print(json.dumps({"folder": str(report.folder), "examples": report.examples}))
"""
LOAD: Final = """
import contextlib, json, random, sys, time
folder, cache, streaming = sys.argv[1], sys.argv[2], sys.argv[3] == "stream"
began = time.perf_counter()
import datasets
with contextlib.suppress(ImportError):
    import torch  # which `datasets` imports when it streams
datasets.disable_progress_bars()
imported = time.perf_counter()
rows = datasets.load_dataset(folder, "examples", cache_dir=cache, streaming=streaming, split="train")
if streaming:
    next(iter(rows))["image"].load()
loaded = time.perf_counter()
places = [] if streaming else random.Random(0).sample(range(len(rows)), min(int(sys.argv[4]), len(rows)))
for place in places:
    rows[place]["image"].load()
ended = time.perf_counter()
print(json.dumps({"import": imported - began, "load": loaded - imported, "access": ended - loaded,
    "accesses": len(places)}))
"""


def main() -> None:
    """Make the corpus, release it, load it; print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--figures", type=int, default=5_000)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--keep", type=Path, help="make the workspace here, or use the one that is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        root = arguments.keep or Path(temporary) / "corpus"
        if not root.exists():
            make(root, arguments.documents, arguments.figures, arguments.examples)
        bench(root, Path(temporary), arguments.examples)


def bench(root: Path, temporary: Path, examples: int) -> None:
    """One row per measurement."""
    print("| what | s | peak MiB | more |\n|---|---|---|---|")
    made = measured([sys.executable, "-c", RELEASE, str(root), "force"])
    folder = Path(made.answer["folder"])
    if (number := made.answer["examples"]) != examples:
        raise SystemExit(f"of {examples} examples {number} were released")
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    show("release", made, f"{examples / made.seconds:.0f} examples/s, {size / 1e6:.0f} MB")
    began = time.perf_counter()
    read_all(folder)
    floor = time.perf_counter() - began
    print(f"| pyarrow reads it once | {floor:.1f} | - | release: {made.seconds / floor:.1f} times as long |")
    again = measured([sys.executable, "-c", RELEASE, str(root), ""])
    show("release, nothing to do", again, "")
    program = [sys.executable, "-c", LOAD, str(folder), str(temporary / "cache")]
    loaded = measured([*program, "whole", str(ACCESSES)])
    answer = loaded.answer
    each = 1000 * answer["access"] / answer["accesses"]
    loaded.seconds = answer["load"]
    show("load_dataset, cold", loaded, f"{each:.2f} ms an example; import {answer['import']:.1f} s")
    streamed = measured([*program, "stream", "0"])
    streamed.seconds = streamed.answer["load"]
    show("streaming, first example", streamed, "")


def read_all(folder: Path) -> None:
    """Decode every column of every file."""
    from pyarrow import parquet

    for path in sorted(folder.rglob("*.parquet")):
        for _ in parquet.ParquetFile(path).iter_batches(1000):
            pass


def make(root: Path, documents: int, figures: int, examples: int) -> None:
    """A workspace whose shards are as the stages would have written them."""
    root.mkdir(parents=True)
    workspace = Workspace(root)
    sources = []
    for number in range(documents):
        sha256 = hashlib.sha256(f"book {number}".encode()).hexdigest()
        sources.append(KnownSource(path=str(root / f"book-{number}.pdf"), sha256=sha256))
        unit = a_unit(workspace, sha256, number, figures // documents)
        made = list(some_examples(unit, examples // documents))
        write(workspace, "parse", unit.document.id, [unit.model_dump_json()])
        write(workspace, "verify", unit.document.id, [one.model_dump_json() for one in made])
    write_sources(workspace, sources)


def write(workspace: Workspace, stage: str, document: str, lines: Sequence[str]) -> None:
    """A finished shard."""
    shard = workspace.shard(stage, document)
    digest = shard.write([line.encode() for line in lines], [])
    counts = Counts(inputs=len(lines), done=len(lines), rejected=0, outputs=len(lines))
    shard.write_done(DoneFile(fingerprint={}, input_sha256="", output_sha256=digest, counts=counts, seconds=0))


def a_unit(workspace: Workspace, sha256: str, number: int, figures: int) -> Unit:
    """A book of one unit."""
    chance = random.Random(number)  # noqa: S311 - not a secret
    identity = document_id(sha256)
    about = Document(
        id=identity,
        source_sha256=sha256,
        file_name=f"book-{number}.pdf",
        title=f"Book {number}",
        language=("en", "fr")[number % 2],
        subject=("biology", "history", "geography")[number % 3],
        licence="CC-BY-4.0",
        attribution="A. Author",
        pages=(Page(page_no=1, width=400, height=600, rotation=0, status="ok"),),
    )
    return Unit(
        id=content_id("unit", identity),
        document=about,
        heading=(),
        passages=tuple(a_passage(identity, chance, place) for place in range(figures * PASSAGES_A_FIGURE)),
        figures=tuple(a_figure(workspace, identity, chance, place) for place in range(figures)),
    )


def a_passage(document: str, chance: random.Random, place: int) -> Passage:
    """Random words, each with its box."""
    words = ["".join(chance.choices("abcdefghilmnoprstuv", k=6)) for _ in range(WORDS)]
    boxes = tuple(
        WordBox(7 * n, 7 * n + 6, 1, 10.0 * n, 10.0 * place, 10.0 * n + 9, 10.0 * place + 9) for n in range(WORDS)
    )
    return Passage(
        id=content_id("pas", document, place),
        document_id=document,
        kind="paragraph",
        heading=("Chapter 1",),
        text=" ".join(words),
        words=boxes,
    )


def a_figure(workspace: Workspace, document: str, chance: random.Random, place: int) -> Figure:
    """Noise with five labels."""
    from PIL import Image

    file = io.BytesIO()
    Image.frombytes("RGB", SIZE, chance.randbytes(SIZE[0] * SIZE[1] * 3)).save(file, "png")
    digest = hashlib.sha256(file.getvalue()).hexdigest()
    workspace.write_asset(digest, "image/png", file.getvalue())
    labels = []
    for n in range(5):
        box = (10.0 * n, 10.0, 10.0 * n + 8, 18.0)
        text = "".join(chance.choices("abcdefghilmnoprstuv", k=8))
        identity = content_id("label", document, place, n)
        labels.append(
            DiagramLabel(id=identity, text=text, box=box, polygon=box_polygon(box), method="text_layer", score=1.0)
        )
    return Figure(
        id=content_id("fig", document, place),
        document_id=document,
        image=ImageAsset(sha256=digest, media_type="image/png", width=SIZE[0], height=SIZE[1]),
        page_no=1,
        bbox=(50, 100, 146, 170),
        dpi=72,
        to_page=(1, 0, 0, 1, 50, 100),
        number=str(place),
        caption=f"Figure {place}. " + "".join(chance.choices("abcdefghilmnoprstuv ", k=60)),
        kind="diagram",
        diagram=Diagram(labels=tuple(labels)),
    )


def some_examples(unit: Unit, number: int) -> Iterator[VerifiedExample]:
    """Examples on the figures, as many on each."""
    for place in range(number):
        yield an_example(unit, place, place * len(unit.figures) // number)


def an_example(unit: Unit, place: int, on: int) -> VerifiedExample:
    """A question on a figure and a passage."""
    figure, passage = unit.figures[on], unit.passages[on * PASSAGES_A_FIGURE + place % PASSAGES_A_FIGURE]
    first, second = (figure.diagram.labels[(place + n) % 5] for n in range(2))
    start = 7 * (place % (WORDS - 8))
    span = SpanEvidence(
        passage_id=passage.id,
        start=start,
        end=start + 34,
        quote=passage.text[start : start + 34],
        method="quote.exact",
        score=1.0,
    )
    region = RegionEvidence(
        figure_id=figure.id,
        element_ids=(first.id,),
        polygons=(first.polygon,),
        box=first.box,
        method="diagram.element",
        score=1.0,
    )
    steps = (
        ReasoningStep(index=1, text=f"The figure shows {first.text} beside {second.text}.", kind="perceive"),
        ReasoningStep(index=2, text=f"The text says “{span.quote}”.", kind="read"),
        ReasoningStep(index=3, text=f"So it is {first.text}.", kind="infer", premises=(1, 2)),
    )
    example = Example(
        id=content_id("ex", unit.document.id, place),
        document_id=unit.document.id,
        unit_id=unit.id,
        figure_ids=(figure.id,),
        passage_ids=(passage.id,),
        language=unit.document.language,
        question=f"What stands beside {second.text} where it is about {span.quote[:20]} ({place})?",
        question_type=TYPES[place % len(TYPES)],
        answer=first.text,
        answer_type="multiple_choice",
        choices=tuple(label.text for label in figure.diagram.labels),
        steps=steps,
        provenance=Provenance(producer="rules", revision="1", prompt_id="rules/lookup.v1.en", tool_version="0"),
    )
    groundings = (
        StepGrounding(step=1, evidence=(region,)),
        StepGrounding(step=2, evidence=(span,)),
        StepGrounding(step=3),
    )
    checks = tuple(CheckResult(name=f"check_{n}", version=1, outcome="pass") for n in range(CHECKS))
    return VerifiedExample(
        grounded=GroundedExample(example=example, groundings=groundings),
        verdict=Verdict(label="supported", steps=(), checks=checks),
    )


def show(what: str, found: Measured, more: str) -> None:
    """One row."""
    print(f"| {what} | {found.seconds:.1f} | {found.peak_mib:.0f} | {more} |", flush=True)


if __name__ == "__main__":
    main()
