import pytest

from corpusbuilder.config import CorpusSection
from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.pipeline.sources import collect, known_sources
from corpusbuilder.records.ids import document_id
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.workspace import Workspace

CORPUS = CorpusSection(licence="CC-BY-4.0", subject="biology")


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "shelf"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(b"%PDF a")
    (folder / "inner" / "b.PDF").write_bytes(b"%PDF b")
    (folder / "notes.txt").write_bytes(b"no pdf")
    return folder


def test_a_folder_stands_for_the_pdfs_in_it(workspace, shelf):
    collected = collect(workspace, [shelf], CORPUS)
    assert sorted(s.file_name for s in collected.sources) == ["a.pdf", "b.PDF"]
    assert collected.unreadable == ()


def test_what_the_corpus_says_holds_where_the_sources_file_is_silent(workspace, shelf):
    (shelf / "sources.toml").write_text('["a.pdf"]\ntitle = "Cells"\nlanguage = "en"\nlicence = "CC0-1.0"\n')
    by_name = {s.file_name: s for s in collect(workspace, [shelf], CORPUS).sources}
    a, b = by_name["a.pdf"], by_name["b.PDF"]
    assert (a.title, a.language, a.licence, a.subject) == ("Cells", "en", "CC0-1.0", "biology")
    assert (b.title, b.language, b.licence, b.subject) == (None, None, "CC-BY-4.0", "biology")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('["a.pdf"]\nlicense = "CC0"\n', "license", "licence"),
        ('title = "x"\n', "'title' is not a table", "BOOK.pdf"),
        ("[", "not valid TOML", None),
    ],
)
def test_a_wrong_sources_file_is_named(workspace, shelf, text, message, hint):
    (shelf / "sources.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        collect(workspace, [shelf], CORPUS)
    assert "sources.toml" in caught.value.message
    assert message in caught.value.message
    assert hint is None or hint in caught.value.hint


def test_the_same_book_under_two_names_is_kept_once(workspace, shelf):
    (shelf / "copy.pdf").write_bytes(b"%PDF a")
    collected = collect(workspace, [shelf], CORPUS)
    assert len(collected.sources) == 2
    (told,) = collected.duplicates
    assert "copy.pdf: the same file as" in told
    assert collect(workspace, [shelf], CORPUS).duplicates == (told,)


def test_a_path_that_does_not_exist_does_not_stop_the_others(workspace, shelf):
    collected = collect(workspace, [shelf / "none.pdf", shelf / "a.pdf"], CORPUS)
    assert [s.file_name for s in collected.sources] == ["a.pdf"]
    assert "none.pdf: there is no such file or folder" in collected.unreadable[0]


def test_with_no_pdf_at_all_there_is_nothing_to_do(workspace, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingInputError, match="there is no PDF in this folder"):
        collect(workspace, [tmp_path / "empty"], CORPUS)
    with pytest.raises(MissingInputError, match="no PDF has been given"):
        collect(workspace, [], CORPUS)


def test_the_next_run_remembers_the_pdfs(workspace, shelf):
    first = collect(workspace, [shelf], CORPUS)
    assert collect(workspace, [], CORPUS).sources == first.sources


def test_an_edited_pdf_replaces_its_document(workspace, shelf):
    collect(workspace, [shelf], CORPUS)
    (shelf / "a.pdf").write_bytes(b"%PDF a, second edition")
    collected = collect(workspace, [], CORPUS)
    (told,) = collected.replaced
    assert told.startswith(f"{shelf / 'a.pdf'}: the PDF was replaced")
    assert document_id(sha256_of(shelf / "a.pdf")) in {s.document_id for s in collected.sources}
    assert len(known_sources(workspace)) == 2


def test_a_moved_pdf_is_the_same_document(workspace, shelf):
    before = {s.document_id for s in collect(workspace, [shelf], CORPUS).sources}
    (shelf / "a.pdf").rename(shelf / "moved.pdf")
    collected = collect(workspace, [shelf], CORPUS)
    assert {s.document_id for s in collected.sources} == before
    assert "moved.pdf" in {s.file_name for s in collected.sources}
    assert collected.duplicates == ()


def test_the_password_is_read_from_its_variable_and_never_written(workspace, shelf):
    environ = {"BOOK_PASSWORD": "s3cret-canary"}
    collected = collect(workspace, [shelf], CORPUS, password_env="BOOK_PASSWORD", environ=environ)
    assert {s.password for s in collected.sources} == {"s3cret-canary"}
    assert "s3cret-canary" not in repr(collected)
    assert all(b"s3cret-canary" not in p.read_bytes() for p in workspace.root.rglob("*") if p.is_file())
    assert {s.password for s in collect(workspace, [], CORPUS, environ=environ).sources} == {"s3cret-canary"}


def test_a_password_variable_that_is_not_set_is_named(workspace, shelf):
    with pytest.raises(MissingInputError, match="NOT_SET"):
        collect(workspace, [shelf], CORPUS, password_env="NOT_SET", environ={})
