"""One build of the sample chapters that the tests of this folder share."""

import os
import shutil
from importlib import resources
from pathlib import Path

import pytest
from filelock import FileLock
from running import corpusbuilder

SAMPLES = Path(str(resources.files("corpusbuilder").joinpath("samples")))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """The sample chapters in a folder that tests may copy from."""
    folder = tmp_path_factory.mktemp("shelf")
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in {".pdf", ".toml"}:
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory, shelf):
    """A workspace in which the sample chapters were built, made once for all test processes. Do not change it."""
    base = tmp_path_factory.getbasetemp()  # of one process, inside of that of all of a run
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    root.mkdir(exist_ok=True)
    workspace, books = root / "ws", root / "books"
    with FileLock(root / "lock"):
        if not (root / "done").exists():
            shutil.copytree(shelf, books)
            done = corpusbuilder("build", books, "-w", workspace, "--json")
            assert done.code == 0, done.err
            (root / "done").write_text(done.out)
    return workspace


@pytest.fixture
def workspace(built, tmp_path):
    """A copy of the built workspace, with books of its own, that a test may change."""
    books = tmp_path / "books"
    shutil.copytree(built.parent / "books", books)
    copy = tmp_path / "ws"
    shutil.copytree(built, copy)
    listing = copy / "parse" / "sources.json"
    listing.write_text(listing.read_text().replace(str(built.parent / "books"), str(books)))
    return copy
