import os
import signal
import subprocess
import sys
import time

import pytest
from processes import family, left_after

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


RUN = """
import hashlib, os, sys
from corpusbuilder.engines.local import LocalEngine

def occupy(seconds):
    os.write(1, b"busy\\n")  # one write: two workers share this pipe
    hashlib.pbkdf2_hmac("sha256", b"", b"", int(seconds * 3e6))  # C that releases the GIL
    return seconds

if __name__ == "__main__":
    before = dict(os.environ)
    with LocalEngine(2) as engine:
        for outcome in engine.run(occupy, [float(argument) for argument in sys.argv[1:]]):
            print(outcome.value)
    assert dict(os.environ) == before
"""


@pytest.fixture
def script(tmp_path):
    folder = tmp_path / "script"
    folder.mkdir()
    (folder / "run.py").write_text(RUN)
    return folder / "run.py"


def test_workers_in_c_code_end_within_a_second_of_the_run_being_killed(script):
    with subprocess.Popen([sys.executable, script, "60", "60"], stdout=subprocess.PIPE, text=True) as run:
        said = [run.stdout.readline() for _ in range(2)]
        processes = family(run.pid)
        run.kill()
        left = left_after(processes, seconds=1.0)
    assert said == ["busy\n"] * 2
    assert len(processes) >= 3  # two workers and the fork server
    assert left == []


def test_modules_in_the_current_folder_are_not_run_and_the_environment_stays(script, tmp_path):
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("socket", "selectors", "struct", "pydantic", "corpusbuilder"):
        (trap / f"{name}.py").write_text("raise SystemExit('the trap')")
    done = subprocess.run(
        [sys.executable, script, "0.01"], cwd=trap, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "busy\n0.01\n", "")
