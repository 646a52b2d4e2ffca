"""Asks about a few units first, to know what the rest will cost. Their answers are kept, so nothing is paid twice."""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.meter import UnitUsage
from corpusbuilder.pipeline.forecast import LEAST_UNITS, PILOT_UNITS, Forecast, from_pilot, lot, size_of
from corpusbuilder.pipeline.shards import ShardJob, results_of
from corpusbuilder.pipeline.specs import StageSpec
from corpusbuilder.records.document import Unit
from corpusbuilder.stages.contract import Stage
from corpusbuilder.store.workspace import Workspace


def run_pilot(stage: Stage[Any, Any], spec: StageSpec, jobs: Sequence[ShardJob], access: Access) -> Forecast | None:
    """Run a stage over a few of its units, chosen by lot, and scale up what they came to.

    Args:
        stage: the stage, built.
        spec: the same as the runner sees it.
        jobs: all shards that will be made.
        access: through which the stage calls models.

    Returns:
        The forecast, or None when there are too few units to be worth one.

    Raises:
        BackendError, BudgetReachedError, MissingExtraError: the stage cannot go on at all.
    """
    sizes: dict[str, int] = {}
    chosen: list[Unit] = heapq.nsmallest(PILOT_UNITS, _sized(spec, jobs, sizes), key=lambda unit: lot(unit.id))
    if len(sizes) < LEAST_UNITS:
        return None
    measured: dict[str, UnitUsage] = {}
    access.meter.units = measured
    try:
        for _ in results_of(stage, chosen):
            pass  # what the pilot writes is in the ledger; the shards take it from there
    finally:
        access.meter.units = None
        access.meter.pilot = access.meter.sent
    return from_pilot(sizes, measured)


def _sized(spec: StageSpec, jobs: Sequence[ShardJob], sizes: dict[str, int]) -> Iterator[Unit]:
    """Units about which there is something to ask; their sizes go into ``sizes``."""
    for job in jobs:
        config = job.config.generate
        for unit in spec.load(Workspace(job.root), job.document_id):
            if size := size_of(unit, per_unit=config.per_unit, per_figure=config.per_figure):
                sizes[unit.id] = size
                yield unit
