import json
import os
import resource
import shutil
from pathlib import Path

import pytest
from export_release import example, make, text_example

from corpusbuilder.errors import MissingInputError, StorageError, UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.making import MARK, make_export, notice
from corpusbuilder.exports.registry import FORMATS, find_format, find_trace

PLAIN = ExportOptions()


@pytest.fixture
def release(released):
    return released(example(), text_example(question_type="definition"))


@pytest.fixture
def target(tmp_path):
    return tmp_path / "made" / "llava"


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_table_can_be_made(release, tmp_path, name):
    made = make_export(name, release, tmp_path / "a", PLAIN)
    again = make_export(name, release, tmp_path / "b", PLAIN)
    first = bytes_of(made.folder)
    assert first == bytes_of(again.folder)
    assert sum(made.report.rows.values()) > 0
    assert str(tmp_path).encode() not in b"".join(first.values())


def test_an_export_that_is_there_already_is_not_made_again(release, target):
    first = make_export("llava", release, target, PLAIN)
    before = (target / "train.json").stat().st_ino
    second = make_export("llava", release, target, PLAIN)
    assert (first.cached, second.cached) == (False, True)
    assert second.report == first.report
    assert (target / "train.json").stat().st_ino == before
    assert not make_export("llava", release, target, PLAIN, force=True).cached


def test_an_export_that_was_moved_says_where_it_is_now(release, target, tmp_path):
    make_export("llava", release, target, PLAIN)
    moved = target.rename(tmp_path / "données")
    found = make_export("llava", release, moved, PLAIN)
    assert found.cached
    assert f'"{moved}/train.json"' in found.report.usage


def test_a_folder_whose_name_is_no_unicode_can_be_exported_to(release, tmp_path):
    made = make_export("llava", release, tmp_path / os.fsdecode(b"d\xff"), PLAIN)
    assert made.report.usage.encode()
    assert (made.folder / "train.json").exists()


@pytest.mark.parametrize("lost", ["data/examples", "data/figures"])
def test_a_copy_of_a_release_that_lacks_rows_is_not_exported(release, target, lost):
    shutil.rmtree(release.path / lost)
    with pytest.raises(StorageError, match="this copy of it is not whole"):
        make_export("llava", release, target, PLAIN)
    assert not target.exists()


def test_the_earlier_export_stays_when_the_new_one_cannot_take_its_place(release, target, monkeypatch):
    make_export("llava", release, target, PLAIN)
    before = bytes_of(target)
    rename = Path.rename

    def fails_once(self, place):
        if self.name.endswith("-partial"):
            raise OSError(5, "Input/output error")
        return rename(self, place)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(StorageError, match="Input/output error"):
        make_export("llava", release, target, PLAIN, force=True)
    assert bytes_of(target) == before


def test_other_options_or_another_format_replace_an_export_whole(release, target):
    make_export("llava", release, target, PLAIN)
    make_export("ms-swift", release, target, ExportOptions(trace="think"))
    assert (target / "train.jsonl").exists()
    assert not (target / "train.json").exists()
    assert [path.name for path in target.parent.iterdir()] == ["llava"]


