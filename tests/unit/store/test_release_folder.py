import hashlib
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from corpusbuilder.errors import MissingInputError, StorageError
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.store.release import CHECKSUMS, MANIFEST, ReleaseFolder, read_checksums

DIGEST = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def folder(tmp_path):
    """A release of three examples in two shards."""
    data = tmp_path / "data" / "examples"
    data.mkdir(parents=True)
    for shard, ids in enumerate((["a", "b"], ["c"])):
        table = pa.table({"id": ids, "question": [f"What is {id_}?" for id_ in ids]})
        parquet.write_table(table, data / f"train-{shard:05d}-of-00002.parquet")
    manifest = ReleaseManifest(
        name="r", version="1.0.0", tool_version="0", split_by="document", shares={}, splits={},
        rows={"examples": {"train": 3}}, documents={}, settings={}, card={},
    )  # fmt: skip
    (tmp_path / MANIFEST).write_text(manifest.model_dump_json())
    return tmp_path


def shard(folder, number=0):
    return folder / "data" / "examples" / f"train-{number:05d}-of-00002.parquet"


def message_of(action):
    with pytest.raises(StorageError) as caught:
        action()
    assert caught.value.hint
    assert not caught.value.repeat
    return caught.value.message


def test_rows_come_in_the_order_of_their_shards(folder):
    release = ReleaseFolder.open(folder)
    assert [row["id"] for row in release.rows("examples")] == ["a", "b", "c"]
    assert next(release.rows("examples", columns=["id"])) == {"id": "a"}
    release.check_rows()


def test_a_lost_shard_is_noticed(folder):
    shard(folder, 1).unlink()
    message = message_of(ReleaseFolder.open(folder).check_rows)
    assert "has 3 examples in train, and 2 are here" in message


def test_a_truncated_shard_is_named(folder):
    shard(folder).write_bytes(shard(folder).read_bytes()[:-20])
    release = ReleaseFolder.open(folder)
    assert shard(folder).name in message_of(release.check_rows)
    assert shard(folder).name in message_of(lambda: list(release.rows("examples")))


def test_a_shard_with_other_bytes_in_the_middle_is_named(folder):
    content = bytearray(shard(folder).read_bytes())
    content[4:60] = b"\x55" * 56
    shard(folder).write_bytes(content)
    message = message_of(lambda: list(ReleaseFolder.open(folder).rows("examples")))
    assert "not readable as Parquet" in message
    assert "\n" not in message


def test_a_text_that_is_no_utf_8_is_no_crash(folder):
    broken = pa.array([b"\xff", b"\xfe"], pa.binary()).view(pa.string())
    parquet.write_table(pa.table({"id": ["a", "b"], "question": broken}), shard(folder))
    assert "not readable" in message_of(lambda: list(ReleaseFolder.open(folder).rows("examples")))


def test_a_column_that_is_not_there_is_named(folder):
    release = ReleaseFolder.open(folder)
    assert "no column 'steps'" in message_of(lambda: list(release.rows("examples", columns=["id", "steps"])))


def test_a_release_of_a_later_format_says_that_corpusbuilder_is_too_old(folder):
    place = folder / MANIFEST
    place.write_text(json.dumps(json.loads(place.read_text()) | {"format": 2, "more": 1}))
    assert "is of format 2" in message_of(lambda: ReleaseFolder.open(folder))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b'{"name": "r"}'])
def test_a_damaged_manifest_is_no_crash(folder, content):
    (folder / MANIFEST).write_bytes(content)
    assert "damaged" in message_of(lambda: ReleaseFolder.open(folder))


def test_a_folder_without_a_manifest_is_no_release(tmp_path):
    with pytest.raises(MissingInputError, match=r"no release\.json"):
        ReleaseFolder.open(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", DIGEST.encode(), DIGEST[:40].encode() + b"  a\n", b"x" * 64 + b"  a\n", DIGEST.encode() + b"  a\n\n"],
)
def test_a_damaged_list_of_checksums_is_no_crash(tmp_path, content):
    (tmp_path / CHECKSUMS).write_bytes(content)
    assert "not a list of checksums" in message_of(lambda: read_checksums(tmp_path / CHECKSUMS))


@given(name=st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1))
def test_any_name_in_one_line_is_read_as_it_stands(tmp_path_factory, name):
    place = tmp_path_factory.mktemp("sums") / CHECKSUMS
    place.write_text(f"{DIGEST}  {name}\n{DIGEST}  b\n", encoding="utf-8")
    assert read_checksums(place) == {name: DIGEST, "b": DIGEST}
