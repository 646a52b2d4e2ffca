from contextlib import closing

import builders
import pytest

from corpusbuilder.config import load
from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.shards import ShardJob, differences, run_shard
from corpusbuilder.store.journal import Journal
from corpusbuilder.store.workspace import Workspace


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"config.dpi": 150}, {"config.dpi": 200}, ["config.dpi changed from 150 to 200"]),
        ({}, {"prompt rules/x.v1.en": "a" * 64}, ["prompt rules/x.v1.en is new"]),
        ({"a": 1}, {}, ["a is gone"]),
        ({"input PDF": "a" * 64}, {"input PDF": "b" * 64}, ["input PDF changed"]),
        ({"a": [1, 2]}, {"a": [1, 2]}, []),
    ],
)
def test_a_difference_is_told_in_words(before, after, told):
    assert differences(before, after) == told


def test_a_long_value_is_cut():
    (told,) = differences({"a": "x"}, {"a": "y" * 500})
    assert len(told) < 100


@pytest.fixture
def workspace(tmp_path):
    """Two documents of one unit each, parsed."""
    workspace = Workspace(tmp_path)
    for name in ("doc-1", "doc-2"):
        unit = builders.unit()
        unit = unit.model_copy(update={"id": f"unit-of-{name}"})
        workspace.shard("parse", name).write([unit.model_dump_json().encode()], [])
    return workspace


def job(workspace, config, document):
    return ShardJob(root=workspace.root, stage="generate", config=config, document_id=document, fingerprint={})


def test_what_stops_one_shard_is_what_stops_the_others(workspace, monkeypatch):
    config = load(None, overrides=["generate.teacher.kind=scripted"], environ={})

    def full(*_):
        raise StorageError("no space left on the disk")

    with closing(access_for(workspace, config, environ={})) as access:
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", full)
            with pytest.raises(StorageError, match="no space left"):
                run_shard(job(workspace, config, "doc-1"), access)
        with pytest.raises(StorageError, match="no space left"):
            run_shard(job(workspace, config, "doc-2"), access)


def test_units_of_an_interrupted_run_count_as_done(workspace):
    config = load(None, overrides=["generate.teacher.kind=scripted"], environ={})
    with closing(access_for(workspace, config, environ={})) as access:
        first = run_shard(job(workspace, config, "doc-1"), access)
        assert (first.counts.inputs, access.meter.inputs) == (1, 1)
    shard = workspace.shard("generate", "doc-1")
    lines = shard.data.read_text().splitlines()
    shard.remove()
    mode = {"config": config, "mode": "replay", "environ": {}}
    with closing(access_for(workspace, **mode)) as access:
        begun = job(workspace, config, "doc-1")
        digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of an empty fingerprint
        with shard.journal(fingerprint=digest, keep=True) as journal:
            journal.append("unit-of-doc-1", {"outputs": lines, "notes": []})
        again = run_shard(begun, access)
        assert (again.counts.outputs, access.meter.inputs, access.meter.found) == (len(lines), 1, 0)
