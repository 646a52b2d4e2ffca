import os
import signal
import time

import pytest

from corpusbuilder.engines.base import Crashed, Finished
from corpusbuilder.engines.local import LocalEngine
from corpusbuilder.errors import BackendError, RecordError


def square(number):
    return number * number


def die_on_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def refuse(number):
    if number == 0:
        raise BackendError(f"endpoint {number} is gone", hint="start it")
    time.sleep(0.05)
    return number


def reject(number):
    raise RecordError("odd", f"{number} is odd", hint="take another")


def test_every_job_has_one_outcome():
    with LocalEngine(2) as engine:
        outcomes = list(engine.run(square, range(20)))
    assert sorted((o.job, o.value) for o in outcomes) == [(n, n * n) for n in range(20)]


def test_a_worker_that_dies_costs_its_job_only():
    with LocalEngine(2) as engine:
        outcomes = list(engine.run(die_on_three, range(8)))
    assert sorted(o.job for o in outcomes if isinstance(o, Finished)) == [0, 1, 2, 4, 5, 6, 7]
    (crash,) = [o for o in outcomes if isinstance(o, Crashed)]
    assert (crash.job, crash.reason) == (3, "the worker process was ended by signal SIGKILL")


def test_an_error_arrives_with_its_hint_and_stops_the_run():
    with pytest.raises(BackendError) as caught, LocalEngine(1) as engine:
        list(engine.run(refuse, range(50)))
    assert (caught.value.message, caught.value.hint) == ("endpoint 0 is gone", "start it")


def test_a_reason_code_crosses_the_border_between_processes():
    with pytest.raises(RecordError) as caught, LocalEngine(1) as engine:
        list(engine.run(reject, [1]))
    assert caught.value.reason_code == "odd"


def test_one_pool_serves_several_stages():
    with LocalEngine(1) as engine:
        pids = {next(iter(engine.run(_pid, [n]))).value for n in range(3)}
    assert len(pids) == 1


def _pid(_):
    return os.getpid()
