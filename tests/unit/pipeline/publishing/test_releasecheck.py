"""A release is published when it is whole, may be passed on, and loads; and is named when it is not."""

import pyarrow as pa
import pytest
from fakes.hubrelease import write_release
from pyarrow import parquet

from corpusbuilder.errors import StorageError, UsageError
from corpusbuilder.pipeline.publishing.check import check_release, load_back, withheld_documents
from corpusbuilder.store.release import CHECKSUMS, MANIFEST, ReleaseFolder, checksum_lines

CARD = """---
configs:
- config_name: documents
  data_files:
  - split: train
    path: data/documents/train-*.parquet
---
"""
OPEN = {"id": "d1", "file_name": "leaves.pdf", "title": "Leaves", "licence": "CC-BY-4.0"}
COLUMNS = pa.schema([(name, pa.string()) for name in OPEN])


def make(folder, rows=(OPEN,), *, kind="full", said=None, card=CARD):
    """A release of documents only, with real Parquet; ``said``: the number of rows in its manifest."""
    release = write_release(folder, more={"README.md": card.encode()})
    for name in [name for name in release.files() if name.startswith("data/")]:
        (folder / name).unlink()
    place = folder / "data" / "documents" / "train-00000-of-00001.parquet"
    parquet.write_table(pa.Table.from_pylist(list(rows), schema=COLUMNS), place)
    counts = {"documents": {"train": len(rows) if said is None else said}}
    manifest = release.manifest.model_copy(update={"rows": counts, "kind": kind})
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    (folder / CHECKSUMS).unlink()
    (folder / CHECKSUMS).write_text(checksum_lines(folder, ReleaseFolder.open(folder).files()))
    return ReleaseFolder.open(folder)


def test_a_whole_release_passes(tmp_path):
    said = []
    check_release(make(tmp_path), said.append)
    assert said == [f"checking {tmp_path}"]


def test_nothing_is_left_in_the_users_cache(tmp_path, monkeypatch):
    import datasets

    datasets.enable_progress_bars()
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    load_back(make(tmp_path / "release"))
    assert not (tmp_path / "cache").exists()
    assert datasets.utils.is_progress_bar_enabled()


@pytest.mark.parametrize("licence", [None, "", "  ", "All rights reserved", "proprietary"])
def test_a_document_that_may_not_be_passed_on_is_refused_by_name(tmp_path, licence):
    closed = {"id": "d2", "file_name": "roots.pdf", "title": "Roots", "licence": licence}
    with pytest.raises(UsageError, match=r"a document may not be published .*roots\.pdf \(“Roots”\)") as caught:
        check_release(make(tmp_path, [OPEN, closed]), lambda text: None)
    assert "leaves.pdf" not in caught.value.message
    assert "--stand-off" in caught.value.hint
    assert caught.value.exit_code == 2


def test_many_are_counted_and_the_first_are_named(tmp_path):
    rows = [{"id": f"d{n}", "file_name": f"{n:02}.pdf", "title": None, "licence": None} for n in range(30)]
    with pytest.raises(UsageError, match=r"30 documents .*19\.pdf.*, and 10 more"):
        check_release(make(tmp_path, rows), lambda text: None)


def test_a_title_of_many_lines_is_told_on_one(tmp_path):
    row = {"id": "d", "file_name": "a.pdf", "title": "one\ntwo\r\n" + "x" * 500, "licence": None}
    with pytest.raises(UsageError, match="one two x") as caught:
        check_release(make(tmp_path, [row]), lambda text: None)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300 + len(str(tmp_path))


def test_a_stand_off_release_holds_nothing_that_could_be_refused(tmp_path):
    release = make(tmp_path, [{**OPEN, "licence": None}], kind="stand_off")
    assert list(withheld_documents(release)) == []
    check_release(release, lambda text: None)


@pytest.mark.parametrize("change", ["alter", "delete", "add"])
def test_a_release_that_is_not_as_it_was_written_is_refused(tmp_path, change):
    release = make(tmp_path)
    place = tmp_path / "README.md"
    if change == "alter":
        place.write_text(CARD + "edited")
    elif change == "delete":
        place.unlink()
    else:
        (tmp_path / "extra.txt").write_text("x")
    with pytest.raises(StorageError, match=r"README\.md|extra\.txt"):
        check_release(release, lambda text: None)


def test_a_release_with_other_rows_than_it_says_is_refused(tmp_path):
    with pytest.raises(StorageError, match=r"does not load the config documents: .*should have \{'train': 7\}"):
        check_release(make(tmp_path, said=7), lambda text: None)


@pytest.mark.parametrize("card", ["no front matter", CARD.replace("data/documents", "data/elsewhere")])
def test_a_release_that_datasets_cannot_load_is_refused(tmp_path, card):
    with pytest.raises(StorageError, match="does not load the config documents"):
        check_release(make(tmp_path, card=card), lambda text: None)


def test_a_truncated_parquet_file_with_checksums_to_match_is_refused(tmp_path):
    release = make(tmp_path)
    place = tmp_path / "data" / "documents" / "train-00000-of-00001.parquet"
    place.write_bytes(place.read_bytes()[:-20])
    (tmp_path / CHECKSUMS).unlink()
    (tmp_path / CHECKSUMS).write_text(checksum_lines(tmp_path, release.files()))
    with pytest.raises(StorageError, match="not readable as Parquet"):
        check_release(release, lambda text: None)
    with pytest.raises(StorageError, match="does not load"):
        load_back(release)
