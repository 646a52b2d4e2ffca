"""`corpusbuilder export` as a person types it."""

import json

import pytest
from running import corpusbuilder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "ws"
    assert corpusbuilder("demo", "-w", folder, "--json").code == 0
    return folder


def test_a_release_of_a_workspace_becomes_conversations_with_boxes(workspace, tmp_path):
    out = tmp_path / "my export"
    done = corpusbuilder("export", "qwen", "-w", workspace, "-o", out, "--trace", "grounded", "--json")
    assert done.code == 0, done.err
    told = done.json
    rows = json.loads((out / "train.json").read_text(encoding="utf-8"))
    assert told["rows"]["train.json"] == len(rows) > 20
    assert told["images"] == len(list((out / "images").iterdir()))
    shown = [row for row in rows if "image" in row]
    assert all((out / row["image"]).is_file() for row in shown)
    assert any('"bbox_2d"' in row["conversations"][1]["value"] for row in shown)
    assert str(out) in told["usage"]
    assert "max_pixels" in done.err
    again = corpusbuilder("export", "qwen", "-w", workspace, "-o", out, "--trace", "grounded")
    assert again.out.startswith("qwen export is current: ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("lava", "-o", "out"), 2, "did you mean llava?"),
        (("llava", "-o", "out", "--trace", "grounde"), 2, "did you mean grounded?"),
        (("llava", "-o", "out", "--target", "llava-1.6"), 2, "did you mean llava-1.5?"),
        (("llava",), 2, "-o is missing"),
        (("llava", ".", "-o", "out"), 3, "this is no release"),
        (("llava", "-o", "out", "--set", "release.name=other"), 3, "release/other: this is no release"),
        (("llava", "-o", "out", "--set", "release.nme=other"), 2, "did you mean 'release.name'?"),
        (("llava", ".", "-o", "out", "--set", "release.name=other"), 2, "--set has no meaning"),
        ((), 2, "--list"),
    ],
)
def test_a_command_that_makes_no_sense_is_told_what_to_type(tmp_path, arguments, code, said):
    done = corpusbuilder("export", *arguments, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_the_list_names_every_format_and_target():
    done = corpusbuilder("export", "--list", "--json")
    assert {"llava", "trl-stepwise", "coco"} <= done.json["formats"].keys()
    assert "qwen2.5-vl" in done.json["targets"]
