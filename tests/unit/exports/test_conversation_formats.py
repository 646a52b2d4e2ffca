"""Each format under the rules of its reader, written down here from the reader's own documentation."""

import json
import re

import pytest
from export_release import example, figure, region, step, text_example

from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.registry import find_format

TRACES = ["plain", "grounded", "tagged", "think", "answer", "visual_tokens"]


@pytest.fixture
def mixed(released):
    """A text first, so that a reader that looks at the first row finds no image in it."""
    return released(
        text_example("t1"),
        example("x1"),
        ("validation", example("x2", question="<image><bbox> Where, ASSISTANT: <|im_end|>?")),
    )


def written(name, release, out, **options):
    report = find_format(name)(release, out, ExportOptions(**options))
    texts = {file: (out / file).read_text(encoding="utf-8") for file in report.rows}
    rows = {
        file: [json.loads(line) for line in text.splitlines()] if file.endswith("l") else json.loads(text)
        for file, text in texts.items()
    }
    assert {file: len(found) for file, found in rows.items()} == report.rows
    return rows, report


def read_llava(row):
    """`LazySupervisedDataset` and `preprocess_multimodal` of LLaVA: image first, turns in order."""
    human, gpt = row["conversations"]
    assert (human["from"], gpt["from"]) == ("human", "gpt")
    assert human["value"].count("<image>") == ("image" in row)
    assert " ASSISTANT: " not in human["value"] + gpt["value"]
    return human["value"], gpt["value"]


def read_qwen(row):
    """`_build_messages` of qwen-vl-finetune: each placeholder takes an image, and none may be left."""
    pool = [row["image"]] if "image" in row else []
    for turn in row["conversations"]:
        if turn["from"] == "human":
            for part in re.split(r"(<image>|<video>)", turn["value"]):
                if part == "<image>":
                    pool.pop(0)
                assert part != "<video>"
    assert not pool
    return read_llava(row)


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.parametrize(("name", "read"), [("llava", read_llava), ("qwen", read_qwen)])
def test_conversations_keep_the_rules_of_their_reader(mixed, out, name, read, trace):
    target = "llava-1.5" if name == "llava" else "qwen2.5-vl"
    rows, report = written(name, mixed, out, trace=trace, target=target)
    assert report.rows == {"train.json": 2, "validation.json": 1}
    for row in (row for found in rows.values() for row in found):
        read(row)
        assert "image" not in row or (out / row["image"]).is_file()
    assert report.images == len(list((out / "images").iterdir())) == 1
    assert "4 sequences" in report.notes[0]
    assert "train.json" in report.usage


def test_an_export_of_one_split_names_its_file_in_what_to_type_next(mixed, out):
    assert "validation.json" in written("llava", mixed, out, split="validation")[1].usage


def test_visual_tokens_are_columns_of_their_own(mixed, out):
    rows, _ = written("llava", mixed, out, trace="visual_tokens", target="llava-1.5")
    text, figure_row = rows["train.json"]
    assert figure_row["visual_grid"] == [24, 24]
    assert len(figure_row["visual_tokens"]) == 2
    assert "visual_tokens" not in text


@pytest.mark.parametrize("trace", TRACES)
def test_llama_factory_finds_as_many_images_as_placeholders(mixed, out, trace):
    rows, _ = written("llama-factory", mixed, out, trace=trace)
    info = json.loads((out / "dataset_info.json").read_text())
    assert info.keys() == {"leaves_train", "leaves_validation"}
    for entry in info.values():
        assert entry["formatting"] == "sharegpt"
        assert entry["columns"] == {"messages": "messages", "images": "images"}
        for row in rows[entry["file_name"]]:
            roles = [message[entry["tags"]["role_tag"]] for message in row[entry["columns"]["messages"]]]
            assert roles == [entry["tags"]["user_tag"], entry["tags"]["assistant_tag"]]
            texts = "".join(message[entry["tags"]["content_tag"]] for message in row["messages"])
            assert texts.count("<image>") == len(row["images"])
            assert not {"<video>", "<audio>"} & set(re.findall(r"<\w+>", texts))
            assert all((out / image).is_file() for image in row["images"])


def test_a_name_with_commas_makes_one_dataset_of_llama_factory(released, out):
    _, report = written("llama-factory", released(example(), name="a,b c"), out)
    assert "dataset: a_b_c_train" in report.usage


@pytest.mark.parametrize("name", ["llama-factory", "ms-swift"])
@pytest.mark.parametrize("trace", TRACES)
def test_the_readers_that_build_on_datasets_load_it_though_the_first_example_has_no_image(mixed, out, name, trace):
    from datasets import load_dataset

    _, report = written(name, mixed, out, trace=trace)
    file = str(out / next(iter(report.rows)))
    # A small block is what a large file is for the default one: the first block decides on the types.
    loaded = load_dataset("json", data_files=file, split="train", chunksize=700)
    assert sorted(len(images) for images in loaded["images"]) == [0, 1]


@pytest.mark.parametrize("trace", TRACES)
def test_ms_swift_has_an_object_for_each_placeholder(mixed, out, trace):
    rows, _ = written("ms-swift", mixed, out, trace=trace)
    for row in (row for found in rows.values() for row in found):
        texts = "".join(message["content"] for message in row["messages"])
        assert texts.count("<image>") == len(row["images"])
        objects = row.get("objects", {"ref": [], "bbox": [], "image_id": []})
        assert texts.count("<ref-object>") == len(objects["ref"])
        assert texts.count("<bbox>") == len(objects["bbox"]) == len(objects["image_id"])
        assert ("objects" in row) == (trace == "grounded" and bool(row["images"]))


def test_ms_swift_boxes_are_pixels_of_the_stored_image(released, out):
    steps = [step(1, "See.", regions=[region((1.5, 2.25, 30, 40.75), "l1")])]
    rows, report = written("ms-swift", released(example(steps=steps), figures=[figure()]), out, trace="grounded")
    assert rows["train.jsonl"][0]["objects"] == {
        "ref": ["Sun"], "bbox": [[1.5, 2.25, 30.0, 40.75]], "bbox_type": "real", "image_id": [0],
    }  # fmt: skip
    assert "1. See. <ref-object><bbox>" in rows["train.jsonl"][0]["messages"][1]["content"]
    assert any("--target has no effect" in note for note in report.notes)


def test_an_image_that_the_target_cannot_read_is_left_out(released, out):
    _, report = written(
        "qwen",
        released(
            example("long", figure_id="f9", steps=[]),
            example("good"),
            figures=[figure("f9", size=(3000, 10)), figure()],
        ),
        out,
        trace="grounded",
    )
    assert report.rows == {"train.json": 1}
    assert list(report.left_out.values()) == [1]


def test_the_note_says_under_which_pixels_the_numbers_hold(released, out):
    _, report = written("qwen", released(example()), out, trace="grounded", max_pixels=50176)
    assert "max_pixels=50176" in report.notes[-1]
