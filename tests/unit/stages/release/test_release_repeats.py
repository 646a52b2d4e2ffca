"""What two books ask in nearly the same words is released once."""

import release_corpus as corpus

from corpusbuilder.config import ReleaseSection, Splits
from corpusbuilder.store.release import ReleaseFolder

QUESTION = "Which gas do the green leaves of a plant take out of the air in daylight?"
SAME_BUT_A_WORD = QUESTION.replace("daylight", "sunlight")
ALL = {"train": 1.0, "validation": 0.0, "test": 0.0}


def book(number, question, *, answer="carbon dioxide", **fields):
    about = corpus.document(f"doc-{number}", **fields)
    unit = corpus.unit(about, [corpus.passage(f"p-{number}", corpus.prose(f"text {number}"), f"doc-{number}")], [])
    example = corpus.text_example(f"x-{number}", unit, question=question, answer=answer)
    return corpus.as_input([unit], [example])


def released(books, folder, **config):
    summary = corpus.release(books, folder, ReleaseSection(splits=Splits(**ALL), **config))
    return summary, (folder / "README.md").read_text(encoding="utf-8")


def test_the_later_of_two_is_left_out_and_the_card_says_so(tmp_path):
    summary, card = released([book(1, QUESTION), book(2, SAME_BUT_A_WORD)], tmp_path)
    assert (summary.seen, summary.released, summary.withheld) == (2, 1, 1)
    assert "1 example asks what one of another document asks" in card
    assert summary.rows["documents"] == {"train": 2}


def test_the_order_in_which_documents_come_plays_no_part(tmp_path):
    books = [book(1, QUESTION), book(2, SAME_BUT_A_WORD)]
    released(books, tmp_path / "a")
    released(books[::-1], tmp_path / "b")
    first, second = (sorted((tmp_path / name).rglob("*.parquet")) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_another_answer_or_another_language_is_no_repeat(tmp_path):
    others = [book(2, QUESTION, answer="oxygen"), book(3, QUESTION, language="fr")]
    summary, card = released([book(1, QUESTION), *others], tmp_path)
    assert summary.released == 3
    assert "what one of another document asks" not in card


def test_who_wants_repeats_keeps_them(tmp_path):
    summary, _ = released([book(1, QUESTION), book(2, QUESTION)], tmp_path, repeated="keep")
    assert summary.released == 2


def test_what_was_released_before_stays_when_a_newcomer_asks_the_same(tmp_path):
    """The newcomer would come first by its id."""
    before = corpus.stood({"doc-2": "test"})
    corpus.release([book(1, QUESTION), book(2, QUESTION)], tmp_path, corpus.DEFAULT, previous=before)
    assert {row["id"] for row in ReleaseFolder.open(tmp_path).rows("examples")} == {"x-2"}


def test_of_two_newcomers_the_one_that_is_held_out_keeps_its_question(tmp_path):
    before = corpus.stood({"unit-doc-1": "train", "unit-doc-2": "test"}, split_by="unit")
    corpus.release([book(1, QUESTION), book(2, QUESTION)], tmp_path, corpus.DEFAULT, previous=before)
    assert {row["id"] for row in ReleaseFolder.open(tmp_path).rows("examples")} == {"x-2"}
