"""A release is written from made-up records and read with the library that its users use."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import release_corpus as corpus
from PIL import Image

from corpusbuilder.errors import MissingExtraError, StorageError
from corpusbuilder.stages.release import CONFIGS, SPLITS, features_by_config
from corpusbuilder.stages.release.write import DatasetWriter

EXAMPLES = """
    id document_id unit_id language subject question question_type answer answer_type choices[] image figure_id caption
    context[]{passage_id heading text}
    steps[]{index text kind premises[] regions[]{figure_id element_ids[] box[4] polygon[][2] method score area_ratio}
    spans[]{passage_id start end quote method score}}
    verdict checks[]{name outcome reason} dependence{none text figure both label model} review{status annotator}
    provenance{teacher prompt tool_version} licence source{title page_no}"""
FIGURES = """
    id document_id image caption number kind page_no bbox[4] width height labels[]{id text box[4] method score}
    connectors[]{id tail_id head_id directed points[][2] method score}
    regions[]{id label_id polygon[][2] box[4] method score}"""
PASSAGES = """
    id document_id unit_id index heading[] text page_no boxes[]{page_no box[4]} mentions[]{figure_id start end text}"""
DOCUMENTS = "id file_name sha256 title language subject grade licence pages split"


def notation(features):
    """Features in the notation of the design: nested columns in braces, lists in brackets."""
    from datasets import List

    words = []
    for name, column in features.items():
        feature, suffix = column, ""
        while isinstance(feature, List):
            suffix += f"[{feature.length if feature.length > 0 else ''}]"
            feature = feature.feature
        words.append(name + suffix + (f"{{{notation(feature)}}}" if isinstance(feature, dict) else ""))
    return " ".join(words)


def load(folder, config, tmp_path, **options):
    from datasets import load_dataset

    return load_dataset(str(folder), config, cache_dir=str(tmp_path / "cache"), **options)


@pytest.fixture
def four_documents(tmp_path):
    """The first document has neither passages nor figures: the first rows of each file are as empty as can be."""
    bare = corpus.unit(corpus.document("doc-0", subject=None, licence=None, pages=()), id_="unit-bare")
    nameless = corpus.figure("f-empty", "doc-1", caption=None, number=None, diagram=corpus.Diagram())
    quiet = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Quiet.", heading=(), words=())], [nameless])
    documents = [
        corpus.as_input([bare], [corpus.text_example("x-0", bare)]),
        corpus.as_input([quiet]),
        *(corpus.simple_document(f"doc-{n}") for n in (2, 3)),
    ]
    folder = tmp_path / "release"
    return folder, documents, corpus.release(documents, folder)


def test_the_columns_are_those_of_the_design():
    written = {config: notation(features) for config, features in features_by_config().items()}
    assert list(written) == list(CONFIGS)
    for config, expected in zip(CONFIGS, (EXAMPLES, FIGURES, PASSAGES, DOCUMENTS), strict=True):
        assert written[config] == " ".join(expected.split())


@pytest.mark.parametrize("config", CONFIGS)
def test_every_config_loads_with_the_declared_features(four_documents, tmp_path, config):
    folder, _, summary = four_documents
    loaded = load(folder, config, tmp_path)
    assert {split: len(rows) for split, rows in loaded.items()} == summary.rows[config]
    assert loaded["train"].features == features_by_config()[config]


@pytest.mark.parametrize("config", CONFIGS)
def test_streaming_gives_the_same_rows(four_documents, tmp_path, config):
    folder, _, _ = four_documents
    whole, streamed = load(folder, config, tmp_path), load(folder, config, tmp_path, streaming=True)
    assert streamed["train"].features == features_by_config()[config]
    assert [row["id"] for row in streamed["train"]] == whole["train"]["id"][:]


def test_first_rows_that_are_empty_keep_their_types(four_documents, tmp_path):
    folder, _, _ = four_documents
    examples = load(folder, "examples", tmp_path)["train"]
    first = examples[0]
    assert (first["image"], first["figure_id"], first["context"], first["choices"]) == (None, None, [], [])
    assert first["source"]["page_no"] is None
    assert first["steps"][0]["regions"] == first["steps"][0]["spans"] == []
    assert set(first["review"].values()) == {None}
    shown = next(row for row in examples if row["figure_id"])
    assert shown["steps"][0]["regions"][0]["box"] == [0.0, 0.0, 10.0, 10.0]
    figures = load(folder, "figures", tmp_path)["train"]
    assert figures[0]["labels"] == []
    assert figures[1]["labels"][0]["text"] == "Sun"


@pytest.mark.parametrize("config", CONFIGS)
def test_folders_of_one_name_and_a_rebuilt_folder_each_give_their_own_rows(tmp_path, config):
    def build(workspace, *documents):
        folder = tmp_path / workspace / "release" / "corpus"
        shutil.rmtree(folder, ignore_errors=True)
        corpus.release([corpus.simple_document(name) for name in documents], folder)
        return documents_in(folder)

    def documents_in(folder):
        return {row.get("document_id", row["id"]) for row in load(folder, config, tmp_path)["train"]}

    assert build("mine", "doc-1") == {"doc-1"}
    assert build("yours", "doc-2") == {"doc-2"}
    assert build("mine", "doc-1", "doc-3") == {"doc-1", "doc-3"}
    assert documents_in(tmp_path / "yours" / "release" / "corpus") == {"doc-2"}


def test_images_decode_to_the_figures_pixels(four_documents, tmp_path):
    folder, _, _ = four_documents
    figures = load(folder, "figures", tmp_path)["train"]
    examples = load(folder, "examples", tmp_path)["train"]
    by_id = {row["id"]: row["image"] for row in figures}
    for row in figures:
        assert row["image"].size == (row["width"], row["height"])
        assert row["image"].tobytes() == Image.open(io.BytesIO(corpus.png(row["id"]))).tobytes()
    shown = [row for row in examples if row["figure_id"]]
    assert len(shown) == 4
    assert all(row["image"].tobytes() == by_id[row["figure_id"]].tobytes() for row in shown)


def test_what_is_read_back_is_what_the_records_say(four_documents, tmp_path):
    folder, documents, _ = four_documents
    row = next(r for r in load(folder, "examples", tmp_path)["train"] if r["id"] == "x-doc-2-f0")
    record = next(e for e in documents[2].examples() if e.id == "x-doc-2-f0")
    assert (row["question"], row["answer"], row["choices"]) == (record.example.question, "Leaf", ["Leaf", "Sun"])
    assert [(s["index"], s["kind"], s["premises"]) for s in row["steps"]] == [(1, "perceive", []), (2, "infer", [1])]
    assert row["provenance"] == {"teacher": "rules", "prompt": "rules/lookup.v1.en", "tool_version": "0.1.0"}
    assert row["source"] == {"title": "Book doc-2", "page_no": 1}
    passages = load(folder, "passages", tmp_path)["train"]
    mention = next(r for r in passages if r["document_id"] == "doc-2")["mentions"][0]
    assert mention["figure_id"] == "f-doc-2"


def test_a_split_without_rows_has_no_file_and_the_others_load(tmp_path):
    documents = [corpus.simple_document(f"doc-{split}") for split in ("train", "test")]
    before = corpus.stood({"doc-train": "train", "doc-test": "test"})
    summary = corpus.release(documents, tmp_path / "release", corpus.ReleaseSection(), previous=before)
    assert summary.rows["documents"] == {"train": 1, "test": 1}
    assert any("validation" in note and "no file" in note for note in summary.notes)
    for config in CONFIGS:
        assert list(load(tmp_path / "release", config, tmp_path)) == ["train", "test"]


def test_a_corpus_without_figures_or_examples_still_loads(tmp_path):
    plain = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Only this.")])
    summary = corpus.release([corpus.as_input([plain])], tmp_path / "release")
    assert summary.rows == {"examples": {}, "figures": {}, "passages": {"train": 1}, "documents": {"train": 1}}
    assert {"No example was released.", "The corpus has no figures: there is no config of that name."} <= set(
        summary.notes
    )
    assert load(tmp_path / "release", "passages", tmp_path)["train"][0]["text"] == "Only this."


def test_only_what_was_supported_or_accepted_by_a_person_is_released(tmp_path):
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])

    def made(name, label, status=None, accepted=None):
        verified = corpus.text_example(name, within, label=label)
        return corpus.reviewed(verified, status, accepted=accepted) if status else verified

    examples = [
        made("supported", "supported"),
        made("refuted", "refuted"),
        made("undecided", "not_enough_info"),
        made("refuted but accepted", "refuted", "accepted", accepted=True),
        made("accepted and withheld by the policy", "refuted", "accepted"),
        made("supported but rejected", "supported", "rejected"),
        made("corrected and undecided", "not_enough_info", "corrected"),
        made("corrected but refuted again", "refuted", "corrected"),
        made("supported but disputed", "supported", "disputed"),
    ]
    summary = corpus.release([corpus.as_input([within], examples)], tmp_path / "release")
    rows = load(tmp_path / "release", "examples", tmp_path)["train"]
    assert sorted(rows["id"]) == ["corrected and undecided", "refuted but accepted", "supported"]
    reviews = {row["id"]: row["review"]["status"] for row in rows}
    assert reviews == {"corrected and undecided": "corrected", "refuted but accepted": "accepted", "supported": None}
    assert (summary.seen, summary.released, summary.withheld) == (9, 3, 6)


def test_an_example_that_contradicts_its_document_is_rejected_by_name(tmp_path):
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")], [corpus.figure("f-1")])
    other = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Else.")], [corpus.figure("f-2")], id_="u-9")
    examples = [
        corpus.text_example("good", within),
        corpus.text_example("misquotes", other, unit_id=within.id),
        corpus.figure_example("shows nothing", other, unit_id=within.id),
        corpus.text_example("reads nothing", within, passage_ids=("p-7",)),
        corpus.text_example("lost", within, unit_id="u-7"),
    ]
    summary = corpus.release([corpus.as_input([within], examples)], tmp_path / "release")
    assert {r.input_id: r.reason_code for r in summary.rejected} == {
        "misquotes": "quote_not_there",
        "shows nothing": "unknown_figure",
        "reads nothing": "unknown_passage",
        "lost": "unknown_unit",
    }
    assert (summary.seen, summary.released, summary.withheld) == (5, 1, 0)


def test_the_same_release_has_the_same_bytes_in_any_process_and_order(tmp_path):
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        import release_corpus as corpus
        documents = [corpus.simple_document(f"doc-{n}") for n in range(12)]
        if sys.argv[2] == "backwards":
            documents = [
                corpus.DocumentInput(d.id, d.units, lambda d=d: reversed(list(d.examples()))) for d in documents[::-1]
            ]
        corpus.release(documents, Path(sys.argv[1]), corpus.ReleaseSection())
    """)
    digests = []
    for seed, order in (("1", "forwards"), ("2", "backwards")):
        folder = tmp_path / seed
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(corpus.__file__).parent)}
        subprocess.run([sys.executable, "-c", script, folder, order], check=True, env=environment)
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        digests.append({str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
    assert digests[0] == digests[1]
    assert len(digests[0]) > len(CONFIGS)


def test_an_image_that_many_examples_show_is_stored_once_per_row_group(tmp_path):
    from pyarrow import parquet

    figures = [corpus.figure(f"f-{n}", size=(600, 500)) for n in range(4)]
    within = [corpus.unit(corpus.document("doc-1"), (), [shown], id_=f"u-{shown.id}") for shown in figures]
    examples = [corpus.figure_example(f"x-{n:03d}", within[n % 4]) for n in range(60)]
    corpus.release([corpus.as_input(within, examples)], tmp_path)
    path = tmp_path / "data/examples/train-00000-of-00001.parquet"
    image_bytes = len(corpus.png("f-1", (600, 500)))
    metadata = parquet.ParquetFile(path).metadata
    groups = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
    assert max(groups) * image_bytes < 100_000_000
    assert path.stat().st_size < (4 + len(groups)) * image_bytes


def test_row_groups_with_images_have_at_most_a_hundred_rows(tmp_path):
    from pyarrow import parquet

    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    examples = [corpus.text_example(f"x-{n:03d}", within) for n in range(150)]
    corpus.release([corpus.as_input([within], examples)], tmp_path)
    metadata = parquet.ParquetFile(tmp_path / "data/examples/train-00000-of-00001.parquet").metadata
    assert [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)] == [100, 50]


def test_large_splits_are_cut_into_shards_that_load_together(tmp_path):
    features = features_by_config()
    with DatasetWriter(tmp_path / "out", features, shard_bytes=1000) as writer:
        for n in range(2500):
            row = dict.fromkeys(features["documents"], "x") | {"id": f"doc-{n}", "pages": n}
            writer.write("documents", "train", row)
    names = sorted(p.name for p in (tmp_path / "out/data/documents").iterdir())
    assert names == [f"train-0000{n}-of-00003.parquet" for n in range(3)]
    loaded = load(tmp_path / "out/data/documents", None, tmp_path)
    assert loaded["train"]["pages"][:] == list(range(2500))


def test_an_interrupted_release_leaves_no_file_that_looks_finished(tmp_path):
    def missing(sha256):
        raise StorageError(f"no image {sha256}")

    with pytest.raises(StorageError, match="no image"):
        corpus.release([corpus.simple_document("doc-1")], tmp_path, read_image=missing)
    assert not list(tmp_path.rglob("*.parquet"))
    assert not (tmp_path / "README.md").exists()


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "old.parquet").write_bytes(b"")
    with pytest.raises(StorageError, match="empty folder"):
        corpus.release([corpus.simple_document("doc-1")], tmp_path)


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        corpus.release([corpus.simple_document("doc-1")], tmp_path / "file" / "release")


