"""What a release repeats across its splits and of benchmarks."""

import json

import pytest
import release_corpus as corpus

from corpusbuilder.config import ReleaseSection
from corpusbuilder.records.contamination import ContaminationReport
from corpusbuilder.stages.release.benchmarks import BenchmarkFile, BenchmarkQuestion

NOTICE = corpus.prose("notice", 60)
QUESTION = "Which gas do the green leaves of a plant take out of the air in daylight?"


def book(name, *texts, questions=(), about=0):
    """A document whose examples are all about one of its passages."""
    passages = [corpus.passage(f"p-{name}-{n}", text, name, words=()) for n, text in enumerate(texts)]
    unit = corpus.unit(corpus.document(name), [passages[about], *passages[:about], *passages[about + 1 :]])
    examples = [
        corpus.text_example(f"x-{name}-{n}", unit, question=question, answer=f"The answer {name} {n}")
        for n, question in enumerate(questions)
    ]
    return corpus.as_input([unit], examples)


def own_pages(name, pages=3):
    return [corpus.prose(f"{name} {page}", 150) for page in range(pages)]


def reported(folder):
    return ContaminationReport.model_validate_json((folder / "contamination.json").read_bytes())


def in_splits(**splits):
    return {"config": ReleaseSection(), "previous": corpus.stood(splits)}


def between(report, a, b):
    return next(one for one in report.between_splits if (one.a, one.b) == (a, b))


def test_a_corpus_that_repeats_nothing_has_an_empty_report(tmp_path):
    books = [book(name, *own_pages(name), questions=[f"What does {name} say?"]) for name in "abc"]
    corpus.release(books, tmp_path / "r", **in_splits(a="train", b="validation", c="test"))
    report = reported(tmp_path / "r")
    assert [(one.a, one.b) for one in report.between_splits] == [
        ("train", "validation"), ("train", "test"), ("validation", "test")
    ]  # fmt: skip
    assert {one.questions + one.passages + one.figures + one.stock_passages for one in report.between_splits} == {0}
    assert (report.pairs, report.benchmarks, report.left_out) == ((), (), 0)


def test_the_same_question_in_train_and_test_is_counted_and_named_by_id_alone(tmp_path):
    books = [book("a", *own_pages("a"), questions=[QUESTION, "What else is there?"])]
    books.append(book("b", *own_pages("b"), questions=[QUESTION.replace("daylight", "sunlight")]))
    corpus.release(books, tmp_path / "r", **in_splits(a="train", b="test"))
    report = reported(tmp_path / "r")
    assert between(report, "train", "test").questions == 1
    assert [(pair.kind, pair.a, pair.b) for pair in report.pairs] == [("question", "x-a-0", "x-b-0")]
    assert 0.7 <= report.pairs[0].similarity < 1
    assert "leaves" not in (tmp_path / "r" / "contamination.json").read_text()


def stock_corpus(about=0):
    """A notice in five otherwise unrelated books; all ask about their first passage."""
    return [
        book(name, NOTICE, *own_pages(name), questions=[f"What is said first in {name}?"], about=about)
        for name in "abcde"
    ]


SPREAD = {"a": "train", "b": "train", "c": "train", "d": "validation", "e": "test"}


def test_what_rests_on_text_that_stands_everywhere_is_released_in_the_most_held_out_split_only(tmp_path):
    summary = corpus.release(stock_corpus(), tmp_path / "r", **in_splits(**SPREAD))
    report = reported(tmp_path / "r")
    assert summary.rows["examples"] == {"test": 1}
    assert summary.groups == ()
    assert (report.left_out, summary.withheld) == (4, 4)
    assert any(note.startswith("4 examples rest on text or figures that stand in many") for note in summary.notes)
    assert between(report, "train", "test").stock_passages == 3
    assert between(report, "train", "test").passages == 0
    assert {(pair.kind, pair.a) for pair in report.pairs if pair.b_split == "test"} == {
        ("stock_passage", f"p-{name}-0") for name in "abcd"
    }


