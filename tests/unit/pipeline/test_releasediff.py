import shutil

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.releasediff import ConfigDiff, Moved, ReleaseDiff, diff_releases
from corpusbuilder.store.release import ReleaseFolder

ALL_TEST = ReleaseSection.model_validate({"splits": {"train": 0.0, "validation": 0.0, "test": 1.0}})


def made(folder, documents, config=corpus.ALL_TRAIN):
    corpus.release(documents, folder, config)
    return ReleaseFolder.open(folder)


def test_a_release_does_not_differ_from_itself(tmp_path):
    one = made(tmp_path / "a", [corpus.simple_document("doc-1")])
    assert diff_releases(one, one).is_empty


def test_a_copy_without_ids_is_refused(tmp_path):
    before = made(tmp_path / "a", [corpus.simple_document("doc-1")])
    after = made(tmp_path / "b", [corpus.simple_document("doc-1")])
    (file,) = after.parquet_files("documents")
    parquet.write_table(parquet.read_table(file).drop(["id"]), file)
    with pytest.raises(StorageError, match="documents in train have no id"):
        diff_releases(before, after)


def test_a_copy_that_lacks_rows_is_refused_rather_than_compared(tmp_path):
    release = made(tmp_path / "a", [corpus.simple_document("doc-1")])
    shutil.rmtree(release.path / "data" / "figures")
    with pytest.raises(StorageError, match="not whole"):
        diff_releases(release, release)


def test_a_document_more_is_told_in_every_config(tmp_path):
    before = made(tmp_path / "a", [corpus.simple_document("doc-1")])
    after = made(tmp_path / "b", [corpus.simple_document("doc-1"), corpus.simple_document("doc-2")])
    found = diff_releases(before, after)
    assert {name: len(config.added) for name, config in found.configs.items()} == {
        "documents": 1, "passages": 1, "figures": 1, "examples": 4,
    }  # fmt: skip
    assert not any(config.removed or config.changed or config.moved for config in found.configs.values())
    back = diff_releases(after, before)
    assert back.configs["documents"].removed == ["doc-2"]


def test_a_change_is_told_with_its_column(tmp_path):
    before = made(tmp_path / "a", [corpus.simple_document("doc-1", title="Cells")])
    after = made(tmp_path / "b", [corpus.simple_document("doc-1", title="Cells and tissues")])
    found = diff_releases(before, after)
    assert found.configs["documents"].changed == {"doc-1": ["title"]}
    assert found.configs["examples"].changed_columns() == {"source": 4}
    assert found.configs["passages"].is_empty


def test_another_image_of_the_same_figure_is_a_change(tmp_path):
    def release(folder, seed):
        within = corpus.unit(corpus.document(), figures=[corpus.figure("f-1", data=corpus.png(seed))])
        image = corpus.png(seed)
        corpus.release([corpus.as_input([within])], folder, read_image=lambda _: image)
        return ReleaseFolder.open(folder)

    found = diff_releases(release(tmp_path / "a", 1), release(tmp_path / "b", 2))
    assert found.configs["figures"].changed == {"f-1": ["image"]}


def test_an_example_that_was_held_out_and_is_not_any_more_is_a_leak(tmp_path):
    before = made(tmp_path / "a", [corpus.simple_document("doc-1", examples=1)], ALL_TEST)
    after = made(tmp_path / "b", [corpus.simple_document("doc-1", examples=1)])
    found = diff_releases(before, after)
    assert {moved.id for moved in found.leaked} == {"x-doc-1-t0", "x-doc-1-f0"}
    assert diff_releases(after, before).leaked == []
    assert set(found.about) == {"shares"}


@given(st.sampled_from(["train", "validation", "test"]), st.sampled_from(["train", "validation", "test"]))
def test_only_a_move_towards_train_is_a_leak(before, after):
    found = ReleaseDiff({}, {"examples": ConfigDiff(moved=[Moved("x", before, after)])})
    towards_train = ["train", "validation", "test"].index(after) < ["train", "validation", "test"].index(before)
    assert bool(found.leaked) == towards_train