def test_a_document_without_units_is_left_out_with_a_note(tmp_path):
    nothing = corpus.DocumentInput(id="doc-9", units=lambda: (), examples=lambda: ())
    summary = corpus.release([nothing, corpus.simple_document("doc-1")], tmp_path)
    assert summary.rows["documents"] == {"train": 1}
    assert any("doc-9" in note for note in summary.notes)


def test_without_datasets_the_extra_to_install_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError) as caught:
        corpus.release([corpus.simple_document("doc-1")], tmp_path)
    assert "corpusbuilder[release]" in caught.value.hint


def test_importing_the_stage_imports_nothing_heavy():
    script = "import sys, corpusbuilder.stages.release; print({'datasets', 'pyarrow', 'shapely'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_splitting_by_unit_divides_a_single_book(tmp_path):
    book = corpus.document("doc-1")
    units = [
        corpus.unit(book, [corpus.passage(f"p-{n}", corpus.prose(n))], [corpus.figure(f"f-{n}")], id_=f"unit-{n}")
        for n in range(40)
    ]
    examples = [corpus.text_example(f"x-{n}", within) for n, within in enumerate(units)]
    config = corpus.ReleaseSection(split_by="unit")
    summary = corpus.release([corpus.as_input(units, examples)], tmp_path / "release", config)
    assert list(summary.rows["examples"]) == list(SPLITS)
    assert summary.rows["documents"] == dict.fromkeys(SPLITS, 1)
    loaded = {config: load(tmp_path / "release", config, tmp_path) for config in CONFIGS}
    for split in SPLITS:
        units_here = set(loaded["passages"][split]["unit_id"])
        assert set(loaded["examples"][split]["unit_id"]) == units_here
        assert loaded["documents"][split]["split"][:] == [split]
    everything = [row for split in SPLITS for row in loaded["passages"][split]]
    assert sorted(row["index"] for row in everything) == list(range(40))
