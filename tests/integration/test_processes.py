"""A run that is ended from outside leaves no process behind, says how to go on, and can be run again at once."""

import os
import signal
import subprocess

import pytest
from processes import busy, family, left_after, until, write_endless_book
from running import command, corpusbuilder


@pytest.fixture
def hanging(tmp_path):
    """A run whose worker waits for a page that hangs in C, in a process group of its own."""
    book = write_endless_book(tmp_path / "endless.pdf")
    run = subprocess.Popen(
        command("parse", book, "-w", tmp_path / "ws"), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    hangs = until(lambda: busy(helpers(run.pid), cpu_s=1.5), seconds=30)
    processes = family(run.pid)
    yield run
    run.kill()
    run.communicate()
    assert hangs
    assert left_after(processes, seconds=0) == []


def helpers(pid):
    return [process for process in family(pid) if any("pdf.helper" in part for part in process.cmdline())]


def killed_group(run, number):
    os.killpg(run.pid, number)


def killed_alone(run, number):
    os.kill(run.pid, number)


@pytest.mark.parametrize(
    ("end", "number"),
    [(killed_alone, signal.SIGTERM), (killed_group, signal.SIGINT), (killed_group, signal.SIGTERM)],
    ids=["SIGTERM alone", "Ctrl-C", "SIGTERM for all"],
)
def test_an_interrupted_run_ends_in_order_with_all_its_processes(hanging, end, number):
    processes = family(hanging.pid)
    end(hanging, number)
    _, err = hanging.communicate(timeout=10)
    assert hanging.returncode == 130
    assert left_after(processes, seconds=1.0) == []
    assert "to go on: corpusbuilder parse" in err
    assert "Traceback" not in err


def test_a_run_that_was_killed_alone_can_be_run_again(hanging, tmp_path):
    processes = family(hanging.pid)
    killed_alone(hanging, signal.SIGKILL)
    assert left_after(processes, seconds=1.0) == []
    again = corpusbuilder("parse", "-w", tmp_path / "ws", "--set", "parse.page_timeout_s=0.5")
    assert "another run" not in again.err
    assert "1 made" in again.err
