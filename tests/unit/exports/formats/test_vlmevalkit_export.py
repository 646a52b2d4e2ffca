import base64
import csv
import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released_rows import HOSTILE, content, exported, figure, figure_example, png, release, text_example, texts, words

from corpusbuilder.exports.formats.vlmevalkit import export
from corpusbuilder.exports.safetext import SafeText

pandas = pytest.importorskip("pandas")  # what VLMEvalKit reads with
NAME = "corpusbuilder_cells_more"


def read(folder, kind="mcq"):
    """A file as VLMEvalKit loads it: ``load`` and ``ImageBaseDataset.__init__``."""
    data = pandas.read_csv(folder / f"{NAME}_{kind}.tsv", sep="\t")
    assert data["index"].is_unique
    data["index"] = [str(index) for index in data["index"]]
    if "image" in data:
        data = data[~pandas.isna(data["image"])]
        shown = {index: str(cell) for index, cell in zip(data["index"], data["image"], strict=True)}
        for index, cell in shown.items():
            if len(cell) <= 64:
                assert len(shown[cell]) > 64
                shown[index] = shown[cell]
        data["image"] = [shown[index] for index in data["index"]]
    return data


def options(line):
    return [line[letter] for letter in "ABCDEFGHIJ" if letter in line and not pandas.isna(line[letter])]


def test_choices_stand_under_letters_and_the_answer_is_one_of_them(tmp_path):
    asked = [figure_example(), figure_example("ex-2", choices=["a", "b", "c", "Leaf"], question_type="spatial")]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    data = read(tmp_path / "out")
    assert list(data.columns) == [
        "index", "image", "question", "hint", "A", "B", "C", "D", "answer", "category", "l2-category", "split", "id",
    ]  # fmt: skip
    assert list(data["answer"]) == ["B", "D"]
    assert [options(line) for _, line in data.iterrows()] == [["Sun", "Leaf", "Moon"], ["a", "b", "c", "Leaf"]]
    assert list(data["category"]) == ["lookup", "spatial"]
    assert list(data["id"]) == ["ex-1", "ex-2"]
    assert report.rows == {f"{NAME}_mcq.tsv": 2}


def test_an_image_stands_in_one_row_and_its_index_in_the_others(tmp_path):
    asked = [figure_example(f"ex-{n}", shown=f"fig-{n % 2}") for n in range(5)]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    with (tmp_path / f"out/{NAME}_mcq.tsv").open(encoding="utf-8", newline="") as file:
        cells = [row["image"] for row in csv.DictReader(file, delimiter="\t")]
    assert [cell if len(cell) <= 64 else "image" for cell in cells] == ["image", "image", "0", "1", "0"]
    shown = [base64.b64decode(cell) for cell in read(tmp_path / "out")["image"]]
    assert shown == [png(f"fig-{n % 2}") for n in range(5)]
    assert report.images == 2


def test_questions_on_text_and_open_ones_have_files_of_their_own(tmp_path):
    asked = [
        figure_example(),
        text_example("ex-2", choices=["Sunlight", "Rain"]),
        figure_example("ex-3", choices=[], answer_type="short", context=text_example()["context"]),
        text_example(),
    ]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert report.rows == {f"{NAME}_{kind}.tsv": 1 for kind in ("mcq", "mcq_text", "openended")}
    on_text = read(tmp_path / "out", "mcq_text").iloc[0]
    assert "image" not in on_text
    assert on_text["hint"] == "Light > Stars\nSunlight feeds the leaf."
    opened = read(tmp_path / "out", "openended").iloc[0]
    assert "A" not in opened
    assert opened["question"] == "Light > Stars\nSunlight feeds the leaf.\n\nWhere does the arrow of ex-3 lead?"
    assert opened["answer"] == "Leaf"
    assert report.left_out == {"VLMEvalKit has no data sets of open questions without an image": 1}


@given(question=texts, right=texts, wrong=st.lists(texts, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_whatever_a_text_holds_pandas_reads_it_back_or_it_is_left_out(question, right, wrong):
    asked = figure_example(question=question, answer=right, choices=[*wrong, right])
    others = figure_example("ex-2", choices=["a word", "b word", "c word", "d word", "e word"], answer="a word")
    safe = SafeText()
    with tempfile.TemporaryDirectory() as place:
        of = release(Path(place) / "release", [asked, others], [figure()])
        report = exported(export, of, Path(place) / "out")
        data = read(Path(place) / "out")
    assert len(data) + sum(report.left_out.values()) == 2
    assert list(data["id"])[-1] == "ex-2"
    for _, line in data[data["id"] == "ex-1"].iterrows():
        assert line["question"] == safe(question)
        assert options(line) == [safe(text) for text in (*wrong, right)]
        assert options(line)["ABCDE".index(line["answer"])] == safe(right)


@pytest.mark.parametrize("lost", ["None", "NA", "null", "nan", "N/A"])
def test_what_pandas_takes_for_nothing_is_left_out(tmp_path, lost):
    asked = [
        figure_example(choices=["Leaf", lost]),
        figure_example("ex-2", choices=[], answer=lost, answer_type="short"),
    ]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert report.rows == {}
    assert list(report.left_out.values()) == [2]
    assert "missing value" in next(iter(report.left_out))


def test_a_note_says_when_all_choices_of_a_letter_are_numbers(tmp_path):
    asked = [figure_example(choices=["1.50", "Leaf", "007"])]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert [note.partition(" ")[2][:27] for note in report.notes] == [
        "all choices A are numbers, ",
        "all choices C are numbers, ",
    ]


def test_an_option_that_strangers_wrote_cannot_leave_its_cell(tmp_path):
    asked = figure_example("../../ex", question=HOSTILE, answer=HOSTILE, choices=["Sun", HOSTILE])
    exported(export, release(tmp_path / "release", [asked], [figure()]), tmp_path / "out")
    lines = (tmp_path / f"out/{NAME}_mcq.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    line = read(tmp_path / "out").iloc[0]
    assert options(line) == ["Sun", SafeText()(HOSTILE)]
    assert line["id"] == "../../ex"


@given(name=st.text(max_size=30) | words.map(lambda word: f"The circular {word} of CCBench"))
@settings(max_examples=20, deadline=None)
def test_the_name_never_changes_what_vlmevalkit_does(name):
    with tempfile.TemporaryDirectory() as place:
        of = release(Path(place) / "release", [figure_example()], [figure()], name=name)
        (file,) = exported(export, of, Path(place) / "out").rows
        assert (Path(place) / "out" / file).is_file()
    stem = file.removesuffix("_mcq.tsv")
    assert stem.startswith("corpusbuilder_")
    assert stem.isascii()
    assert stem.replace("_", "").isalnum()
    assert not any(word in stem for word in ("mmbench", "ccbench", "circular", "mmcr", "openended"))


def test_the_sums_are_those_of_the_files(tmp_path):
    exported(export, release(tmp_path / "release", [figure_example()], [figure()]), tmp_path / "out")
    listed = [line.split("  ") for line in (tmp_path / "out/MD5SUMS").read_text().splitlines()]
    assert [name for _, name in listed] == [f"{NAME}_mcq.tsv"]
    for digest, name in listed:
        assert hashlib.md5((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert "DATASET_MD5" in (tmp_path / "out/README.md").read_text(encoding="utf-8")


def test_the_same_release_gives_the_same_bytes(tmp_path):
    of = release(tmp_path / "release", [figure_example(), text_example("t", choices=["Sunlight", "b"])], [figure()])
    for name in ("one", "two"):
        exported(export, of, tmp_path / name)
    assert content(tmp_path / "one") == content(tmp_path / "two")
