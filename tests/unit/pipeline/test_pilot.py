import builders
import pytest

from corpusbuilder.backends.models.meter import UnitUsage
from corpusbuilder.config import load
from corpusbuilder.errors import BackendError
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.forecast import LEAST_UNITS, PILOT_UNITS, lot
from corpusbuilder.pipeline.pilot import run_pilot
from corpusbuilder.pipeline.shards import ShardJob
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.stages.contract import Done
from corpusbuilder.store.workspace import Workspace

SPEC = SPECS["generate"]
IDS = [f"unit-{number}" for number in range(LEAST_UNITS)]
CHOSEN = sorted(IDS, key=lot)[:PILOT_UNITS]


class Stage:
    """Asks once about each unit, and fails on one of them."""

    needs_all = False
    name = "generate"

    def __init__(self, access, error):
        self._access = access
        self._error = error

    def process(self, units):
        for unit in units:
            if unit.id == CHOSEN[0]:
                raise self._error
            self._access.meter.units[unit.id] = UnitUsage(calls=3)
            yield Done(unit.id, ())


@pytest.fixture
def given(tmp_path):
    """All that a pilot is given, apart from its stage."""
    workspace, config = Workspace(tmp_path), load(None, environ={})
    units = [builders.unit().model_copy(update={"id": name}) for name in IDS]
    workspace.shard("parse", "doc-1").write([unit.model_dump_json().encode() for unit in units], [])
    job = ShardJob(root=tmp_path, stage="generate", config=config, document_id="doc-1", fingerprint={})
    return [job], access_for(workspace, config, environ={})


def test_a_unit_that_breaks_the_stage_does_not_end_the_pilot(given):
    jobs, access = given
    forecast = run_pilot(Stage(access, KeyError("bug")), SPEC, jobs, access)
    assert forecast.from_units == PILOT_UNITS - 1
    assert forecast.calls.expected == pytest.approx(3 * (LEAST_UNITS - forecast.from_units))


def test_a_model_that_cannot_be_asked_ends_it(given):
    jobs, access = given
    with pytest.raises(BackendError, match="gone"):
        run_pilot(Stage(access, BackendError("gone")), SPEC, jobs, access)
    assert access.meter.units is None


def test_few_units_need_no_pilot(given):
    jobs, access = given
    job = jobs[0]
    shard = Workspace(job.root).shard("parse", job.document_id)
    shard.write(shard.data.read_bytes().splitlines()[1:], [])
    assert run_pilot(Stage(access, KeyError("never asked")), SPEC, jobs, access) is None
