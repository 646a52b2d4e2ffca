"""Killed at any instant, a run goes on and ends in the same workspace."""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest
from running import command, corpusbuilder, tree

KILLS = 12


def kill_after(seconds, books, workspace):
    """Start a build in a process group of its own and kill the whole group; whether it was still running."""
    process = subprocess.Popen(
        command("build", books, "-w", workspace, "-q"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


@pytest.mark.slow
def test_a_run_killed_at_random_instants_ends_byte_for_byte_the_same(built, tmp_path):
    books = built.parent / "books"
    began = time.monotonic()
    assert corpusbuilder("build", books, "-w", tmp_path / "timed", "-q").code == 0
    whole = time.monotonic() - began
    chance = random.Random(20261122)
    killed = 0
    while killed < KILLS:
        if kill_after(chance.uniform(0.0, 0.6) * whole, books, tmp_path / "ws"):
            killed += 1
        else:
            shutil.rmtree(tmp_path / "ws")  # it came to its end between two kills: begin again
        time.sleep(0.05)  # the kernel closes the files of the dead, and with them their locks
    done = corpusbuilder("build", books, "-w", tmp_path / "ws", "-q")
    assert done.code == 0, done.err
    assert tree(tmp_path / "ws") == tree(built)


def test_an_interrupted_run_says_how_to_go_on_and_does(built, tmp_path):
    books = built.parent / "books"
    process = subprocess.Popen(
        command("build", books, "-w", tmp_path / "ws"), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not list((tmp_path / "ws" / "parse").glob("*.partial")):
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "to go on: corpusbuilder build" in err
    assert corpusbuilder("build", "-w", tmp_path / "ws", "-q").code == 0
    assert tree(tmp_path / "ws") == tree(built)


def test_two_runs_at_once_do_not_damage_one_another(built, tmp_path):
    books = built.parent / "books"
    runs = [
        subprocess.Popen(command("build", books, "-w", tmp_path / "ws", "-q"), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [run.communicate(timeout=300)[1] for run in runs]
    for run, error in zip(runs, errors, strict=True):
        assert run.returncode == 0 or "another run is working on" in error, error
    assert corpusbuilder("build", books, "-w", tmp_path / "ws", "-q").code == 0
    assert tree(tmp_path / "ws") == tree(built)
