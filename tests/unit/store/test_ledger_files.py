"""Several writers, killed writers, damaged files, full disks."""

import asyncio
import fcntl
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import ledger_calls
import pytest
from ledger_calls import answer, body_of, call, keep, key_of, states

from corpusbuilder.errors import StorageError
from corpusbuilder.records.call import CallState
from corpusbuilder.store.ledger import CallLedger, reading


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ledger"


def files(folder):
    return sorted(path.name for path in folder.glob("*.sqlite"))


def start_writer(folder, name):
    command = [sys.executable, ledger_calls.__file__, str(folder), name]
    root = Path(__file__).parents[3]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)})


def kill_after(seconds, *writers):
    """SIGKILL so long after each has begun; returns the keys that they said were kept."""
    first = [writer.stdout.readline() for writer in writers]
    rest = [[] for _ in writers]
    readers = [
        threading.Thread(target=lambda w=w, lines=lines: lines.extend(w.stdout), daemon=True)
        for w, lines in zip(writers, rest, strict=True)
    ]
    for reader in readers:
        reader.start()
    time.sleep(seconds)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    for writer, reader in zip(writers, readers, strict=True):
        writer.wait()
        reader.join()
        writer.stdout.close()
    lines = [*first, *(line for lines in rest for line in lines)]
    return [line.strip() for line in lines if line.endswith("\n")]


def test_nothing_that_was_kept_is_lost_when_writers_are_killed(folder):
    """Twelve kills at random instants, two writers at a time over the same folder."""
    instants = random.Random(3)
    kept = []
    for turn in range(6):
        writers = [start_writer(folder, f"{turn}/{side}") for side in ("left", "right")]
        kept += kill_after(instants.uniform(0, 0.25), *writers)
        with CallLedger(folder) as ledger:
            if turn % 2:  # the next writers find logs that somebody took in, or that nobody has
                ledger.plan(call(turn))
            lost = [key for key in kept if (found := ledger.find(key)) is None or found.body != body_of(key)]
            assert lost == []
    assert len(kept) > 12 * 16
    assert len(files(folder)) == 2  # files of the dead are written on
    with CallLedger.open_for_reading(folder) as again:
        entries = {entry.call.key: entry for entry in again.entries()}
    assert entries.keys() >= set(kept)
    assert all(entries[key].answer.body == body_of(key) for key in kept)
    assert {entries[key].state for key in kept} <= {CallState.ANSWERED, CallState.PARSED}


def test_a_killed_writers_log_is_read_without_changing_it(folder):
    kept = kill_after(0.1, start_writer(folder, "only"))
    before = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
    with CallLedger.open_for_reading(folder) as ledger:
        assert all(ledger.find(key).body == body_of(key) for key in kept)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")} == before


@pytest.mark.parametrize("harm", ["cut", "garbled"])
def test_a_torn_log_costs_what_was_torn_only(folder, tmp_path, harm):
    with CallLedger(folder) as ledger:
        for number in range(20):
            keep(ledger, (call(number), answer(body_of(key_of(number)))))
        copy = tmp_path / "copy"  # as a crash of the machine would leave it
        shutil.copytree(folder, copy)
    (log,) = copy.glob("*-wal")
    data = log.read_bytes()
    end = len(data) * 2 // 3
    log.write_bytes(data[:end] if harm == "cut" else data[:end] + bytes(len(data) - end))
    with CallLedger(copy) as again:
        found = [number for number in range(20) if again.find(key_of(number))]
        assert found == list(range(len(found)))
        assert 0 < len(found) < 20
        assert all(again.find(key_of(number)).body == body_of(key_of(number)) for number in found)
        keep(again, (call("later"), answer(b"later")))
    with CallLedger.open_for_reading(copy) as reader:
        assert len(states(reader)) == len(found) + 1


