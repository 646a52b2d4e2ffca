"""A workspace is released, grows, and is released again; benchmarks are read from its folder."""

import pytest
import release_corpus as corpus

from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, StorageError
from corpusbuilder.pipeline.releasing import release, why_release_is_stale
from corpusbuilder.records.contamination import ContaminationReport
from corpusbuilder.store.release import ReleaseFolder
from corpusbuilder.store.workspace import Counts, DoneFile, Workspace

ASKED = Config.model_validate({"release": {"benchmarks": ["exam.txt"]}})


def fill(workspace, numbers):
    """Shards as the stages would have written them."""
    documents = [corpus.simple_document(f"doc-{n:02d}") for n in numbers]
    for document in documents:
        write(workspace, "parse", document.id, document.units())
        write(workspace, "verify", document.id, document.examples())
        for unit in document.units():
            for figure in unit.figures:
                workspace.write_asset(figure.image.sha256, "image/png", corpus.png(figure.id))


def write(workspace, stage, document, records):
    lines = [record.model_dump_json().encode() for record in records]
    shard = workspace.shard(stage, document)
    digest = shard.write(lines, [])
    counts = Counts(inputs=len(lines), done=len(lines), rejected=0, outputs=len(lines))
    shard.write_done(DoneFile(fingerprint={}, input_sha256="", output_sha256=digest, counts=counts, seconds=0))


def placed(report):
    folder = ReleaseFolder.open(report.folder)
    return {
        row["id"]: split
        for split in ("train", "validation", "test")
        for row in folder.rows("examples", split=split, columns=["id"])
    }


@pytest.fixture
def workspace(tmp_path):
    made = Workspace(tmp_path)
    fill(made, range(8))
    return made


def test_two_documents_more_move_nothing(workspace):
    before = placed(release(workspace, Config()))
    fill(workspace, [8, 9])
    now = placed(release(workspace, Config()))
    assert set(before.values()) == {"train", "validation", "test"}
    assert before.items() < now.items()


def test_examples_are_compared_with_benchmarks_and_another_file_makes_the_release_stale(workspace):
    exam = workspace.root / "exam.txt"
    exam.write_text("What is x-doc-00-t0?\nWhat is a root?\n")
    made = release(workspace, ASKED)
    report = ContaminationReport.model_validate_json((made.folder / "contamination.json").read_bytes())
    assert [(one.file, one.questions, one.exact) for one in report.benchmarks] == [("exam.txt", 2, 1)]
    assert [(pair.line, pair.example_id) for pair in report.benchmark_pairs] == [(1, "x-doc-00-t0")]
    assert "contamination.json" in ReleaseFolder.open(made.folder).checksums()
    assert why_release_is_stale(workspace, ASKED) is None
    exam.write_text("What is a leaf?\n")
    assert "exam.txt" in why_release_is_stale(workspace, ASKED)


def test_a_benchmark_that_is_not_there_is_named_before_anything_is_written(workspace):
    with pytest.raises(MissingInputError, match=r"exam\.txt"):
        release(workspace, ASKED)
    assert not (workspace.root / "release" / ASKED.release_name).exists()
    assert why_release_is_stale(workspace, ASKED) == "not made yet"


def test_a_run_that_was_killed_while_it_put_the_new_release_in_place_loses_no_split(workspace):
    made = release(workspace, Config())
    before = ReleaseFolder.open(made.folder).manifest.splits
    fill(workspace, [8, 9])
    (workspace.stage_folder("release") / "done" / f"{made.name}.json").unlink()
    made.folder.rename(made.folder.with_name(f".{made.name}.corpusbuilder-old"))
    again = release(workspace, Config().model_copy(deep=True))
    after = ReleaseFolder.open(again.folder).manifest
    assert before.items() < after.splits.items()
    assert [change.documents_added for change in after.changes] == [10]
    assert sorted(path.name for path in made.folder.parent.iterdir() if "corpus" in path.name) == ["corpus"]


def versioned(version):
    return Config.model_validate({"release": {"version": version}})


def test_what_is_made_again_without_a_word_stays_the_version_that_it_was_published_as(workspace):
    first = release(workspace, Config())
    assert ReleaseFolder.open(first.folder).manifest.version == "0.1.0"
    release(workspace, versioned("1.2.0"))
    before = ReleaseFolder.open(first.folder).checksums()
    assert release(workspace, Config()).cached
    assert not release(workspace, Config(), force=True).cached
    assert ReleaseFolder.open(first.folder).checksums() == before
    fill(workspace, [8])
    assert not release(workspace, Config()).cached
    manifest = ReleaseFolder.open(first.folder).manifest
    assert manifest.version == "1.2.0"
    assert [change.version for change in manifest.changes] == ["0.1.0", "1.2.0"]
    assert (manifest.changes[-1].documents, manifest.changes[-1].documents_added) == (9, 1)


def test_a_release_that_no_longer_says_which_splits_it_had_is_not_divided_anew_by_itself(workspace):
    made = release(workspace, Config())
    (made.folder / "release.json").write_text("{")
    with pytest.raises(StorageError, match=r"release\.json") as caught:
        release(workspace, Config(), force=True)
    assert "splits are assigned anew" in caught.value.hint
