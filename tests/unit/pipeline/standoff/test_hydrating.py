"""A stand-off release is made whole with a reader's files, as far as it can be proven that they are the sources."""

import dataclasses
import json
import shutil

import pytest
import standoff_corpus as bench
from pyarrow import parquet

from corpusbuilder.config import Config
from corpusbuilder.errors import ConfigError, MissingInputError, StorageError, UsageError
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.shards import ShardReport
from corpusbuilder.pipeline.standoff.hydrating import REPORT, hydrate
from corpusbuilder.pipeline.standoff.making import standoff_release
from corpusbuilder.pipeline.standoff.printings import Given, parse_pdfs
from corpusbuilder.store.release import CHECKSUMS, ReleaseFolder, checksum_lines
from corpusbuilder.store.workspace import Counts, RejectedInput, Workspace

BOOKS = bench.books(3)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A workspace with the full and the stand-off release; not to be changed."""
    workspace = bench.workspace(tmp_path_factory.mktemp("released") / "ws", BOOKS)
    return standoff_release(workspace, Config()).folder


@pytest.fixture
def release(released, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(released, tmp_path / "stand-off")


@pytest.fixture
def shelf(tmp_path):
    """A folder for the reader's PDFs."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def put(shelf, *books):
    for number, book in enumerate(books):
        (shelf / f"whatever {number}.pdf").write_bytes(book.pdf)


def whole(release, shelf, tmp_path, *known):
    return hydrate(release, [shelf], tmp_path / "out", run=bench.parser_of([*BOOKS, *known]))


def partial(release, shelf, tmp_path, *known):
    with pytest.raises(MissingInputError) as failure:
        whole(release, shelf, tmp_path, *known)
    report = json.loads((tmp_path / "out" / REPORT).read_text())
    return failure.value, report, {document["title"]: document for document in report["documents"]}


def reseal(folder):
    """Make checksums agree again, as whoever doctors a release would."""
    names = [name for name in ReleaseFolder.open(folder).files() if name != CHECKSUMS]
    (folder / CHECKSUMS).write_text(checksum_lines(folder, names))


def rewrite(folder, config, change):
    for path in sorted((folder / "data" / config).glob("*.parquet")):
        table = parquet.read_table(path)
        rows = [change(row) for row in table.to_pylist()]
        parquet.write_table(type(table).from_pylist(rows, schema=table.schema), path)
    reseal(folder)


