import pytest

from corpusbuilder.errors import StorageError
from corpusbuilder.store.workspace import RejectedInput, Workspace, read_records


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def reject(name):
    return RejectedInput(input_id=name, reason_code="encrypted", message="needs a password")


def test_records_come_back_in_order(workspace):
    shard = workspace.shard("parse", "doc-1")
    shard.write([reject(name).model_dump_json().encode() for name in "cab"], [])
    assert [r.input_id for r in shard.read(RejectedInput)] == ["c", "a", "b"]


def test_rejects_of_an_earlier_run_do_not_stay(workspace):
    shard = workspace.shard("parse", "doc-1")
    shard.write([], [reject("a")])
    assert shard.read_rejected() == [reject("a")]
    shard.write([], [])
    assert shard.read_rejected() == []
    assert not shard.rejected.exists()


def test_a_broken_line_is_named_with_file_and_number(workspace):
    shard = workspace.shard("parse", "doc-1")
    shard.write([reject("a").model_dump_json().encode(), b'{"input_id": 3}'], [])
    with pytest.raises(StorageError, match=r"doc-1\.jsonl, line 2: not a valid RejectedInput"):
        list(shard.read(RejectedInput))


def test_a_missing_shard_is_named(tmp_path):
    with pytest.raises(StorageError, match="there is no such file"):
        list(read_records(tmp_path / "nowhere.jsonl", RejectedInput))


def test_a_done_file_of_another_format_counts_as_absent(workspace):
    workspace.write_json({"format": "of tomorrow"}, "parse", "done", "doc-1.json")
    assert workspace.shard("parse", "doc-1").read_done() is None


def test_a_shard_is_removed_whole(workspace):
    shard = workspace.shard("parse", "doc-1")
    shard.write([b"{}"], [reject("a")])
    workspace.write_json({}, "parse", "done", "doc-1.json")
    shard.partial.write_bytes(b"")
    shard.remove()
    assert [p for p in (workspace.root / "parse").rglob("*") if p.is_file()] == []


def test_an_asset_lies_under_its_hash(workspace):
    workspace.write_asset("ab" * 32, "image/png", b"png")
    assert (workspace.root / "assets" / "ab" / f"{'ab' * 32}.png").read_bytes() == b"png"
    assert workspace.read_asset("ab" * 32) == b"png"


def test_a_missing_asset_says_how_to_make_it_again(workspace):
    with pytest.raises(StorageError) as caught:
        workspace.read_asset("cd" * 32)
    assert "parse --force" in caught.value.hint


def test_a_broken_json_file_is_named(workspace):
    (workspace.root / "broken.json").write_text("{")
    with pytest.raises(StorageError, match=r"broken\.json: cannot be read"):
        workspace.read_json("broken.json")
