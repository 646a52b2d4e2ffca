"""A workspace is released, grows, and is released again; benchmarks are read from its folder."""

import pytest
import release_corpus as corpus

from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError
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
