"""What must not be published is refused by name."""

import release_corpus as corpus

from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release.refusals import facts_in, refusals, refusals_of
from corpusbuilder.store.release import ReleaseFolder


def row(id_, licence):
    return {"id": id_, "file_name": f"{id_}.pdf", "title": f"Book {id_}", "licence": licence}


def test_every_document_that_must_not_be_published_is_named_once_with_its_reason():
    rows = [row("a", "CC-BY-4.0"), row("b", None), row("b", None), row("c", "CC-BY-ND-4.0"), row("d", "mine")]
    found = refusals(rows, "CC-BY-4.0")
    assert [(refusal.document_id, refusal.file_name, refusal.title) for refusal in found] == [
        ("b", "b.pdf", "Book b"), ("c", "c.pdf", "Book c"), ("d", "d.pdf", "Book d"),
    ]  # fmt: skip
    assert [refusal.why.split(":")[0] for refusal in found] == [
        "no licence is stated",
        "CC BY-ND 4.0 allows passing it on unchanged only",
        "“mine” is no licence that is known here",
    ]


def test_annotations_under_a_licence_that_does_not_go_with_a_document_are_refused():
    found = refusals([row("a", "CC-BY-SA-4.0"), row("b", "CC-BY-4.0")], "CC-BY-NC-4.0")
    assert [refusal.document_id for refusal in found] == ["a"]
    assert "not with CC BY-NC 4.0" in found[0].why


def test_a_release_is_judged_by_its_rows_and_the_licence_on_its_card(tmp_path):
    documents = [
        corpus.simple_document("doc-1", licence="CC-BY-SA-4.0"),
        corpus.simple_document("doc-2", licence="tous droits réservés"),
        corpus.simple_document("doc-3", licence="CC0-1.0"),
    ]
    config = corpus.ReleaseSection(licence="CC-BY-NC-4.0")
    corpus.release(documents, tmp_path, config)
    assert {refusal.document_id for refusal in refusals_of(ReleaseFolder.open(tmp_path))} == {"doc-1", "doc-2"}


def test_nothing_is_refused_of_what_is_free_or_holds_no_content(tmp_path):
    corpus.release([corpus.simple_document("doc-1", licence="CC0-1.0")], tmp_path / "free")
    assert refusals_of(ReleaseFolder.open(tmp_path / "free")) == []
    corpus.release([corpus.simple_document("doc-1", licence=None)], tmp_path / "closed")
    closed = ReleaseFolder.open(tmp_path / "closed")
    assert len(refusals_of(closed)) == 1
    stand_off = closed.manifest.model_copy(update={"kind": "stand_off"})
    assert refusals_of(ReleaseFolder(closed.path, stand_off)) == []


def test_where_a_release_does_not_say_how_its_annotations_are_licensed_the_documents_are_judged_alone(tmp_path):
    documents = [corpus.simple_document("doc-1", licence="CC0-1.0"), corpus.simple_document("doc-2", licence=None)]
    corpus.release(documents, tmp_path)
    release = ReleaseFolder.open(tmp_path)
    silent = ReleaseManifest.model_validate({**release.manifest.model_dump(), "card": {}})
    found = refusals_of(ReleaseFolder(tmp_path, silent))
    assert [(refusal.document_id, refusal.why) for refusal in found] == [("doc-2", "no licence is stated")]
    assert facts_in(ReleaseFolder(tmp_path, silent)) is None


def test_what_stands_on_the_card_can_be_read_back(tmp_path):
    corpus.release([corpus.simple_document("doc-1")], tmp_path)
    facts = facts_in(ReleaseFolder.open(tmp_path))
    assert facts.released == 4
    assert [source.id for source in facts.sources] == ["doc-1"]
