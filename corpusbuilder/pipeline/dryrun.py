"""Goes through the motions of a stage that calls models, and sends nothing."""

from collections import defaultdict
from dataclasses import replace

from corpusbuilder.backends.teachers.passes.forecast import ASSUMED_TOKENS, follow_ups
from corpusbuilder.pipeline.calling import FOLDER
from corpusbuilder.pipeline.forecast import DryRun, from_dry_run
from corpusbuilder.pipeline.runner import Runner
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.store.ledger import CallFilter, CallLedger


def dry_run(runner: Runner) -> DryRun:
    """What ``generate`` would send now. The runner's access must be in mode ``estimate``.

    Raises:
        MissingInputError: nothing was parsed yet.
    """
    config = runner.config.generate
    spec, jobs = SPECS["generate"], runner.plan("generate")
    units = 0
    if spec.calls_models(runner.config):
        stage = runner.built("generate")
        for job in jobs:
            inputs = spec.load(runner.workspace, job.document_id)
            units += len(inputs)
            for _ in stage.process(inputs):
                pass  # the estimate counts the calls; nothing can be made of them
    teacher = config.teacher.model_dump()
    seen = runner.access.estimate.would_send
    later = [
        follow
        for item in seen
        for follow in follow_ups(
            item,
            per_unit=config.per_unit,
            per_figure=config.per_figure,
            questions_per_call=teacher.get("questions_per_call", 1),
        )
    ]
    model = teacher.get("model")
    price = runner.access.known_price(config.teacher)
    found = from_dry_run(
        documents=len(jobs),
        units=units,
        would_send=[*seen, *later],
        in_ledger=runner.access.meter.found,
        lengths=_lengths(runner, model),
        assumed=ASSUMED_TOKENS,
        price=price,
    )
    return replace(found, calls_models=spec.calls_models(runner.config), budget_usd=config.budget_usd)


def _lengths(runner: Runner, model: str | None) -> dict[str, float]:
    """Mean length of the ledger's answers by task, in tokens."""
    folder = runner.workspace.root / FOLDER
    if model is None or not folder.is_dir():
        return {}
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    with CallLedger.open_for_reading(folder) as ledger:
        for call in ledger.heads(CallFilter(model=model)):
            lengths[call.task] += [a.completion_tokens for a in call.answers if a.completion_tokens is not None]
    return {task: sum(tokens) / len(tokens) for task, tokens in lengths.items() if tokens}
