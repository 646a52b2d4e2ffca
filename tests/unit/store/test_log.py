import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.errors import StorageError
from corpusbuilder.records.base import Record
from corpusbuilder.store.log import AppendLog


class Line(Record):
    number: int
    text: str = ""


def log(path):
    return AppendLog(path / "deep" / "log.jsonl", Line)


def test_what_is_appended_is_read_in_order(tmp_path):
    assert log(tmp_path).append([Line(number=1, text="é😀\n"), Line(number=2)]) == 2
    log(tmp_path).append([Line(number=3)])
    assert [line.number for line in log(tmp_path).read()] == [1, 2, 3]
    assert next(log(tmp_path).read()).text == "é😀\n"


def test_a_log_that_was_never_written_is_empty(tmp_path):
    assert list(log(tmp_path).read()) == []
    assert log(tmp_path).sha256() is None
    assert log(tmp_path).append([]) == 0
    assert not (tmp_path / "deep").exists()


@given(cut=st.integers(0, 400), long=st.integers(0, 100_000))
def test_a_torn_line_is_passed_over_and_then_cut_off(tmp_path_factory, cut, long):
    folder = tmp_path_factory.mktemp("log")
    log(folder).append([*(Line(number=n, text="x" * n) for n in range(5)), Line(number=5, text="y" * long)])
    path = log(folder).path
    whole = path.read_bytes()
    left = whole[: max(0, len(whole) - cut)]
    path.write_bytes(left)
    kept = left.count(b"\n")
    assert [line.number for line in log(folder).read()] == list(range(kept))
    log(folder).append([Line(number=99)])
    assert [line.number for line in log(folder).read()] == [*range(kept), 99]


def test_a_line_that_is_whole_and_wrong_is_named_and_not_cut_off(tmp_path):
    log(tmp_path).append([Line(number=1)])
    path = log(tmp_path).path
    path.write_bytes(path.read_bytes() + b'{"number": "many"}\n')
    with pytest.raises(StorageError, match=r"log\.jsonl, line 2: not a valid Line: number"):
        list(log(tmp_path).read())
    log(tmp_path).append([Line(number=3)])
    assert path.read_bytes().count(b"\n") == 3
