import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from released_rows import HOSTILE, content, exported, figure, figure_example, release, span, step, text_example, texts

from corpusbuilder.errors import MissingInputError, UsageError
from corpusbuilder.exports.formats.cquae import TYPES, export

PUBLISHED = {
    "qid": int, "title": str, "question": str, "type": str, "documents": list, "documents_title": list, "output": str
}  # fmt: skip
"""Keys and types of the corpus as it was published."""


def read(folder, split="test"):
    return json.loads((folder / f"cquae_{split}.json").read_text(encoding="utf-8"))


def test_a_question_has_the_keys_of_the_published_corpus_and_its_evidence(tmp_path):
    report = exported(export, release(tmp_path / "release", [text_example(language="fr")]), tmp_path / "out")
    (entry,) = read(tmp_path / "out")
    assert {key: type(entry[key]) for key in PUBLISHED} == PUBLISHED
    assert entry["documents"] == ["Sunlight feeds the leaf."]
    assert entry["documents_title"] == ["Light > Stars"]
    assert (entry["title"], entry["type"], entry["output"]) == ("Book", "definition", "Sunlight")
    assert entry["spans"] == [{"document": 0, "start": 0, "end": 8, "text": "Sunlight"}]
    assert (entry["id"], entry["language"]) == ("ex-t", "fr")
    assert report.rows == {"cquae_test.json": 1}


def test_datasets_loads_it(tmp_path):
    datasets = pytest.importorskip("datasets")
    untitled = text_example("ex-2", source={"title": None, "page_no": 1})
    untitled["context"][0]["heading"] = None
    of = release(tmp_path / "release", [untitled, text_example()], train=([text_example("ex-3")], []))
    exported(export, of, tmp_path / "out")
    files = {split: str(tmp_path / f"out/cquae_{split}.json") for split in ("train", "test")}
    loaded = datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].features == loaded["test"].features
    assert loaded["test"]["documents_title"] == [[""], ["Light > Stars"]]
    assert loaded["test"][1]["spans"][0]["text"] == "Sunlight"


@given(before=texts, quote=texts.filter(bool), after=texts)
@settings(max_examples=25, deadline=None)
def test_offsets_point_at_the_quote_in_any_text(before, quote, after):
    found = span(start=len(before), end=len(before + quote), quote=quote)
    asked = text_example(
        context=[
            {"passage_id": "psg-0", "heading": None, "text": "Another one."},
            {"passage_id": "psg-1", "heading": None, "text": before + quote + after},
        ],
        steps=[step(kind="read", spans=[found]), step(2, "read", spans=[found])],
    )
    with tempfile.TemporaryDirectory() as place:
        exported(export, release(Path(place) / "release", [asked]), Path(place) / "out")
        (entry,) = read(Path(place) / "out")
    (place_of_quote,) = entry["spans"]
    document = entry["documents"][place_of_quote["document"]]
    assert document[place_of_quote["start"] : place_of_quote["end"]] == place_of_quote["text"] == quote


def test_only_the_four_types_of_cquae_are_kept(tmp_path):
    asked = [text_example(f"ex-{kind}", question_type=kind) for kind in (*TYPES, "lookup", "spatial")]
    report = exported(export, release(tmp_path / "release", asked), tmp_path / "out")
    assert [entry["type"] for entry in read(tmp_path / "out")] == ["factual", "definition", "explanation", "synthesis"]
    assert report.left_out == {"they are none of factual, definition, explanation and synthesis": 2}


def test_what_cquae_cannot_hold_is_left_out_with_the_reason(tmp_path):
    asked = [
        figure_example("ex-figure", question_type="factual"),
        text_example("ex-recalled", steps=[step(kind="recall")]),
        text_example("ex-elsewhere", steps=[step(spans=[span("psg-2")])]),
        text_example("ex-wrong", steps=[step(spans=[span(quote="sun")])]),
    ]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert read(tmp_path / "out") == []
    assert report.rows == {"cquae_test.json": 0}
    assert report.left_out == {
        "a quote is not where the release says": 1,
        "a step quotes a text that is not given with the question": 1,
        "a step rests on a figure": 1,
        "no step quotes a text": 1,
    }


def test_a_qid_belongs_to_the_example_whatever_stands_before_it(tmp_path):
    exported(export, release(tmp_path / "one", [text_example("a"), text_example("b")]), tmp_path / "out-one")
    exported(export, release(tmp_path / "two", [text_example("b")]), tmp_path / "out-two")
    first, second = read(tmp_path / "out-one")
    assert read(tmp_path / "out-two") == [second]
    assert first["qid"] != second["qid"]
    assert 0 <= second["qid"] < 2**53


def test_texts_of_strangers_come_back_as_they_are(tmp_path):
    asked = text_example("../../ex", question=HOSTILE, answer=HOSTILE, source={"title": HOSTILE, "page_no": 1})
    exported(export, release(tmp_path / "release", [asked]), tmp_path / "out")
    (entry,) = read(tmp_path / "out")
    assert [entry[key] for key in ("question", "output", "title", "id")] == [HOSTILE, HOSTILE, HOSTILE, "../../ex"]
    assert list(content(tmp_path / "out")) == ["cquae_test.json"]


def test_it_is_refused_without_passages(tmp_path):
    with pytest.raises(UsageError, match="about passages"):
        exported(export, release(tmp_path / "release", [text_example()]), tmp_path / "out", passages=False)


def test_a_split_without_questions_is_refused_and_the_others_are_named(tmp_path):
    of = release(tmp_path / "release", [text_example()])
    with pytest.raises(UsageError, match="no examples in a split called 'train'") as caught:
        exported(export, of, tmp_path / "out", split="train")
    assert caught.value.hint == "it has some in: test"


def test_a_release_without_examples_is_an_error(tmp_path):
    with pytest.raises(MissingInputError, match="has no examples"):
        exported(export, release(tmp_path / "release", [], [figure()]), tmp_path / "out")
