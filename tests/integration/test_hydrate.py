"""`corpusbuilder release --stand-off` and `hydrate` as people type them, with the sample chapters."""

import json
import re
import shutil
import unicodedata

import pymupdf
import pytest
from pyarrow import parquet
from running import corpusbuilder
from standoff_corpus import files, strings


@pytest.fixture(scope="module")
def released(built, tmp_path_factory):
    """The release folder of a workspace with both releases; not to be changed."""
    copy = tmp_path_factory.mktemp("standoff") / "ws"
    shutil.copytree(built, copy)
    done = corpusbuilder("release", "--stand-off", "-w", copy, "--json")
    assert done.code == 0, done.err
    assert done.json["stand_off"]["not_carried"] == []
    return copy / "release"


def words(text):
    """As somebody else would compare: without accents, case, signs, hyphens at line ends and ligatures."""
    plain = re.sub(r"(?<=\w)[-\u2010\u00ad]\s*\n\s*", "", text).replace("œ", "oe").replace("\u00ad", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return re.findall(r"\w+", plain.casefold())


def runs(text, length):
    found = words(text)
    return {tuple(found[n : n + length]) for n in range(len(found) - length + 1)}


def test_no_run_of_words_of_the_chapters_stands_in_any_byte(released, shelf):
    pages = [page.get_text() for path in shelf.glob("*.pdf") for page in pymupdf.open(path)]
    of_sources = set().union(*(runs(page, 6) for page in pages))
    assert len(of_sources) > 2000
    for path in sorted((released / "corpus-stand-off").rglob("*")):
        if path.suffix == ".parquet":
            rows = parquet.read_table(path).to_pylist()
            texts = [*(text for row in rows for text in strings(row)), *(" ".join(strings(row)) for row in rows)]
        else:
            texts = [path.read_text()] if path.is_file() else []
        assert not [run for text in texts for run in runs(text.replace("[…]", " "), 6) & of_sources], path


def test_the_full_release_comes_out_byte_for_byte_from_files_of_other_names(released, shelf, tmp_path):
    folder = tmp_path / "my pdfs" / "deep"
    folder.mkdir(parents=True)
    for number, path in enumerate(sorted(shelf.glob("*.pdf"))):
        shutil.copy(path, folder / f"scan {number}.PDF")
    out = tmp_path / "out"
    done = corpusbuilder(
        "hydrate", released / "corpus-stand-off", "--pdf", tmp_path / "my pdfs", "-o", out, "--workers", 2
    )
    assert done.code == 0, done.err
    assert "byte for byte" in done.out
    made = {name: data for name, data in files(out).items() if not name.startswith(".")}
    assert made == files(released / "corpus")


def test_a_chapter_saved_anew_is_another_printing_and_a_wrong_book_is_refused_by_name(released, shelf, tmp_path):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    first, second = sorted(shelf.glob("*.pdf"))
    with pymupdf.open(first) as pdf:
        pdf.set_metadata({"title": "quite another title"})
        pdf.save(folder / "anew.pdf", garbage=4, deflate=True)
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), "Biology is about living things, and this is no chapter of ours.")
        pdf.save(folder / "biology.pdf")
    command = ("hydrate", released / "corpus-stand-off", "--pdf", folder, "-o", tmp_path / "out", "--workers", 2)
    partly = corpusbuilder(*command, "--json")
    assert partly.code == 3
    assert "biology.pdf is none of the sources of this release; expected: " + second.name in partly.json["error"]
    by_file = {document["pdf"]: document for document in partly.json["hydrated"]["documents"]}
    assert by_file["anew.pdf"]["printing"] == 1.0
    assert by_file["anew.pdf"]["lost"] == {}
    assert by_file[None]["outcome"] == "missing"
    assert json.loads((tmp_path / "out" / "hydrate-report.json").read_text())["documents"]
    shutil.copy(second, folder)
    whole = corpusbuilder(*command)
    assert whole.code == 0, whole.err
    assert "anew.pdf is another printing" in whole.out
    assert files(tmp_path / "out" / "data") == files(released / "corpus" / "data")