def test_with_all_files_the_full_release_comes_out_byte_for_byte(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    report = whole(released, shelf, tmp_path)
    full = bench.files(released.with_name("corpus"))
    assert report.complete
    assert report.identical
    assert {n: d for n, d in bench.files(tmp_path / "out").items() if not n.startswith(".")} == full
    assert not ReleaseFolder.open(tmp_path / "out").problems()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_words_taken_from_another_book_come_back(tmp_path, shelf):
    quote = " ".join(BOOKS[0].text.split()[5:16])
    books = [BOOKS[0], bench.book(1, question=f"Who says that {quote}?")]
    made = standoff_release(bench.workspace(tmp_path / "ws", books), Config())
    put(shelf, *books)
    assert hydrate(made.folder, [shelf], tmp_path / "out", run=bench.parser_of(books)).identical


def test_a_wrong_file_is_refused_by_name_and_nothing_is_written(released, shelf, tmp_path):
    (shelf / "biology.pdf").write_bytes(b"%PDF-biology")
    other = bench.book(77, pdf=b"%PDF-biology")
    with pytest.raises(
        MissingInputError, match=r"biology\.pdf is none of the sources of this release; expected: "
    ) as e:
        whole(released, shelf, tmp_path, other)
    assert "Book 1, sha256 " in e.value.message
    assert [path for path in tmp_path.iterdir() if "out" in path.name] == []


def test_a_wrong_file_among_the_right_ones_is_named_and_does_no_harm(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    (shelf / "biology.pdf").write_bytes(b"%PDF-biology")
    report = whole(released, shelf, tmp_path)
    assert report.refused == ["biology.pdf is none of the sources of this release"]
    assert report.identical


def test_without_one_file_the_rest_is_restored_and_every_lost_row_is_named(released, shelf, tmp_path):
    put(shelf, *BOOKS[:2])
    error, _, documents = partial(released, shelf, tmp_path)
    assert "Book 2" in error.message
    assert documents["Book 2"]["outcome"] == "missing"
    assert documents["Book 2"]["lost"]["examples"] == ["x-2-t0", "x-2-f0"]
    assert documents["Book 0"] | {"lost": {}, "outcome": "restored"} == documents["Book 0"]
    out = ReleaseFolder.open(tmp_path / "out")
    full = {row["id"]: row for row in ReleaseFolder.open(released.with_name("corpus")).rows("examples")}
    restored = {row["id"]: row for row in out.rows("examples")}
    assert restored == {key: full[key] for key in full if not key.startswith("x-2")}
    assert not out.problems()
    assert REPORT in out.files()


def test_the_dataset_of_a_part_can_be_loaded(released, shelf, tmp_path):
    import datasets

    put(shelf, BOOKS[0])
    partial(released, shelf, tmp_path)
    loaded = datasets.load_dataset(str(tmp_path / "out"), "figures", cache_dir=str(tmp_path / "cache"))
    assert sum(len(split) for split in loaded.values()) == 1


def test_the_next_try_goes_on_with_the_file_that_was_missing(released, shelf, tmp_path):
    put(shelf, *BOOKS[:2])
    partial(released, shelf, tmp_path)
    put(shelf, *BOOKS)
    assert whole(released, shelf, tmp_path).identical


def test_another_printing_is_used_where_it_is_the_same(released, shelf, tmp_path):
    again = dataclasses.replace(BOOKS[1], pdf=b"%PDF-saved again")
    put(shelf, BOOKS[0], again, BOOKS[2])
    report = whole(released, shelf, tmp_path, again)
    (found,) = [document for document in report.documents if document.printing is not None]
    assert (found.title, found.printing, found.pdf) == ("Book 1", 1.0, "whatever 1.pdf")
    assert report.identical


def test_another_printing_is_not_looked_for_when_only_the_very_files_will_do(released, shelf, tmp_path):
    again = dataclasses.replace(BOOKS[1], pdf=b"%PDF-saved again")
    put(shelf, BOOKS[0], again, BOOKS[2])
    with pytest.raises(MissingInputError, match=r"whatever 1\.pdf is none of the sources"):
        hydrate(released, [shelf], tmp_path / "out", run=bench.parser_of([*BOOKS, again]), exact=True)


def test_of_another_printing_only_what_is_proven_is_restored(released, shelf, tmp_path):
    again = dataclasses.replace(BOOKS[1], pdf=b"%PDF-second edition", text=f"{BOOKS[1].text} And one sentence more.")
    put(shelf, BOOKS[0], again, BOOKS[2])
    _, _, documents = partial(released, shelf, tmp_path, again)
    found = documents["Book 1"]
    assert (found["outcome"], found["printing"]) == ("partly restored", 0.5)
    assert found["lost"] == {"passages": ["p-1"], "examples": ["x-1-t0"]}
    assert found["restored"] == {"documents": 1, "passages": 1, "figures": 1, "examples": 1}


def test_a_picture_that_was_compressed_anew_is_known_by_its_pixels(released, shelf, tmp_path):
    again = dataclasses.replace(BOOKS[1], pdf=b"%PDF-optimised", compressed_anew=True)
    put(shelf, BOOKS[0], again, BOOKS[2])
    report = whole(released, shelf, tmp_path, again)
    (found,) = [document for document in report.documents if document.images_of_equal_pixels]
    assert found.images_of_equal_pixels == 2  # in a figure and in an example
    assert not report.identical
    assert any(name.startswith("data/figures/") for name in report.differing)


def test_a_file_that_cannot_be_read_is_named(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    with pytest.raises(MissingInputError, match=r"Book 2.* is unreadable: this is not a PDF"):
        hydrate(released, [shelf], tmp_path / "out", run=bench.parser_of(BOOKS[:2]))


def test_why_a_file_cannot_be_read_is_said_in_terms_of_the_reader(tmp_path):
    given = Given(tmp_path / "mine.pdf", "a" * 64)
    message = f"{given.sha256}.pdf: the file is empty (if it was given by mistake: corpusbuilder forget X.pdf -w WS)"
    rejected = RejectedInput(input_id=given.parsed_as, reason_code="not_a_pdf", message=message)
    shard = ShardReport(given.parsed_as, Counts(inputs=1, done=0, rejected=1, outputs=0), (rejected,))
    why = parse_pdfs(
        Workspace(tmp_path / "work"),
        {given: None},
        run=lambda *_: StageReport("parse", (shard,), {}),
        config=Config(),
        password_env=None,
    )
    assert why == {given.parsed_as: "the file is empty"}


def test_a_full_release_has_nothing_to_restore(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    with pytest.raises(UsageError, match="this is a full release"):
        whole(released.with_name("corpus"), shelf, tmp_path)


def test_a_folder_with_something_else_is_not_replaced(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds something else"):
        whole(released, shelf, tmp_path)
    assert (tmp_path / "out" / "thesis.tex").exists()


def test_a_damaged_release_is_refused_by_file(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    path = next((release / "data" / "examples").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StorageError, match=r"data/examples/.* is not the file that was written"):
        whole(release, shelf, tmp_path)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [(0, 10**9, "too large|is no part of a text"), (-3, 4, "is no part of"), (9, 2, "no part of")],
)
def test_offsets_beyond_a_text_are_refused_by_row(release, shelf, tmp_path, start, end, said):
    put(shelf, *BOOKS)
    change_first = {"start": start, "end": end}
    rewrite(release, "passages", lambda row: row | {"taken": [row["taken"][0] | change_first, *row["taken"][1:]]})
    with pytest.raises(StorageError, match=rf"passages [pq]-\d.*({said})"):
        whole(release, shelf, tmp_path)


def test_marks_without_their_copies_are_refused_by_row(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    rewrite(release, "passages", lambda row: row | {"taken": row["taken"][1:]})
    with pytest.raises(StorageError, match=r"passages [pq]-\d is damaged: .*marks"):
        whole(release, shelf, tmp_path)


def test_a_case_that_does_not_exist_is_refused_by_row(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    rewrite(release, "passages", lambda row: row | {"taken": [one | {"case": "rot13"} for one in row["taken"]]})
    with pytest.raises(StorageError, match=r"passages [pq]-\d is damaged"):
        whole(release, shelf, tmp_path)


@pytest.mark.parametrize(
    ("config", "change", "said"),
    [
        ("passages", {"taken": None}, "taken"),
        ("passages", {"taken": [None]}, "taken"),
        ("passages", {"taken": [{"sha256": None, "start": None, "end": 1, "case": None}]}, r"taken\.start"),
        ("passages", {"id": None}, "id"),
        ("passages", {"mentions": None}, "mentions"),
        ("examples", {"context": None}, "context"),
        ("examples", {"steps": [None]}, "steps"),
        (
            "figures",
            {"image_file": dict.fromkeys(["name", "sha256", "pixels_sha256", "width", "height"])},
            "image_file",
        ),
    ],
)
def test_empty_values_where_there_is_always_one_are_refused_by_file(release, shelf, tmp_path, config, change, said):
    put(shelf, *BOOKS)
    rewrite(release, config, lambda row: row | change)
    with pytest.raises(StorageError, match=rf"data/{config}/.*parquet: {said}.* is empty"):
        whole(release, shelf, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_row_about_no_document_of_the_release_is_refused_by_name(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    rewrite(release, "figures", lambda row: row | {"document_id": "doc-nobody"})
    with pytest.raises(StorageError, match="'doc-nobody' is none of the documents of the release"):
        whole(release, shelf, tmp_path)


def add_file(release, name, content):
    path = release / "full-release.json"
    known = json.loads(path.read_text())
    known["files"][name] = content
    path.write_text(json.dumps(known))
    reseal(release)


@pytest.mark.parametrize(
    "taken",
    [
        {"sha256": [1], "start": 0, "end": 1, "case": None},
        {"sha256": 5, "start": 0, "end": 1, "case": None},
        {"sha256": None, "start": float("inf"), "end": 1, "case": None},
        {"sha256": None, "start": 0, "end": "1", "case": None},
        {"sha256": None, "start": 0, "end": 1, "case": ["lower"]},
        {"sha256": None},
        None,
    ],
)
def test_nonsense_taken_by_a_text_file_is_refused_by_name(release, shelf, tmp_path, taken):
    put(shelf, *BOOKS)
    add_file(release, "NOTES.md", {"text": "[…]", "taken": [taken]})
    with pytest.raises(StorageError, match=r"what it says of NOTES\.md is damaged"):
        whole(release, shelf, tmp_path)


@pytest.mark.parametrize("text", [None, 5, "half of a pair: \ud800"])
def test_a_text_file_that_cannot_be_written_is_refused_by_name(release, shelf, tmp_path, text):
    put(shelf, *BOOKS)
    add_file(release, "NOTES.md", {"text": text, "taken": []})
    with pytest.raises(StorageError, match=r"what it says of NOTES\.md is damaged"):
        whole(release, shelf, tmp_path)


def test_a_manifest_that_is_none_is_refused(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    add_file(release, "release.json", {"text": "not JSON", "taken": []})
    with pytest.raises(StorageError, match=r"the release\.json of the full release is damaged"):
        whole(release, shelf, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_text_file_that_would_grow_without_bounds_is_refused_by_name(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    there = {"sha256": "0" * 64, "start": 0, "end": 30_000_000, "case": None}
    back = {"sha256": "0" * 64, "start": 30_000_000, "end": 0, "case": None}
    add_file(release, "NOTES.md", {"text": "[…][…]", "taken": [there, back]})
    with pytest.raises(StorageError, match=r"NOTES\.md: too large to be true"):
        whole(release, shelf, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "/tmp/evil.md",
        ".git/hooks.md",
        "a/b/c.md",
        "run.sh",
        "C:\\evil.md",
        "README.md/x.md",
        "data/x.json",
        "x" * 300 + ".md",
        "\ud800.md",
        "card/.md",
        "x.md\n",
    ],
)
def test_a_file_name_that_leads_elsewhere_is_refused(release, shelf, tmp_path, name):
    put(shelf, *BOOKS)
    path = release / "full-release.json"
    content = json.loads(path.read_text())
    content["files"][name] = {"text": "boo", "taken": []}
    path.write_text(json.dumps(content))
    reseal(release)
    with pytest.raises(StorageError, match="is not the name of a file of a release"):
        whole(release, shelf, tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": "1"}', "[" * 100_000])
def test_what_it_knows_of_the_full_release_must_be_sound(release, shelf, tmp_path, content):
    put(shelf, *BOOKS)
    (release / "full-release.json").write_text(content)
    reseal(release)
    with pytest.raises(StorageError, match=r"full-release\.json"):
        whole(release, shelf, tmp_path)


def test_settings_that_nobody_knows_are_refused(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    path = release / "release.json"
    manifest = json.loads(path.read_text())
    manifest["settings"]["parse"]["dpi"] = 10**6
    path.write_text(json.dumps(manifest))
    reseal(release)
    with pytest.raises((StorageError, ConfigError), match=r"settings that this version does not know.*dpi"):
        whole(release, shelf, tmp_path)


def test_other_columns_are_refused_by_file(release, shelf, tmp_path):
    put(shelf, *BOOKS)
    path = next((release / "data" / "figures").glob("*.parquet"))
    parquet.write_table(parquet.read_table(path).drop_columns(["number"]), path)
    reseal(release)
    with pytest.raises(StorageError, match=r"figures.*its columns differ.*number"):
        whole(release, shelf, tmp_path)


def test_a_password_that_is_not_set_is_said_before_anything_is_done(released, shelf, tmp_path):
    put(shelf, *BOOKS)
    with pytest.raises(MissingInputError, match="NO_SUCH_VARIABLE: this environment variable is not set"):
        hydrate(released, [shelf], tmp_path / "out", run=bench.parser_of(BOOKS), password_env="NO_SUCH_VARIABLE")


@pytest.mark.parametrize("name", ["..", ".", "a/b", "", "\0"])
def test_a_release_with_an_odd_name_stays_in_this_folder(release, shelf, tmp_path, monkeypatch, name):
    put(shelf, *BOOKS)
    path = release / "release.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "name": name}))
    reseal(release)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    hydrate(release, [shelf], None, run=bench.parser_of(BOOKS))
    assert [path.name for path in here.iterdir()] == ["dataset"]


def test_no_pdf_at_all_is_said(released, shelf, tmp_path):
    with pytest.raises(MissingInputError, match="there is no PDF in"):
        whole(released, shelf, tmp_path)
    with pytest.raises(MissingInputError, match="there is no such file"):
        hydrate(released, [tmp_path / "nowhere"], tmp_path / "out", run=bench.parser_of(BOOKS))
