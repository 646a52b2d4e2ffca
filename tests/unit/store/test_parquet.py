import pyarrow as pa
import pytest
from pyarrow import parquet

from corpusbuilder.store.parquet import SplitWriter

TEXTS = pa.schema([("id", pa.string())])
SHOWN = pa.schema([("id", pa.string()), ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))])
IMAGE = {"bytes": bytes(range(256)) * 40, "path": "a.png"}


def write(folder, rows, schema=TEXTS, **more):
    writer = SplitWriter(folder, "train", schema, **more)
    for row in rows:
        writer.write(row)
    return writer.finish()


def texts(number):
    return [{"id": f"row {place}"} for place in range(number)]


def test_without_a_row_there_is_no_file(tmp_path):
    assert write(tmp_path, []) == []
    assert list(tmp_path.iterdir()) == []


def test_a_full_shard_is_followed_by_another_and_all_say_how_many_there_are(tmp_path):
    made = write(tmp_path, texts(2500), shard_bytes=1)
    assert [path.name for path in made] == [f"train-{shard:05d}-of-00003.parquet" for shard in range(3)]
    assert sorted(tmp_path.iterdir()) == made
    assert [row for path in made for row in parquet.read_table(path).to_pylist()] == texts(2500)


def test_all_rows_can_be_wanted_in_one_file(tmp_path):
    (made,) = write(tmp_path, texts(2500), shard_bytes=None)
    assert parquet.ParquetFile(made).metadata.num_row_groups == 3


def test_the_same_rows_give_the_same_bytes(tmp_path):
    rows = [{"id": f"row {place}", "image": IMAGE if place % 3 else None} for place in range(250)]
    (first,), (second,) = write(tmp_path / "a", rows, SHOWN), write(tmp_path / "b", rows, SHOWN)
    assert first.read_bytes() == second.read_bytes()


def test_an_image_that_many_rows_show_is_kept_once_in_a_group_of_a_hundred_rows(tmp_path):
    (made,) = write(tmp_path, [{"id": str(place), "image": IMAGE} for place in range(200)], SHOWN)
    stored = parquet.ParquetFile(made).metadata
    assert stored.num_row_groups == 2
    assert stored.row_group(0).total_byte_size < 3 * len(IMAGE["bytes"])


@pytest.mark.parametrize("number", [1, 1500])
def test_what_was_not_finished_has_no_name_that_a_reader_looks_for(tmp_path, number):
    writer = SplitWriter(tmp_path, "train", TEXTS)
    for row in texts(number):
        writer.write(row)
    writer.close()
    assert list(tmp_path.glob("*.parquet")) == []
