"""The ways in which ``generate`` can run: live, from the ledger alone, dry, or as a batch."""

import typer

from corpusbuilder.cli.options import GenerateOptions
from corpusbuilder.cli.progress import in_words
from corpusbuilder.cli.report import counted, emit_json, say
from corpusbuilder.cli.run import conclude, run, workspace_of
from corpusbuilder.errors import UsageError
from corpusbuilder.pipeline.forecast import DryRun, Range


def run_generate(options: GenerateOptions) -> None:
    """Run the stage in one of its ways, and print what came of it.

    Raises:
        UsageError: two ways were asked for.
    """
    by_endpoint, by_file = options.batch or options.collect, bool(options.batch_file or options.answers)
    if sum((options.dry_run, options.replay, by_endpoint, by_file)) > 1:
        raise UsageError(
            "--dry-run, --replay, --batch or --collect, and --batch-file or --answers exclude one another",
            hint="choose one way to run",
        )
    if options.dry_run:
        _dry_run(options)
    elif by_endpoint or by_file:
        from corpusbuilder.cli.batching import run_batch

        run_batch(options)
    else:
        report = run(options, ["generate"], mode="replay" if options.replay else "live")
        if waiting := sum(stage.postponed for stage in report.stages):
            say(f"{counted(waiting, 'unit')} wait for answers that are not in the ledger: run without --replay to ask")
        conclude(options, report)


def _dry_run(options: GenerateOptions) -> None:
    from corpusbuilder.pipeline.dryrun import dry_run

    with workspace_of(options, mode="estimate") as runner:
        found = dry_run(runner)
    if options.as_json:
        emit_json({"ok": True, "sent": 0, **found.as_json()})
        return
    for line in dry_run_lines(found):
        typer.echo(line)


def dry_run_lines(found: DryRun) -> list[str]:
    """A dry run as a table for people."""
    forecast = found.forecast
    if not found.calls_models:
        return ["nothing was sent: this teacher calls no model, and costs nothing"]
    lines = [
        f"nothing was sent. {counted(found.documents, 'document')}, {counted(forecast.units, 'unit')} to ask about"
    ]
    if found.in_ledger:
        lines.append(f"{found.in_ledger:,} calls are answered in the ledger and cost nothing")
    if not found.tasks:
        return [*lines, "no call would be made"]
    lines.append(f"{'task':<12}{'calls':>9}{'prompt tokens':>16}{'answer tokens':>16}")
    for task in found.tasks:
        mark = "" if task.measured else "  (length of answers assumed)"
        lines.append(f"{task.task:<12}{task.calls:>9,}{task.prompt_tokens:>16,}{task.completion_tokens:>16,}{mark}")
    prompt, completion = forecast.prompt_tokens, forecast.completion_tokens
    lines.append(f"{'all':<12}{forecast.calls.expected:>9,.0f}{prompt.expected:>16,.0f}{completion.expected:>16,.0f}")
    lines.append(f"{'90 %':<12}{_span(forecast.calls):>9}{_span(prompt):>16}{_span(completion):>16}")
    if forecast.cost_usd is None:
        price = "the price of this model is not known: --set 'generate.teacher.price={input=0.5, output=2.0}' states it"
    else:
        cost = forecast.cost_usd
        price = f"about ${cost.expected:.2f} (90 %: ${cost.low:.2f} to ${cost.high:.2f})"
        if found.price_as_of:
            price += f", at the list price noted on {found.price_as_of}"
        if found.budget_usd is not None and cost.expected > found.budget_usd:
            price += f"; that is over the budget of ${found.budget_usd:g}"
    return [*lines, price]


def _span(value: Range) -> str:
    return f"{in_words(value.low)}–{in_words(value.high)}"