def test_a_folder_with_files_of_the_users_is_refused_and_left_alone(release, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("precious")
    for force in (False, True):
        with pytest.raises(UsageError, match="no earlier export"):
            make_export("llava", release, tmp_path / "thesis", PLAIN, force=force)
    assert bytes_of(tmp_path / "thesis") == {"chapter.tex": b"precious"}


def test_a_file_that_was_put_into_an_export_is_never_deleted(release, target):
    make_export("llava", release, target, PLAIN)
    (target / "images" / "mine.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"mine\.png"):
        make_export("qwen", release, target, PLAIN, force=True)
    assert (target / "images" / "mine.png").read_bytes() == b"mine"


def test_a_file_that_was_changed_is_replaced_only_by_force(release, target):
    make_export("llava", release, target, PLAIN)
    (target / "train.json").write_text("[]")
    with pytest.raises(UsageError, match=r"train\.json was changed") as refusal:
        make_export("llava", release, target, PLAIN)
    assert "--force" in refusal.value.hint
    assert not make_export("llava", release, target, PLAIN, force=True).cached
    assert len(json.loads((target / "train.json").read_text())) == 2


def test_a_damaged_mark_is_no_licence_to_delete(release, target):
    make_export("llava", release, target, PLAIN)
    (target / MARK).write_text("{")
    with pytest.raises(StorageError, match="nothing in its folder is touched"):
        make_export("llava", release, target, PLAIN, force=True)
    assert (target / "train.json").exists()


@pytest.mark.parametrize("place", ["release", "release/data/llava"])
def test_an_export_does_not_stand_inside_of_the_release(release, tmp_path, place):
    with pytest.raises(UsageError, match="inside of the release"):
        make_export("llava", release, tmp_path / place, PLAIN)


def test_a_file_in_the_place_of_the_folder_is_refused(release, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="not a folder"):
        make_export("llava", release, tmp_path / "file", PLAIN)


def test_a_file_in_the_way_to_the_folder_is_refused(release, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt is a file"):
        make_export("llava", release, tmp_path / "notes.txt" / "a" / "b", PLAIN)


def test_a_failed_export_leaves_nothing_behind(release, target):
    make_export("llava", release, target, PLAIN)
    before = bytes_of(target)
    for path in release.parquet_files("figures"):
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(StorageError, match="figures"):
        make_export("llava", release, target, PLAIN, force=True)
    assert bytes_of(target) == before
    assert [path.name for path in target.parent.iterdir()] == ["llava"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_disk_that_takes_no_byte_more_is_named_and_nothing_stays(release, target, name):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(StorageError, match="File too large"):
            make_export(name, release, target, PLAIN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(target.parent.iterdir()) == []


def test_a_stand_off_release_is_to_be_hydrated_first(tmp_path):
    bare = make(tmp_path / "bare", [example()], kind="stand_off")
    with pytest.raises(UsageError, match="stand-off") as refusal:
        make_export("llava", bare, tmp_path / "out", PLAIN)
    assert "hydrate" in refusal.value.hint
    assert not (tmp_path / "out").exists()


def test_a_release_without_examples_makes_no_export(tmp_path):
    with pytest.raises(MissingInputError):
        make_export("llava", make(tmp_path / "bare", []), tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_an_export_that_would_hold_nothing_says_why(tmp_path):
    with pytest.raises(MissingInputError, match="1 are left out: their answer is none of their choices"):
        make_export("llava", make(tmp_path / "one", [example(answer="Moon")]), tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_the_notice_names_whose_work_it_is(tmp_path):
    evil = make(tmp_path / "release", [example()], title="Cells\n- <b>Free</b>\x1b[2J: CC0-1.0")
    folder = make_export("llava", evil, tmp_path / "out", PLAIN).folder
    lines = (folder / "NOTICE.txt").read_text().splitlines()
    assert "release leaves, version 1.0.0" in lines[0]
    assert len(lines) == 3
    assert lines[2].startswith("- Cells - ‹b›Free‹/b›")
    assert lines[2].endswith(": CC-BY-4.0")


def test_a_name_of_a_release_does_not_add_lines_to_the_notice(tmp_path):
    release = make(tmp_path / "release", [example()], name="leaves\n- Everything: CC0-1.0")
    assert not any(line.startswith("- Everything") for line in notice(release).splitlines())


@pytest.mark.parametrize(("name", "advice"), [("lava", "did you mean llava?"), ("???", "choose one of: llava")])
def test_a_format_that_does_not_exist_is_named_with_the_closest_one(name, advice):
    with pytest.raises(UsageError) as refusal:
        find_format(name)
    assert advice in refusal.value.message
    assert "--list" in refusal.value.hint


def test_a_trace_that_does_not_exist_is_named_with_the_closest_one():
    with pytest.raises(UsageError, match="did you mean visual_tokens"):
        find_trace("visual-token")