def test_what_rests_on_the_books_own_text_is_released_beside_it(tmp_path):
    summary = corpus.release(stock_corpus(about=1), tmp_path / "r", **in_splits(**SPREAD))
    assert summary.rows["examples"] == {"train": 3, "validation": 1, "test": 1}
    assert reported(tmp_path / "r").left_out == 0


def benchmark(*questions, name="exam.jsonl"):
    return BenchmarkFile(name, "ab" * 32, tuple(BenchmarkQuestion(n, text) for n, text in enumerate(questions, 1)))


def against(folder, *files, questions):
    corpus.release([book("a", *own_pages("a"), questions=questions)], folder, benchmarks=files)
    return reported(folder)


def test_examples_that_ask_a_benchmark_question_are_counted_by_file_and_named_with_its_line(tmp_path):
    files = [
        benchmark("Something else altogether, is it not?", QUESTION.upper(), QUESTION),
        benchmark("Nothing of this is asked anywhere at all.", name="other.csv"),
    ]
    asked = [QUESTION, QUESTION.replace("daylight", "sunlight"), "What is a root?"]
    report = against(tmp_path / "r", *files, questions=asked)
    assert [(one.file, one.questions, one.exact, one.near) for one in report.benchmarks] == [
        ("exam.jsonl", 3, 1, 1), ("other.csv", 1, 0, 0)
    ]  # fmt: skip
    found = [(one.file, one.line, one.example_id, one.split, one.exact) for one in report.benchmark_pairs]
    assert found == [("exam.jsonl", 2, "x-a-0", "train", True), ("exam.jsonl", 2, "x-a-1", "train", False)]


def test_examples_that_ask_a_benchmark_question_are_left_out_when_that_is_wanted(tmp_path):
    config = corpus.ALL_TRAIN.model_copy(update={"contaminated": "drop"})
    documents = [book("a", *own_pages("a"), questions=[QUESTION, "What is a root?"])]
    summary = corpus.release(documents, tmp_path / "r", config, benchmarks=[benchmark(QUESTION)])
    assert (summary.released, summary.withheld) == (1, 1)
    assert any("1 example asks what a file in release.benchmarks asks" in note for note in summary.notes)
    assert reported(tmp_path / "r").benchmark_pairs == ()


def test_a_question_inside_of_a_longer_prompt_is_found(tmp_path):
    prompt = f"You are a careful pupil. {QUESTION} Choose one: A. oxygen, B. carbon dioxide, C. helium. Think first."
    report = against(tmp_path / "r", benchmark(prompt), questions=[QUESTION])
    assert (report.benchmarks[0].exact, report.benchmarks[0].near) == (0, 1)


@pytest.mark.parametrize(
    "other", [QUESTION.replace("green leaves", "2 leaves"), QUESTION.replace("a plant", "Darwin"), "What is it?"]
)
def test_another_number_name_or_question_is_no_repeat(tmp_path, other):
    report = against(tmp_path / "r", benchmark(other), questions=[QUESTION])
    assert (report.benchmarks[0].exact, report.benchmarks[0].near) == (0, 0)


def test_only_what_is_released_is_reported(tmp_path):
    within = corpus.unit(corpus.document("a"), [corpus.passage("p", corpus.prose("p"), "a")])
    refuted = corpus.text_example("x", within, question=QUESTION, label="refuted")
    corpus.release([corpus.as_input([within], [refuted])], tmp_path / "r", benchmarks=[benchmark(QUESTION)])
    assert reported(tmp_path / "r").benchmarks[0].exact == 0


def test_the_report_is_the_same_whatever_the_order(tmp_path):
    books = stock_corpus()
    for name, order in (("one", books), ("two", books[::-1])):
        corpus.release(order, tmp_path / name, benchmarks=[benchmark(QUESTION)], **in_splits(**SPREAD))
    one, two = ((tmp_path / name / "contamination.json").read_bytes() for name in ("one", "two"))
    assert one == two
    assert json.loads(one)["format"] == 1
