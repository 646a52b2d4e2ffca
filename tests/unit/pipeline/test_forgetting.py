"""A PDF that was given by mistake goes, with all that was made of it, and nothing else does."""

import hashlib

import pytest

from corpusbuilder.config import CorpusSection
from corpusbuilder.errors import MissingInputError, StorageError, UsageError
from corpusbuilder.pipeline.assets import collect_assets
from corpusbuilder.pipeline.forgetting import forget
from corpusbuilder.pipeline.sources import collect, known_sources
from corpusbuilder.pipeline.specs import SPECS
from corpusbuilder.records.ids import document_id
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.workspace import Counts, DoneFile, RejectedInput, Workspace

COUNTS = Counts(inputs=1, done=1, rejected=0, outputs=1)


def image(workspace, text):
    digest = hashlib.sha256(text.encode()).hexdigest()
    workspace.write_asset(digest, "image/png", text.encode())
    return digest


def shard(workspace, stage, document, *digests):
    made = workspace.shard(stage, document)
    lines = [f'{{"sha256":"{digest}"}}'.encode() for digest in digests]
    written = made.write(lines, [RejectedInput(input_id="x", reason_code="y", message="z")])
    made.write_done(DoneFile(fingerprint={}, input_sha256="", output_sha256=written, counts=COUNTS, seconds=0.0))


@pytest.fixture
def books(tmp_path):
    """Two folders with a book of the same name each, and one with a blank in its name."""
    paths = [tmp_path / "shelf" / "atlas.pdf", tmp_path / "desk" / "atlas.pdf", tmp_path / "desk" / "my cells.pdf"]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"%PDF {number}".encode())
    return paths


@pytest.fixture
def workspace(tmp_path, books):
    """Every stage has a shard of each book, with a picture of its own and one that all share."""
    workspace = Workspace(tmp_path / "ws")
    collect(workspace, books, CorpusSection())
    for book in books:
        pictures = image(workspace, "shared"), image(workspace, str(book))
        for stage in SPECS:
            shard(workspace, stage, of(book), *(pictures if stage == "parse" else ()))
    return workspace


def of(book):
    return document_id(sha256_of(book))


def listed(workspace):
    return {source.path for source in known_sources(workspace)}


@pytest.mark.parametrize("name", ["path", "id", "file name", "relative"])
def test_a_pdf_goes_with_everything_that_was_made_of_it(workspace, books, name, monkeypatch):
    monkeypatch.chdir(books[2].parent)
    given = {"path": books[2], "id": of(books[2]), "file name": books[2].name, "relative": "../desk/my cells.pdf"}
    gone = of(books[2])
    done = forget(workspace, [str(given[name])])
    assert [source.path for source in done.sources] == [str(books[2])]
    assert (done.left, done.assets) == (2, 1)
    assert listed(workspace) == {str(books[0]), str(books[1])}
    assert not list(workspace.root.rglob(f"*{gone}*"))
    assert all(workspace.document_ids(stage) == sorted([of(books[0]), of(books[1])]) for stage in SPECS)
    assert books[2].exists()


def test_a_pdf_that_is_gone_from_the_disk_can_be_forgotten(workspace, books):
    books[2].unlink()
    assert forget(workspace, ["my cells.pdf"]).left == 2


def test_a_folder_stands_for_all_pdfs_that_came_from_it(workspace, books):
    assert forget(workspace, [str(books[1].parent)]).left == 1
    assert listed(workspace) == {str(books[0])}


def test_a_name_that_stands_for_several_is_refused(workspace, books):
    with pytest.raises(UsageError) as caught:
        forget(workspace, ["atlas.pdf"])
    assert str(books[0]) in caught.value.hint
    assert str(books[1]) in caught.value.hint


@pytest.mark.parametrize(
    ("name", "closest"), [("my_cells.pdf", "my cells.pdf"), ("desk/my cell.pdf", "my cells.pdf"), ("zzzz", "atlas.pdf")]
)
def test_one_that_is_not_on_the_list_changes_nothing_and_names_the_closest(workspace, books, name, closest):
    before = {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}
    with pytest.raises(MissingInputError) as caught:
        forget(workspace, [str(books[0]), name])
    assert caught.value.message == f"{name}: not on this workspace's list of PDFs"
    assert closest in caught.value.hint
    assert {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()} == before


def test_a_folder_without_a_corpus_is_named_and_stays_as_it_is(tmp_path):
    with pytest.raises(MissingInputError, match="no PDF has been given"):
        forget(Workspace(tmp_path), ["a.pdf"])
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_another_run_works_on_is_not_pulled_away(workspace, books):
    with workspace.shard("verify", of(books[2])).journal(fingerprint="x", keep=True):
        with pytest.raises(StorageError, match="another run"):
            forget(workspace, [str(books[2])])
        assert workspace.shard("verify", of(books[2])).read_done() is not None
        assert str(books[2]) in listed(workspace)
    assert forget(workspace, [str(books[2])]).left == 2


def test_pictures_that_some_record_shows_stay(workspace, books):
    shard(workspace, "review", of(books[0]), image(workspace, "seen by a person"))
    orphan = image(workspace, "orphan")
    assert collect_assets(workspace) == 1
    assert not workspace.asset_path(orphan).exists()
    assert len(list(workspace.root.glob("assets/*/*"))) == 5
    assert collect_assets(workspace) == 0


def test_no_picture_goes_while_a_run_is_unfinished(workspace, books):
    orphan = image(workspace, "stored, not named yet")
    with workspace.shard("parse", of(books[0])).journal(fingerprint="x", keep=True):
        assert collect_assets(workspace) == 0
    assert collect_assets(workspace) == 0, "it may be resumed"
    assert workspace.asset_path(orphan).exists()


def test_other_files_among_the_pictures_stay(workspace):
    (workspace.root / "assets" / "ab").mkdir(exist_ok=True)
    (workspace.root / "assets" / "ab" / "notes.txt").write_text("mine")
    assert collect_assets(workspace) == 0
    assert (workspace.root / "assets" / "ab" / "notes.txt").exists()
