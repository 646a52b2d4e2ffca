import threading
import time

import pytest

from corpusbuilder.engines.base import Finished
from corpusbuilder.engines.threads import ThreadEngine
from corpusbuilder.errors import BackendError


def test_every_job_gives_one_outcome():
    outcomes = list(ThreadEngine(4, lambda: None).run(lambda n: n * n, range(20)))
    assert all(isinstance(outcome, Finished) for outcome in outcomes)
    assert sorted((o.job, o.value) for o in outcomes) == [(n, n * n) for n in range(20)]


def test_jobs_share_the_memory_of_the_process():
    seen = set()
    list(ThreadEngine(3, lambda: None).run(lambda n: seen.add((n, threading.get_ident())), range(9)))
    assert {n for n, _ in seen} == set(range(9))


def test_no_more_jobs_run_at_a_time_than_there_are_threads():
    lock, running, highest = threading.Lock(), 0, 0

    def job(_):
        nonlocal running, highest
        with lock:
            running += 1
            highest = max(highest, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    list(ThreadEngine(3, lambda: None).run(job, range(12)))
    assert highest == 3


def test_the_first_error_stops_the_run_and_drops_what_has_not_begun():
    stopped, begun = threading.Event(), []

    def job(n):
        begun.append(n)
        if n == 0:
            raise BackendError("the endpoint is gone")
        stopped.wait(5)

    with pytest.raises(BackendError, match="gone"):
        list(ThreadEngine(2, stopped.set).run(job, range(50)))
    assert stopped.is_set()
    assert len(begun) < 10


def test_a_run_that_ends_well_is_not_stopped():
    stopped = threading.Event()
    list(ThreadEngine(2, stopped.set).run(lambda n: n, range(3)))
    assert not stopped.is_set()


def test_jobs_under_way_are_waited_for_when_the_caller_gives_up():
    ended = []

    def job(n):
        time.sleep(0.05)
        ended.append(n)

    outcomes = ThreadEngine(2, lambda: None).run(job, range(4))
    next(outcomes)
    outcomes.close()
    assert len(ended) >= 2
    before = len(ended)
    time.sleep(0.12)
    assert len(ended) == before