def test_two_writers_have_a_file_each_and_see_one_another(folder):
    with CallLedger(folder) as one, CallLedger(folder) as other:
        for number in range(10):
            keep(one, (call(f"one {number}"), answer(b"1", price_usd=0.5)))
            keep(other, (call(f"other {number}"), answer(b"2", price_usd=0.25)))
            assert one.find(key_of(f"other {number}")).body == b"2"
            assert other.find(key_of(f"one {number}")).body == b"1"
            assert one.spent_usd() == other.spent_usd() == 0.75 * (number + 1)
        one.remember("mode", "fenced")
        keep(one, (call("more"), answer()))
        assert other.recall("mode") == "fenced"
    assert len(files(folder)) == 2
    with CallLedger.open_for_reading(folder) as again:
        assert len(states(again)) == 21


def test_of_what_two_writers_say_the_last_word_counts(folder):
    with CallLedger(folder) as one, CallLedger(folder) as other:
        other.plan(call("x"))
        keep(one, (call("a"), answer(b"first")))
        keep(other, (call("a"), answer(b"second")))
        other.settle(key_of("a"), CallState.MALFORMED, "no")
        keep(other, (call("b"), answer()))
        one.settle(key_of("a"), CallState.PARSED)
        keep(one, (call("c"), answer()))
        for ledger in (one, other):
            assert ledger.find(key_of("a")).body == b"second"
            assert states(ledger)[key_of("a")] is CallState.PARSED


def test_what_another_file_says_already_is_not_said_again(folder):
    with CallLedger(folder) as one, CallLedger(folder) as other:
        keep(one, (call("a"), answer()))
        one.settle(key_of("a"), CallState.PARSED)
        keep(one, (call("b"), answer()))
        keep(other, (call("c"), answer()))
        other.settle(key_of("a"), CallState.PARSED)
    with closing(sqlite3.connect(folder / files(folder)[1])) as second:
        assert second.execute("SELECT key FROM outcomes").fetchall() == [(key_of("c"),)]


def test_a_file_whose_writer_is_done_is_written_on(folder):
    for number in range(3):
        with CallLedger(folder) as ledger:
            keep(ledger, (call(number), answer()))
    assert len(files(folder)) == 1
    with CallLedger.open_for_reading(folder) as again:
        assert len(states(again)) == 3


def test_a_file_that_is_being_read_is_left_alone_by_writers(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()))
    with CallLedger.open_for_reading(folder) as reader, CallLedger(folder) as writer:
        keep(writer, (call("b"), answer()))
        assert len(files(folder)) == 2
        assert reader.find(key_of("b")) == answer()


def test_hosts_have_files_of_their_own(folder, monkeypatch):
    for host in ("node-1", "node-2"):
        monkeypatch.setattr("socket.gethostname", lambda host=host: host)
        with CallLedger(folder) as ledger:
            keep(ledger, (call(host), answer()))
    assert len({name.split("-")[0] for name in files(folder)}) == 2
    with CallLedger.open_for_reading(folder) as again:
        assert set(states(again)) == {key_of("node-1"), key_of("node-2")}


def test_what_another_host_is_writing_is_left_out_until_it_is_done(folder, monkeypatch):
    with CallLedger(folder) as theirs:
        keep(theirs, (call("a"), answer()))
        monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
        with CallLedger(folder) as ours:
            assert ours.find(key_of("a")) is None
            assert [path.name for path in ours.skipped] == files(folder)
            theirs.close()
            assert ours.find(key_of("a")) == answer()
            assert ours.skipped == ()


def test_a_copy_without_locks_is_read_and_written_on(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()))
    for path in folder.glob("*.lock"):
        path.unlink()
    before = sorted(path.name for path in folder.iterdir())
    with CallLedger.open_for_reading(folder) as reader:
        assert reader.find(key_of("a")) == answer()
    assert sorted(path.name for path in folder.iterdir()) == before
    with CallLedger(folder) as ledger:
        keep(ledger, (call("b"), answer()))
        assert ledger.find(key_of("a")) == answer()
    assert len(files(folder)) == 1


@pytest.mark.parametrize("left", [b"", "no tables"])
def test_a_file_whose_writer_was_killed_at_birth_is_taken_over(folder, left):
    folder.mkdir()
    path = folder / f"{reading.host_digest()}-0001.sqlite"
    if left:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    else:
        path.write_bytes(left)
    with CallLedger.open_for_reading(folder) as reader:
        assert reader.find("a") is None
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()))
    assert files(folder) == [path.name]


