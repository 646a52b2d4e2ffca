"""The description for machines is one that Croissant's own reader accepts, and by which it loads the rows."""

import hashlib
import json
import logging

import pytest
import release_corpus as corpus

from corpusbuilder import __version__
from corpusbuilder.stages.release.card import croissant_json, data_files
from corpusbuilder.stages.release.refusals import facts_in
from corpusbuilder.store.release import ReleaseFolder

HOSTILE = 'a"b\\c </script> {{x}} \u202e\x00\n```'
ABOUT = {
    "title": "Cells & volcanoes", "authors": ("Marie Dupont", HOSTILE), "url": "https://example.org/cells",
    "contact": "marie@example.org", "doi": "10.1234/cells", "version": "1.2.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    documents = [corpus.simple_document(f"doc-{n}", title=HOSTILE, attribution="Ann") for n in range(12)]
    corpus.release(documents, folder, corpus.ReleaseSection(**ABOUT))
    return ReleaseFolder.open(folder)


@pytest.fixture(scope="module")
def described(release):
    return json.loads((release.path / "croissant.json").read_text(encoding="utf-8"))


def problems_of(path, caplog):
    mlcroissant = pytest.importorskip("mlcroissant")
    with caplog.at_level(logging.WARNING):
        mlcroissant.Dataset(jsonld=str(path))  # raises on errors
    return [record.getMessage() for record in caplog.records]


def test_its_reader_finds_no_error_and_misses_nothing_but_a_date(release, caplog):
    warnings = "\n".join(problems_of(release.path / "croissant.json", caplog))
    assert warnings.count("is recommended, but does not exist") == 1
    assert "datePublished" in warnings


def test_its_reader_has_nothing_to_say_where_the_date_is_known(release, tmp_path, caplog):
    facts = facts_in(release).model_copy(update={"date": "2026-11-22"})
    text = croissant_json(facts, data_files(release.path), release.path)
    (tmp_path / "croissant.json").write_text(text, encoding="utf-8")
    assert problems_of(tmp_path / "croissant.json", caplog) == []


def test_a_release_without_examples_and_of_unlicensed_documents_is_described_as_well(tmp_path, caplog):
    corpus.release([corpus.simple_document("doc-1", examples=0, licence=None)], tmp_path)
    assert len(problems_of(tmp_path / "croissant.json", caplog)) == 1


@pytest.mark.parametrize("config", ["documents", "passages", "figures", "examples"])
def test_its_reader_loads_the_rows_of_every_split(release, config):
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(jsonld=str(release.path / "croissant.json"))
    loaded = {record[f"{config}/id"].decode(): record for record in dataset.records(config)}
    rows = [(split, row) for split in ("train", "validation", "test") for row in release.rows(config, split=split)]
    assert len({split for split, _ in rows}) > 1
    assert loaded.keys() == {row["id"] for _, row in rows}
    for split, row in rows:
        assert loaded[row["id"]][f"{config}/split"].decode() == split


def test_its_reader_gives_texts_numbers_images_and_steps_as_they_are(release):
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(jsonld=str(release.path / "croissant.json"))
    rows = {row["id"]: row for row in release.rows("examples")}
    seen = 0
    for record in dataset.records("examples"):
        row = rows[record["examples/id"].decode()]
        assert record["examples/question"].decode() == row["question"]
        assert [choice.decode() for choice in record["examples/choices"]] == row["choices"]
        assert [step["examples/steps/text"].decode() for step in record["examples/steps"]] == [
            step["text"] for step in row["steps"]
        ]
        assert [list(step["examples/steps/premises"]) for step in record["examples/steps"]] == [
            step["premises"] for step in row["steps"]
        ]
        if row["image"]:
            assert record["examples/image"].size == (40, 30)
            seen += 1
    assert seen


def test_every_data_file_is_listed_with_its_size_and_hash(release, described):
    files = {node["@id"]: node for node in described["distribution"] if node["@type"] == "cr:FileObject"}
    actual = {path.relative_to(release.path).as_posix(): path for path in release.path.rglob("*.parquet")}
    assert files.keys() == actual.keys()
    for name, path in actual.items():
        assert files[name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert files[name]["contentSize"] == f"{path.stat().st_size} B"
        assert files[name]["contentUrl"] == name


def test_every_column_is_a_field_or_described_in_words(release, described):
    sets = {node["@id"]: node for node in described["recordSet"]}
    for config, node in sets.items():
        columns = next(iter(release.rows(config))).keys()
        assert {field["name"] for field in node["field"]} == columns | {"split"}
    steps = next(field for field in sets["examples"]["field"] if field["name"] == "steps")
    assert {field["name"] for field in steps["subField"]} == {"index", "text", "kind", "premises"}
    assert steps["description"].startswith("regions and spans of each stand in the Parquet column steps")


def test_it_says_who_made_it_how_and_what_it_is_not(described):
    assert described["name"] == "Cells & volcanoes"
    assert described["version"] == "1.2.0"
    assert described["creator"][0] == {"@type": "sc:Person", "name": "Marie Dupont"}
    assert described["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert described["sameAs"] == "https://doi.org/10.1234/cells"
    assert described["citeAs"].startswith("@misc{")
    for name in (
        "dataCollection", "dataAnnotationProtocol", "dataLimitations", "dataBiases", "personalSensitiveInformation",
        "dataUseCases", "dataReleaseMaintenancePlan", "annotationsPerItem", "machineAnnotationTools",
    ):  # fmt: skip
        assert described[f"rai:{name}"], name
    assert described["rai:annotationsPerItem"].endswith("0 of 48 verified examples were decided by people as well.")


def test_its_reader_knows_the_vocabulary_of_responsible_ai(release):
    mlcroissant = pytest.importorskip("mlcroissant")
    metadata = mlcroissant.Dataset(jsonld=str(release.path / "croissant.json")).metadata
    assert metadata.data_collection.startswith("PDFs that the makers")
    assert metadata.data_biases[1] == "The most frequent language is en: 48 of 48 examples."
    assert "No person has looked at 48 of the 48 released examples." in metadata.data_limitations
    assert metadata.machine_annotation_tools == [f"corpusbuilder {__version__}", "rules 1"]
    assert metadata.data_annotation_platform in (None, [])


def test_a_stand_off_release_is_under_the_licence_of_its_annotations_alone(release):
    text = croissant_json(facts_in(release), data_files(release.path), release.path, kind="stand_off")
    described = json.loads(text)
    assert described["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert "without the content" in described["description"]


def test_the_same_release_is_described_in_the_same_bytes(release, tmp_path):
    documents = [corpus.simple_document(f"doc-{n}", title=HOSTILE, attribution="Ann") for n in reversed(range(12))]
    corpus.release(documents, tmp_path, corpus.ReleaseSection(**ABOUT))
    assert (tmp_path / "croissant.json").read_bytes() == (release.path / "croissant.json").read_bytes()
