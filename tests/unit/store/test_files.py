import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpusbuilder.errors import StorageError
from corpusbuilder.store.files import sha256_of, write_once, write_whole


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "deep" / "file"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_what_a_crash_left_of_a_temporary_file_is_written_over(tmp_path):
    (tmp_path / "file.tmp").write_bytes(b"half of something much longer")
    write_whole(tmp_path / "file", b"whole")
    (tmp_path / "asset.tmp").write_bytes(b"half of something much longer")
    write_once(tmp_path / "asset", b"whole")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"file": b"whole", "asset": b"whole"}


def test_many_writers_of_one_content_leave_one_whole_file(tmp_path):
    data = os.urandom(200_000)
    threads = [threading.Thread(target=write_once, args=(tmp_path / "asset", data)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sha256_of(tmp_path / "asset") == hashlib.sha256(data).hexdigest()
    assert [p.name for p in tmp_path.iterdir()] == ["asset"]


def test_a_file_that_is_there_is_not_written_again(tmp_path):
    write_once(tmp_path / "asset", b"data")
    before = (tmp_path / "asset").stat().st_mtime_ns
    write_once(tmp_path / "asset", b"data")
    assert (tmp_path / "asset").stat().st_mtime_ns == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        write_whole(tmp_path / "file" / "below", b"")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from corpusbuilder.errors import StorageError
from corpusbuilder.store.files import write_whole
path = Path(sys.argv[1]) / "file"
write_whole(path, b"before")
try:
    with open("/dev/full", "wb", buffering=0) as full:
        from corpusbuilder.errors import storage_errors
        with storage_errors(path):
            full.write(b"x")
except StorageError as error:
    print(error.message, "|", error.hint)
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_called_a_full_disk(tmp_path):
    run = subprocess.run([sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True)
    assert "no space left on the disk; everything written so far is kept" in run.stdout
    assert "run the same command again" in run.stdout


def test_many_writers_of_one_path_leave_what_one_of_them_wrote(tmp_path):
    contents = [bytes([n]) * 50_000 for n in range(16)]
    threads = [threading.Thread(target=write_whole, args=(tmp_path / "file", data)) for data in contents * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "file").read_bytes() in contents
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