def damage(path, harm):
    if harm == "newer":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
    elif harm == "foreign":
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE recipes (name)")
    elif harm == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif harm == "stub":
        os.truncate(path, 50)
    elif harm == "no database":
        path.write_bytes(b"%PDF-1.7 " * 1000)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ("newer", "ledger version 99"),
        ("foreign", "no ledger"),
        ("cut", "damaged"),
        ("stub", "damaged"),
        ("no database", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_kept(folder, harm, message):
    with CallLedger(folder) as one, CallLedger(folder) as other:
        keep(one, *((call(number), answer(bytes(3000))) for number in range(20)))
        keep(other, (call("whole"), answer(b"whole")))
    bad, good = (folder / name for name in files(folder))
    damage(bad, harm)
    data, whole = bad.read_bytes(), good.read_bytes()
    for use in (lambda: CallLedger.open_for_reading(folder), lambda: CallLedger(folder).plan(call("new"))):
        with pytest.raises(StorageError, match=message) as caught:
            use()
        assert str(bad) in caught.value.message
        assert "out of the folder" in caught.value.hint
    assert (bad.read_bytes(), good.read_bytes()) == (data, whole)
    bad.rename(folder.parent / "moved.sqlite")
    with CallLedger.open_for_reading(folder) as again:
        assert again.find(key_of("whole")).body == b"whole"


def test_damage_inside_a_file_is_named_when_it_is_met(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, *((call(number), answer(bytes(3000))) for number in range(50)))
    (path,) = folder.glob("*.sqlite")
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    path.write_bytes(data)
    with CallLedger.open_for_reading(folder) as again:
        for use in (lambda: [again.find(key_of(n)) for n in range(50)], lambda: list(again.entries())):
            with pytest.raises(StorageError, match="damaged") as caught:
                use()
            assert str(path) in caught.value.message


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_fills_fails_every_keep_that_waits_and_hangs_nobody(small_disk):
    kept, told = [], []

    async def work(ledger, worker):
        for number in range(40):
            asked = call(f"{worker}/{number}")
            try:
                await ledger.keep(asked, answer(bytes(4000)))
            except StorageError as error:
                told.append(error)
                return
            kept.append(asked.key)

    async def fill(ledger):
        await asyncio.wait_for(asyncio.gather(*(work(ledger, worker) for worker in range(16))), 30)

    with CallLedger(small_disk / "ledger") as ledger:
        asyncio.run(fill(ledger))
        assert (len(told), len(kept) > 0) == (16, True)
        assert all("no space left on the disk" in error.message for error in told)
        with pytest.raises(StorageError, match="no space left"):
            ledger.plan(call("more"))
        with pytest.raises(StorageError, match="no space left"):
            keep(ledger, (call("more"), answer(bytes(900_000))))
        subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
        keep(ledger, (call("more"), answer()))  # an answer on its way is saved once there is room
        ledger.plan(call("next"))
    with CallLedger.open_for_reading(small_disk / "ledger") as again:
        assert set(states(again)) == {*kept, key_of("more"), key_of("next")}


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_ledger_on_a_full_disk_closes_and_keeps_what_it_has(small_disk):
    with CallLedger(small_disk / "ledger") as ledger:
        keep(ledger, (call("a"), answer()))
        with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        with pytest.raises(StorageError, match="no space left"):
            keep(ledger, (call("b"), answer(bytes(500_000))))
    with CallLedger.open_for_reading(small_disk / "ledger") as again:
        assert set(states(again)) == {key_of("a")}


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_sent(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with CallLedger(tmp_path / "file" / "ledger") as ledger, pytest.raises(StorageError, match="file"):
        ledger.plan(call("a"))


def test_a_lock_is_free_again_when_its_ledger_is_closed(folder):
    with CallLedger(folder) as ledger:
        keep(ledger, (call("a"), answer()))
    (lock,) = folder.glob("*.lock")
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
