"""A stand-off release of made-up documents: nothing of them is in it, and nothing is lost."""

import json

import pytest
import release_corpus as corpus
import standoff_corpus as bench
from pyarrow import parquet

from corpusbuilder.config import Config
from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.standoff import making
from corpusbuilder.records.text import tokens
from corpusbuilder.stages.standoff import MARK, LeakScan, readings
from corpusbuilder.store.release import ReleaseFolder


@pytest.fixture
def workspace(tmp_path):
    return bench.workspace(tmp_path / "ws", bench.books(3))


@pytest.fixture
def made(workspace):
    return making.standoff_release(workspace, Config())


def every_text(folder):
    """All that can be read in a folder: each value of each column, and each text file."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            for row in parquet.read_table(path).to_pylist():
                yield from bench.strings(row)
                yield " ".join(bench.strings(row))
        elif path.is_file():
            yield from readings(path.read_bytes())


def runs(text, length):
    words = [token.text for token in tokens(text)]
    return {tuple(words[n : n + length]) for n in range(len(words) - length + 1)}


def test_no_four_words_of_a_source_stand_in_any_byte_of_it(workspace, made):
    of_sources = set().union(*(runs(text, 4) for text in bench.texts(workspace)))
    assert len(of_sources) > 100
    found = set().union(*(runs(text.replace(MARK, " "), 4) for text in every_text(made.folder)))
    assert not found & of_sources


def test_no_image_stands_in_it_whole_or_in_part(workspace, made):
    images = [path.read_bytes() for path in (workspace.root / "assets").rglob("*.png")]
    assert images
    for path in made.folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(image[n : n + 64] in data for image in images for n in range(0, len(image) - 64, 64))
        assert b"PNG" not in data


def test_what_annotators_wrote_can_be_read(made):
    rows = list(ReleaseFolder.open(made.folder).rows("examples"))
    assert {row["question"] for row in rows} >= {"What is x-0-t0?", "What is x-0-f0?"}
    assert {row["verdict"] for row in rows} == {"supported"}
    assert any(step["regions"] for row in rows for step in row["steps"])


def test_it_says_what_it_is(made):
    manifest = ReleaseFolder.open(made.folder).manifest
    assert manifest.kind == "stand_off"
    assert manifest.settings["parse"]["dpi"] == 150
    assert {"corpusbuilder", "pymupdf", "pyarrow"} <= manifest.settings["packages"].keys()
    assert not ReleaseFolder.open(made.folder).problems()


def test_it_is_made_once_and_again_when_the_full_release_is_another(workspace, made):
    assert making.standoff_release(workspace, Config()).cached
    bench.fill(workspace, bench.books(4))
    assert not making.standoff_release(workspace, Config()).cached


def test_the_same_corpus_gives_the_same_bytes(made, tmp_path):
    again = making.standoff_release(bench.workspace(tmp_path / "again", bench.books(3)), Config())
    assert bench.files(again.folder) == bench.files(made.folder)


def test_a_title_of_a_source_is_cut_everywhere(tmp_path):
    title = "The wonderful history of the inhabitants of ponds and of still waters"
    book = bench.book(1, title=title, text=f"{title}. {corpus.prose('x')}")
    made = making.standoff_release(bench.workspace(tmp_path, [book]), Config())
    row = next(ReleaseFolder.open(made.folder).rows("documents"))
    assert row["title"] == f"The wonderful history {MARK}"
    assert not any("inhabitants" in text for text in every_text(made.folder))


def test_words_of_one_book_in_an_example_of_another_are_taken_out(tmp_path):
    first = bench.book(1)
    quote = " ".join(first.text.split()[5:16])
    second = bench.book(2, question=f"Who says that {quote}?")
    made = making.standoff_release(bench.workspace(tmp_path, [first, second]), Config())
    questions = {row["question"] for row in ReleaseFolder.open(made.folder).rows("examples")}
    assert f"Who says that {MARK}?" in questions


def test_a_leak_is_refused_by_name_and_leaves_nothing(workspace, monkeypatch):
    monkeypatch.setattr(making, "encode_row", bench.encode_carelessly)
    with pytest.raises(StorageError, match=r"passages, row p-\d of doc-\w+.* holds words of a source"):
        making.standoff_release(workspace, Config())
    assert not [path for path in (workspace.root / "release").iterdir() if "stand-off" in path.name]


def test_a_text_file_is_read_with_its_escapes_undone():
    text = "one two three four five six seven eight nine"
    for disguised in (
        text.replace(" ", "&nbsp;"),
        json.dumps({"a": text.replace(" ", "\n")}),
        text.replace("e", "&#101;"),
    ):
        scan = LeakScan()
        for reading in readings(disguised.encode()):
            scan.add("README.md", reading)
        assert scan.leaks([text]), disguised
