from pathlib import Path

import pytest

from corpusbuilder.errors import StorageError
from corpusbuilder.store.folders import put_back, replaced_folder


@pytest.fixture
def folder(tmp_path):
    """A folder that holds something old."""
    there = tmp_path / "data"
    there.mkdir()
    (there / "old").write_text("old")
    return there


def fill(place):
    place.mkdir()
    (place / "new").write_text("new")


def fails(place, error):
    fill(place)
    raise error


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_new_folder_takes_the_place_of_the_old_one_and_nothing_is_left_beside(folder):
    with replaced_folder(folder) as fresh:
        fill(fresh)
        assert names(folder) == ["old"]
    assert names(folder) == ["new"]
    assert names(folder.parent) == ["data"]


def test_it_can_be_the_first(tmp_path):
    with replaced_folder(tmp_path / "data") as fresh:
        fill(fresh)
    assert names(tmp_path / "data") == ["new"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_was_not_finished_vanishes_and_the_old_one_stays(folder, error):
    with pytest.raises(error), replaced_folder(folder) as fresh:
        fails(fresh, error)
    assert names(folder.parent) == ["data"]
    assert names(folder) == ["old"]


def test_the_old_one_is_put_back_when_the_new_one_cannot_take_its_place(folder, monkeypatch):
    rename = Path.rename

    def refuses_the_new_one(self, place):
        if self.name.endswith("-partial"):
            raise OSError(5, "Input/output error")
        return rename(self, place)

    monkeypatch.setattr(Path, "rename", refuses_the_new_one)
    with pytest.raises(StorageError, match="Input/output error"), replaced_folder(folder) as fresh:
        fill(fresh)
    assert names(folder.parent) == ["data"]
    assert names(folder) == ["old"]


def test_what_a_killed_process_left_is_put_right(folder):
    folder.rename(folder.with_name(".data.corpusbuilder-old"))
    fill(folder.with_name(".data.corpusbuilder-partial"))
    put_back(folder)
    assert names(folder) == ["old"]
    with replaced_folder(folder) as fresh:
        assert not fresh.exists()
        fill(fresh)
    assert names(folder.parent) == ["data"]
    assert names(folder) == ["new"]


def test_nothing_is_put_back_over_what_is_there(folder):
    fill(folder.with_name(".data.corpusbuilder-old"))
    put_back(folder)
    assert names(folder) == ["old"]
