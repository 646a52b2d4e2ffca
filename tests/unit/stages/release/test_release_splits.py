"""A release after a release: nothing moves, nothing leaks."""

import release_corpus as corpus

from corpusbuilder.config import ReleaseSection, Splits
from corpusbuilder.store.release import ReleaseFolder

BY_UNIT = ReleaseSection(split_by="unit")


def shelf(numbers):
    return [
        corpus.simple_document(f"doc-{n:02d}", language=("en", "fr")[n % 2], subject=("biology", "history")[n // 2 % 2])
        for n in numbers
    ]


def placed(folder, config="examples"):
    """Split of every row."""
    release = ReleaseFolder.open(folder)
    return {
        row["id"]: split
        for split in ("train", "validation", "test")
        for row in release.rows(config, split=split, columns=["id"])
    }


def released(documents, folder, config=corpus.DEFAULT, *, after=None, **more):
    previous = ReleaseFolder.open(after).manifest if after else None
    return corpus.release(documents, folder, config, previous=previous, **more)


def test_two_more_documents_move_no_example(tmp_path):
    released(shelf(range(12)), tmp_path / "one")
    released(shelf(range(14))[::-1], tmp_path / "two", after=tmp_path / "one")
    before, now = placed(tmp_path / "one"), placed(tmp_path / "two")
    assert set(before.values()) == {"train", "validation", "test"}
    assert before.items() < now.items()


def test_a_document_that_left_and_came_back_stands_where_it_stood(tmp_path):
    released(shelf(range(12)), tmp_path / "one")
    released(shelf(range(6, 12)), tmp_path / "two", after=tmp_path / "one")
    released(shelf(range(14)), tmp_path / "three", after=tmp_path / "two")
    assert placed(tmp_path / "one").items() < placed(tmp_path / "three").items()


def test_a_release_that_is_made_again_is_the_same_to_the_byte(tmp_path):
    released(shelf(range(6)), tmp_path / "one")
    released(shelf(range(6)), tmp_path / "two", after=tmp_path / "one")
    released(shelf(range(6)), tmp_path / "three", after=tmp_path / "two")
    two, three = (
        {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("two", "three")
    )
    assert two == three


def reprint(original, copy):
    """A book of its own with one passage of another."""
    lent = next(iter(next(iter(original.units())).passages)).text
    about = corpus.document(copy)
    texts = [corpus.prose(f"{copy} {page}", 200) for page in range(5)]
    texts[2] = f"{lent.upper()}"
    passages = [corpus.passage(f"p-{copy}-{n}", text, copy) for n, text in enumerate(texts)]
    unit = corpus.unit(about, passages)
    return corpus.as_input([unit], [corpus.text_example(f"x-{copy}", unit)])


def test_a_newcomer_that_repeats_a_page_of_a_test_document_is_in_test_and_one_that_joins_two_is_named(tmp_path):
    first = shelf(range(12))
    released(first, tmp_path / "one")
    where = placed(tmp_path / "one", "documents")
    held_out = next(document for document in first if where[document.id] == "test")
    train = next(document for document in first if where[document.id] == "train")
    one = reprint(held_out, "copy-1")
    summary = released([*first, one], tmp_path / "two", after=tmp_path / "one")
    assert placed(tmp_path / "two", "documents") == {**where, "copy-1": "test"}
    assert summary.groups == (("copy-1", held_out.id),)
    two = reprint(train, "copy-1x")
    units = [corpus.unit(corpus.document("copy-2"), [*passages_of(one), *passages_of(two)])]
    bridge = corpus.as_input(units)
    summary = released([*first, bridge], tmp_path / "three", after=tmp_path / "one")
    assert placed(tmp_path / "three", "documents") == {**where, train.id: "test", "copy-2": "test"}
    assert any(f'"{train.id}.pdf" now in test, before in train' in note for note in summary.notes)
    card = (tmp_path / "three" / "README.md").read_text(encoding="utf-8")
    joined = ", ".join(f"{one}.pdf ({one})" for one in sorted([held_out.id, train.id, "copy-2"]))
    assert f"- together: {joined}\n\n### Contamination" in card


def passages_of(document):
    return [
        one.model_copy(update={"id": f"{one.id}-again", "document_id": "copy-2"})
        for unit in document.units()
        for one in unit.passages
    ]


def test_other_shares_move_nothing_and_a_note_says_so(tmp_path):
    released(shelf(range(12)), tmp_path / "one")
    half = ReleaseSection(splits=Splits(train=0.4, validation=0.1, test=0.5))
    summary = released(shelf(range(20)), tmp_path / "two", half, after=tmp_path / "one")
    assert placed(tmp_path / "one").items() < placed(tmp_path / "two").items()
    assert any("had other shares or was split otherwise" in note for note in summary.notes)
    again = released(shelf(range(20)), tmp_path / "three", half, after=tmp_path / "two")
    assert not any("other shares" in note for note in again.notes)


def test_from_documents_to_units_and_back_nothing_leaves_test(tmp_path):
    released(shelf(range(12)), tmp_path / "one")
    released(shelf(range(12)), tmp_path / "two", BY_UNIT, after=tmp_path / "one")
    released(shelf(range(12)), tmp_path / "three", after=tmp_path / "two")
    assert placed(tmp_path / "one") == placed(tmp_path / "two") == placed(tmp_path / "three")


def test_units_of_one_book_fill_every_split_and_their_examples_stay(tmp_path):
    about = corpus.document("book")

    def book(number):
        units = [
            corpus.unit(about, [corpus.passage(f"p-{n}", corpus.prose(f"unit {n}"), "book")], id_=f"unit-{n}")
            for n in range(number)
        ]
        return corpus.as_input(units, [corpus.text_example(f"x-{unit.id}", unit) for unit in units])

    released([book(10)], tmp_path / "one", BY_UNIT)
    released([book(12)], tmp_path / "two", BY_UNIT, after=tmp_path / "one")
    assert set(placed(tmp_path / "one").values()) == {"train", "validation", "test"}
    assert placed(tmp_path / "one").items() < placed(tmp_path / "two").items()


def test_an_example_of_a_unit_that_is_not_there_is_still_refused_by_name(tmp_path):
    document = corpus.simple_document("doc-1")
    stray = corpus.unit(corpus.document("doc-1"), id_="elsewhere")
    wrong = corpus.as_input(list(document.units()), [*document.examples(), corpus.text_example("x-stray", stray)])
    summary = released([wrong], tmp_path / "one")
    assert [(one.input_id, one.reason_code) for one in summary.rejected] == [("x-stray", "unknown_unit")]
