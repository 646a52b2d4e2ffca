"""A file's names for git and LFS are those that git gives it."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.hub.files import LocalFile, RemoteFile
from corpusbuilder.errors import StorageError


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"some bytes\x00")
    return LocalFile.read(tmp_path, "a.bin")


@given(content=st.binary(max_size=2_000))
def test_git_names_it_so(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("files")
    (folder / "a").write_bytes(content)
    named = subprocess.run(["git", "hash-object", "--no-filters", "a"], cwd=folder, capture_output=True, check=True)
    assert LocalFile.read(folder, "a").git_oid == named.stdout.decode().strip()


def test_it_is_held_by_what_has_its_name_in_git_or_in_lfs(file):
    assert RemoteFile("a.bin", 11, file.git_oid).holds(file)
    assert RemoteFile("a.bin", 11, "", file.sha256).holds(file)
    assert not RemoteFile("a.bin", 11, "0" * 40).holds(file)
    assert not RemoteFile("a.bin", 11, file.git_oid, "0" * 64).holds(file)
    assert not RemoteFile("a.bin", 12, "", file.sha256).holds(file)


def test_a_pointer_that_is_listed_as_such_holds_it(file, tmp_path):
    (tmp_path / "pointer").write_bytes(file.pointer)
    assert RemoteFile("a.bin", 11, LocalFile.read(tmp_path, "pointer").git_oid).holds(file)


@pytest.mark.parametrize("lfs", [{"oid": "f" * 64, "size": 5, "pointerSize": 9}, {"sha256": "f" * 64, "size": 5},
                                 {"oid": "sha256:" + "f" * 64, "size": 5}])  # fmt: skip
def test_a_listing_is_read(lfs):
    entry = {"type": "file", "path": "a", "oid": "0" * 40, "size": 5, "lfs": lfs}
    assert RemoteFile.of(entry) == RemoteFile("a", 5, "0" * 40, "f" * 64)


def test_a_file_that_changes_is_not_sent(file):
    file.path.write_bytes(b"other byte\x00")
    with pytest.raises(StorageError, match="has changed while"):
        file.content()
