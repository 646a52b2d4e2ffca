"""What TRL and `datasets` themselves make of the exports."""

import io
import random

import pytest
from export_release import example, figure, step, text_example
from PIL import Image

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.making import make_export
from corpusbuilder.exports.registry import find_format


def loaded(name, release, out, **options):
    from datasets import load_dataset

    report = find_format(name)(release, out, ExportOptions(**options))
    return load_dataset(str(out)), report


@pytest.mark.parametrize("trace", ["plain", "grounded", "tagged", "think", "answer", "visual_tokens"])
def test_trl_fills_the_images_into_the_messages(released, out, trace):
    from trl.data_utils import is_conversational, prepare_multimodal_messages

    release = released(text_example("t1"), example("x1"), ("test", example("x2")))
    found, report = loaded("trl", release, out, trace=trace)
    assert {split: len(rows) for split, rows in found.items()} == {"train": 2, "test": 1}
    assert (report.rows, report.images) == ({"data/train-*.parquet": 2, "data/test-*.parquet": 1}, 1)
    for row in found["train"]:
        assert is_conversational(row)
        messages = prepare_multimodal_messages(row["messages"], row["images"])
        images = [part["image"] for message in messages for part in message["content"] if part["type"] == "image"]
        assert images == row["images"]
        assert all(isinstance(image, Image.Image) and image.size == (120, 90) for image in images)
        assert [message["role"] for message in messages] == ["user", "assistant"]
    assert [len(row["images"]) for row in found["train"]] == [0, 1]


def test_the_collator_of_trl_tokenizes_an_export(released, out, tiny_llava):
    from transformers import AutoProcessor
    from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

    found, _ = loaded("trl", released(example("x1"), example("x2")), out)
    processor = AutoProcessor.from_pretrained(tiny_llava, use_fast=False)
    batch = DataCollatorForVisionLanguageModeling(processor, max_length=None)(list(found["train"]))
    assert batch["pixel_values"].shape[0] == 2
    image = processor.tokenizer.convert_tokens_to_ids("<image>")
    assert (batch["input_ids"] == image).sum().item() == 2 * 16


def test_an_export_is_the_same_bytes_each_time(released, tmp_path):
    release = released(text_example(), example())
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        find_format("trl")(release, tmp_path / name, ExportOptions())
        made.append((tmp_path / name / "data/train-00000-of-00001.parquet").read_bytes())
    assert made[0] == made[1]


def test_datasets_shows_what_stands_there_now_and_not_what_it_has_in_its_cache(released, tmp_path):
    from datasets import load_dataset
    from export_release import make

    for name in ("x1", "x2"):
        made = make_export("trl", make(tmp_path / name, [example(name)]), tmp_path / "same", ExportOptions())
        assert load_dataset(str(made.folder), split="train")["id"][:] == [name]


def test_an_image_takes_its_place_once_however_many_examples_show_it(released, out):
    noise = io.BytesIO()
    Image.frombytes("RGB", (120, 90), random.Random(7).randbytes(120 * 90 * 3)).save(noise, "png")
    shown = figure(image={"bytes": noise.getvalue(), "path": "x.png"})
    find_format("trl")(released(*(example(f"x{n}") for n in range(80)), figures=[shown]), out, ExportOptions())
    (file,) = (out / "data").iterdir()
    assert file.stat().st_size < 2 * len(noise.getvalue())


def test_stepwise_supervision_has_a_label_for_each_known_step_and_the_answer(released, out):
    found, report = loaded("trl-stepwise", released(example()), out)
    (row,) = found["train"]
    assert row["completions"] == ["1. An arrow leads from Sun to Leaf.", "2. So it is Leaf.", "Answer: B. Leaf"]
    assert row["labels"] == [True, True, True]
    assert row["prompt"].startswith("Caption of the figure: ")
    assert len(row["images"]) == 1
    assert any("all labels are true" in note for note in report.notes)


def test_what_nothing_could_confirm_gets_no_label(released, out):
    steps = [step(1, "Seen."), step(2, "Known.", "recall"), step(3, "So.", "infer", premises=[2])]
    found, report = loaded("trl-stepwise", released(example("x1", steps=steps), example("x2", steps=steps[1:])), out)
    (row,) = found["train"]
    assert (row["completions"], row["labels"]) == (["1. Seen."], [True])
    assert report.left_out == {"nothing could confirm their first step": 1}


@pytest.mark.parametrize("trace", ["answer", "think"])
def test_a_trace_without_steps_of_its_own_cannot_be_labelled(released, out, trace):
    with pytest.raises(UsageError, match="stepwise"):
        find_format("trl-stepwise")(released(example()), out, ExportOptions(trace=trace))


def test_an_example_whose_image_is_not_in_the_release_is_left_out(released, out):
    row = example("x1")
    row["image"] = {"bytes": None, "path": "somewhere.png"}
    found, report = loaded("trl", released(row, example("x2")), out)
    assert found["train"]["id"][:] == ["x2"]
    assert list(report.left_out.values()) == [1]
