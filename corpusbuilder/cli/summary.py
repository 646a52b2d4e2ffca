"""What a build made, for a person: a table, one example, and the line that loads the dataset."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console, Group
from rich.measure import Measurement
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from corpusbuilder.cli.report import counted, printable
from corpusbuilder.errors import command_line
from corpusbuilder.pipeline.build import BuildReport
from corpusbuilder.pipeline.releasing import ReleaseReport
from corpusbuilder.pipeline.status import to_review, withheld_by_label
from corpusbuilder.records.call import Spending
from corpusbuilder.records.document import Unit
from corpusbuilder.records.evidence import Evidence, SpanEvidence
from corpusbuilder.records.example import StepKind, VerifiedExample
from corpusbuilder.store.workspace import Workspace

_SHARDS_LOOKED_AT = 20
_STYLE = {StepKind.PERCEIVE: "cyan", StepKind.READ: "green", StepKind.RECALL: "magenta", StepKind.INFER: "yellow"}


def summarise(root: Path, report: BuildReport) -> str:
    """A build as text for the terminal that stdout is, without colours when it is not one."""
    console = Console(highlight=False, markup=False)  # a path may hold what looks like markup
    with console.capture() as capture:
        if report.made_nothing:
            console.print(_nothing_to_do(report))
        else:
            _print_stages(console, report)
            if withheld := withheld_by_label(Workspace(root)):
                console.print(told_withheld(withheld))
                if told := told_to_review(root):
                    console.print(told, soft_wrap=True)
            found = telling_example(Workspace(root))
            if found:
                console.print(_panel(*found))
        if report.release is not None:
            console.print(f"release: {report.release.folder}", soft_wrap=True)
            console.print(load_line(report.release), soft_wrap=True)
    return capture.get().rstrip()


def load_line(release: ReleaseReport) -> str:
    """The Python line that loads a release: its examples, or its passages when it has none."""
    config = "examples" if release.examples else "passages"
    return f'datasets.load_dataset({json.dumps(str(release.folder), ensure_ascii=False)}, "{config}")'


def telling_example(workspace: Workspace) -> tuple[VerifiedExample, Unit] | None:
    """An accepted example worth showing: one that needs figure and text, if the first documents have one."""
    best: tuple[int, VerifiedExample] | None = None
    for document in workspace.document_ids("verify")[:_SHARDS_LOOKED_AT]:
        for record in workspace.shard("verify", document).read(VerifiedExample):
            worth = len({step.kind for step in record.example.steps}) * 10 - len(record.example.steps)
            if record.accepted and (best is None or worth > best[0]):
                best = worth, record
    if best is None:
        return None
    example = best[1].example
    units = workspace.shard("parse", example.document_id).read(Unit)
    unit = next((unit for unit in units if unit.id == example.unit_id), None)
    return (best[1], unit) if unit else None


def _nothing_to_do(report: BuildReport) -> str:
    documents = len(report.stages[0].shards) if report.stages else 0
    return f"nothing to do: everything is current ({counted(documents, 'document')})"


def told_spending(spending: Spending, accepted: int) -> str:
    """What calls of models have come to, in words."""
    tokens = spending.prompt_tokens + spending.completion_tokens
    line = f"{counted(spending.calls, 'answer')}, {tokens:,} tokens, ${spending.cost_usd:.2f}"
    if spending.unpriced:
        return f"{line} and {spending.unpriced} at unknown prices"
    each = spending.per_example_usd(accepted)
    return line if each is None else f"{line}, ${each:.4f} for each of {counted(accepted, 'accepted example')}"


def told_withheld(numbers: Mapping[str, int]) -> str:
    """Verified examples that are not released, by the label of their verdict, in words."""
    return "withheld: " + ", ".join(f"{n} {label.replace('_', ' ')}" for label, n in numbers.items())


def told_to_review(root: Path) -> str | None:
    """What a person can do next about what is withheld, in words; None when nothing of it waits for people."""
    todo = to_review(Workspace(root.resolve()))
    if todo is None:
        return None
    why = "people can settle what the checks could not" if todo == "push" else "people have been asked about it"
    return f"{why}: {command_line('review', todo, '-w', root)}"


def _print_stages(console: Console, report: BuildReport) -> None:
    """What each stage made: as a table, or in sentences where a table would be cut."""
    table = _table(report)
    if Measurement.get(console, console.options.update(max_width=1000), table).minimum <= console.width:
        console.print(table)
        return
    for stage in report.stages:
        rejected = f", {stage.counts.rejected} rejected" if stage.counts.rejected else ""
        documents, records = counted(len(stage.shards), "document"), counted(stage.counts.outputs, "record")
        console.print(f"{stage.stage}: {documents}, {stage.made} made now, {records}{rejected}")
    if report.release is not None:
        console.print(f"release: {counted(report.release.examples, 'example')}")


def _table(report: BuildReport) -> Table:
    table = Table("stage", "documents", "made now", "records", "rejected", box=None, header_style="bold")
    for stage in report.stages:
        counts = stage.counts
        table.add_row(stage.stage, str(len(stage.shards)), str(stage.made), str(counts.outputs), str(counts.rejected))
    if report.release is not None:
        made = "0" if report.release.cached else "1"
        table.add_row("release", str(report.release.documents), made, f"{report.release.examples} examples", "")
    return table


def _panel(record: VerifiedExample, unit: Unit) -> Panel:
    example = record.example
    lines = [Text(example.question, style="bold")]
    lines += [Text(f"   {'→' if choice == example.answer else ' '} {choice}") for choice in example.choices]
    lines.append(Text.assemble(("Answer  ", "bold"), example.answer))
    for step, grounding in zip(example.steps, record.grounded.groundings, strict=True):
        uses = f" (uses {', '.join(map(str, step.premises))})" if step.premises else ""
        lines.append(Text.assemble(f"{step.index}. ", (f"{step.kind.value:<9}", _STYLE[step.kind]), step.text, uses))
        lines += [Text(f"             {line}", style="dim") for line in _evidence(grounding.evidence, unit)]
    figure = unit.figure(example.figure_ids[0]) if example.figure_ids else None
    place = f", page {figure.page_no}, {figure.caption or 'figure without caption'}" if figure else ""
    lines.append(Text(f"from {unit.document.title}{place}", style="italic"))
    for line in lines:
        line.plain = printable(line.plain)
    return Panel(Group(*lines), title="one of the examples", title_align="left")


def _evidence(evidence: tuple[Evidence, ...], unit: Unit) -> Iterator[str]:
    for item in evidence:
        if isinstance(item, SpanEvidence):
            yield f"text {item.start}:{item.end} «{item.quote}»"
        else:
            box = ", ".join(f"{value:.0f}" for value in item.box)
            figure = unit.figure(item.figure_id)
            name = f"figure {figure.number}" if figure and figure.number else "figure"
            yield f"{name} [{box}] px, {len(item.element_ids)} elements"
