"""What all formats for evaluation have in common."""

import pytest
from released_rows import HOSTILE, content, exported, figure, figure_example, release, text_example

from corpusbuilder.errors import StorageError, UsageError
from corpusbuilder.exports.formats.naming import plain_name
from corpusbuilder.exports.registry import find_format

FORMATS = ("lmms-eval", "vlmevalkit", "coco", "ai2d", "cquae")
every_format = pytest.mark.parametrize("export", [pytest.param(find_format(name), id=name) for name in FORMATS])


def strange_release(folder):
    """One in which strangers wrote all that can be written."""
    written = {"question": HOSTILE, "answer": HOSTILE, "caption": HOSTILE, "source": {"title": HOSTILE, "page_no": 1}}
    asked = [
        figure_example("../../../ex", choices=["Sun", HOSTILE], **written),
        text_example("/etc/ex", language=HOSTILE, **written),
        text_example("", choices=[HOSTILE, HOSTILE], **written),
    ]
    drawn = [figure(), figure("../../../fig", caption=HOSTILE, number=HOSTILE, kind=HOSTILE, connectors=[], labels=[])]
    return release(folder, asked, drawn, name=HOSTILE)


@every_format
def test_whatever_strangers_wrote_everything_stays_in_the_folder(export, tmp_path):
    report = exported(export, strange_release(tmp_path / "a/b/c/release"), tmp_path / "a/b/c/out")
    assert sum(report.rows.values()) > 0
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and "out" not in path.parts]
    assert all("release" in path.parts for path in outside)
    assert all(name.isascii() and not set(name) & set(' \t\n<>:|"') for name in content(tmp_path / "a/b/c/out"))


@every_format
def test_the_same_release_gives_the_same_bytes_wherever_it_lies(export, tmp_path):
    for place in ("one", "two/deeper"):
        exported(export, strange_release(tmp_path / place / "release"), tmp_path / place / "out")
    assert content(tmp_path / "one/out") == content(tmp_path / "two/deeper/out")


@every_format
def test_a_damaged_release_is_an_error_that_names_the_file(export, tmp_path):
    of = release(tmp_path / "release", [figure_example(), text_example()], [figure()])
    for path in (tmp_path / "release/data").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StorageError, match=r"test-00000-of-00001\.parquet"):
        exported(export, of, tmp_path / "out")


@every_format
def test_what_the_format_has_no_place_for_is_refused(export, tmp_path):
    of = release(tmp_path / "release", [figure_example(), text_example()], [figure()])
    with pytest.raises(UsageError, match="no place for a reasoning trace"):
        exported(export, of, tmp_path / "trace", trace="tagged")
    with pytest.raises(UsageError, match="split called 'tests'"):
        exported(export, of, tmp_path / "split", split="tests")


@every_format
def test_no_example_is_lost_without_a_reason(export, tmp_path):
    asked = [figure_example(f"ex-{n}", question=f"What is {n}?") for n in range(3)]
    asked += [text_example(), figure_example("ex-9", answer="Star"), text_example("ex-8", choices=["Sunlight", "b"])]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    of_examples = [rows for name, rows in report.rows.items() if "instances" not in name and name != "annotations"]
    assert sum(of_examples) + sum(report.left_out.values()) == len(asked)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Cells & more", "cells_more"), ("SVT – 4ᵉ/../x", "svt_4e_x"), ("細胞", "release"), ("__", "release")],
)
def test_a_plain_name_is_letters_digits_and_underscores(name, plain):
    assert plain_name(name) == plain
