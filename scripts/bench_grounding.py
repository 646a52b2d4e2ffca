"""How fast steps are grounded, and what each level of the cascade costs.

    python scripts/bench_grounding.py [BOOK.pdf ...] [--repeat N] [--detector MODEL]

Questions of the rules teacher about the sample chapters (or other books) are grounded twice: as they cite, and with
their citations taken away, when only their words are left. Then each level is asked alone about the same steps. With
``--detector`` a detection model (a folder, or a name on the hub) is timed, too: one phrase, one figure, one pass.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram import DiagramGrounder, DiagramOptions
from corpusbuilder.backends.grounders.diagram.cited import find_cited
from corpusbuilder.backends.grounders.diagram.named import find_named
from corpusbuilder.backends.grounders.diagram.related import find_related
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.spans.support import find_support
from corpusbuilder.config import load
from corpusbuilder.pipeline.shards import ShardJob, run_shard
from corpusbuilder.pipeline.sources import collect
from corpusbuilder.pipeline.specs import load_examples
from corpusbuilder.records.document import Figure, Passage, Unit
from corpusbuilder.records.evidence import RegionEvidence, SpanEvidence
from corpusbuilder.records.example import Example, ReasoningStep, StepGrounding, StepKind
from corpusbuilder.store.workspace import Workspace

CONFIG = load(None, overrides=["parse.ocr=none"], environ={})


@dataclass(frozen=True)
class Asked:
    """One step with what it may rest on."""

    step: ReasoningStep
    before: tuple[str, ...]
    language: str
    unit: Unit
    figures: tuple[Figure, ...]
    passages: tuple[Passage, ...]


def main() -> None:
    """Measure and print one line per way and level."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", nargs="*", type=Path, help="books to measure on (default: the sample chapters)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the fastest counts")
    parser.add_argument("--detector", metavar="MODEL", help="folder or name of a detection model to time")
    arguments = parser.parse_args()
    samples = Path(str(resources.files("corpusbuilder").joinpath("samples")))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        examples = made(workspace, arguments.pdfs or sorted(samples.glob("*.pdf")))
        bench_cascade(examples, arguments.repeat)
        bench_levels([asked for unit, example in examples for asked in steps_of(unit, example)], arguments.repeat)
        if arguments.detector:
            bench_detector(workspace, examples, arguments.detector)


def made(workspace: Workspace, paths: Sequence[Path]) -> list[tuple[Unit, Example]]:
    """The questions of the rules teacher about some books, with their units."""
    sources = collect(workspace, paths, CONFIG.corpus).sources
    for name in ("parse", "generate"):
        for source in sources:
            given = source if name == "parse" else None
            run_shard(
                ShardJob(workspace.root, name, CONFIG, source.document_id, {"bench": name}, given, fresh=True),
            )
    found = (item for source in sources for item in load_examples(workspace, source.document_id))
    return [(item.unit, item.record) for item in found]


def bench_cascade(examples: Sequence[tuple[Unit, Example]], repeat: int) -> None:
    """Ground all steps as they cite, and by their words alone; the words should lead to what was cited."""
    grounder = DiagramGrounder(DiagramOptions())
    plain = [(unit, uncited(example)) for unit, example in examples]
    cited_queries, plain_queries = queries_of(examples), queries_of(plain)
    show("as cited", fastest(repeat, lambda: list(grounder.ground(cited_queries))), len(cited_queries))
    show("by words", fastest(repeat, lambda: list(grounder.ground(plain_queries))), len(plain_queries))
    by_citation, by_words = list(grounder.ground(cited_queries)), list(grounder.ground(plain_queries))
    wanted = [(evidence_of(a), evidence_of(b)) for a, b in zip(by_citation, by_words, strict=True) if a.evidence]
    same = sum(a == b for a, b in wanted)
    absent = sum(not b for _, b in wanted)
    print(f"{'':10} words alone lead to what was cited in {same} of {len(wanted)} steps, to nothing in {absent}")


def bench_levels(steps: Sequence[Asked], repeat: int) -> None:
    """Ask each level alone about the steps of the kinds that it is for."""
    seen = [a for a in steps if a.step.kind is StepKind.PERCEIVE]
    read = [a for a in steps if a.step.kind is StepKind.READ]
    levels: list[tuple[str, Sequence[Asked], Callable[[Asked], object]]] = [
        ("citations", [a for a in steps if a.step.citations], looked_up),
        ("graph", seen, lambda a: find_related(a.step.text, a.figures, language=a.language, before=a.before)),
        ("names", seen, lambda a: find_named(a.step.text, a.figures, language=a.language)),
        ("spans", read, lambda a: find_support(a.step.text, a.passages, language=a.language)),
    ]
    for name, asked, ask in levels:
        if asked:
            show(name, fastest(repeat, lambda asked=asked, ask=ask: [ask(a) for a in asked]), len(asked))  # type: ignore[misc]


def looked_up(asked: Asked) -> list[Found]:
    """What the citations of a step come to."""
    return [find_cited(c, asked.unit, language=asked.language, threshold=92.0) for c in asked.step.citations]


def bench_detector(workspace: Workspace, examples: Sequence[tuple[Unit, Example]], model: str) -> None:
    """Ask a detection model about every seen step, first with an empty ledger, then with a full one."""
    from corpusbuilder.backends import registry
    from corpusbuilder.config import GroundSection
    from corpusbuilder.pipeline.calling import access_for

    options = GroundSection(grounders=("detector",), detector={"model": model}).detector
    queries = queries_of((unit, uncited(example)) for unit, example in examples)
    for name in ("detector", "from ledger"):
        access = access_for(workspace, CONFIG)
        grounder = registry.create("grounders", options, access)  # type: ignore[arg-type]
        show(name, fastest(1, lambda grounder=grounder: list(grounder.ground(queries))), len(queries))  # type: ignore[misc]
        access.close()


def uncited(example: Example) -> Example:
    """The same with plain text for steps."""
    steps = tuple(step.model_copy(update={"citations": ()}) for step in example.steps)
    return example.model_copy(update={"steps": steps})


def queries_of(examples: Iterable[tuple[Unit, Example]]) -> list[GroundingQuery]:
    """One query per step."""
    return [
        GroundingQuery(unit=unit, example=example, step=step.index)
        for unit, example in examples
        for step in example.steps
    ]


def steps_of(unit: Unit, example: Example) -> list[Asked]:
    """The steps of an example as the levels are asked about them."""
    figures = tuple(f for f in map(unit.figure, example.figure_ids) if f)
    passages = tuple(p for p in map(unit.passage, example.passage_ids) if p)
    texts = tuple(step.text for step in example.steps)
    return [
        Asked(step, texts[: place - 1], example.language, unit, figures, passages)
        for place, step in enumerate(example.steps, start=1)
    ]


def evidence_of(grounding: StepGrounding) -> frozenset[tuple[str, object]]:
    """The elements and characters that a step rests on."""
    elements = {(e.figure_id, i) for e in grounding.evidence if isinstance(e, RegionEvidence) for i in e.element_ids}
    spans = {(e.passage_id, (e.start, e.end)) for e in grounding.evidence if isinstance(e, SpanEvidence)}
    return frozenset(elements | spans)


def fastest(repeat: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of so many runs."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def show(name: str, seconds: float, steps: int) -> None:
    """One line."""
    print(f"{name:12} {steps:6,} steps  {steps / seconds:9,.0f} steps/s  {seconds / steps * 1e6:8,.0f} µs a step")


if __name__ == "__main__":
    main()
