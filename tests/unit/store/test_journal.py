import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.errors import StorageError
from corpusbuilder.store.journal import Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "doc.jsonl.partial"


def write(path, entries, fingerprint="f", keep=True):
    with Journal(path, fingerprint=fingerprint, keep=keep) as journal:
        for key, value in entries.items():
            journal.append(key, value)


def read(path, fingerprint="f", keep=True):
    with Journal(path, fingerprint=fingerprint, keep=keep) as journal:
        return dict(journal.entries)


def test_entries_are_there_after_a_restart(path):
    write(path, {"a": [1], "b": {"é": "ü"}})
    assert read(path) == {"a": [1], "b": {"é": "ü"}}


@given(cut=st.integers(0, 200))
def test_a_journal_cut_anywhere_loses_only_what_was_torn(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("journal") / "doc.partial"
    entries = {f"id-{i}": {"outputs": ["é" * i]} for i in range(6)}
    write(path, entries)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)])
    kept = read(path)
    lines = whole[: max(0, len(whole) - cut)].count(b"\n")
    assert kept == dict(list(entries.items())[: max(0, lines - 1)])
    write(path, {"later": 1})
    assert read(path) == {**kept, "later": 1}


def test_work_done_under_another_fingerprint_is_dropped(path):
    write(path, {"a": 1}, fingerprint="old")
    assert read(path, fingerprint="new") == {}


def test_a_journal_can_be_told_to_start_afresh(path):
    write(path, {"a": 1})
    assert read(path, keep=False) == {}


def test_two_runs_never_share_a_shard(path):
    with (
        Journal(path, fingerprint="f"),
        pytest.raises(StorageError, match="another run"),
        Journal(path, fingerprint="f"),
    ):
        pass


def test_a_line_separator_inside_a_text_does_not_end_an_entry(path):
    write(path, {"a": "one\u2028two\x85three\rfour"})
    assert read(path) == {"a": "one\u2028two\x85three\rfour"}


def test_a_lock_on_a_journal_that_was_finished_meanwhile_is_not_trusted(path):
    with Journal(path, fingerprint="f") as first:
        first.append("a", 1)
        first.remove()
        with Journal(path, fingerprint="f") as second:
            assert second.entries == {}
            with pytest.raises(StorageError, match="another run"), Journal(path, fingerprint="f"):
                pass


def test_what_the_disk_lost_in_the_middle_is_cut_off(path):
    write(path, {"a": 1, "b": 2, "c": 3})
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + b"\0" * len(lines[2]) + lines[3])
    assert read(path) == {"a": 1}


def test_only_what_a_later_run_takes_up_waits_for_the_disk(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(os, "fsync", waits.append)
    for durable, expected in ((True, 3), (False, 0)):
        with Journal(tmp_path / f"{durable}.partial", fingerprint="f", durable=durable) as journal:
            journal.append("a", {"n": 1})
            journal.append("b", {"n": 2})
        assert (len(waits), list(journal.entries)) == (expected, ["a", "b"])
        waits.clear()
