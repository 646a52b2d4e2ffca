"""The card says what is in the Parquet files, whatever strangers call their books."""

import re
from collections import Counter

import pytest
import release_corpus as corpus
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.agreement import (
    AgreementReport,
    AnnotatorQuality,
    Coefficient,
    GoldScore,
    Mean,
    PairAgreement,
    Share,
)
from corpusbuilder.records.call import Spending
from corpusbuilder.stages.release import CONFIGS, SPLITS, fingerprint
from corpusbuilder.stages.release.card import escape_markdown
from corpusbuilder.stages.release.licences import hub_identifier, is_publishable

HOSTILE = [
    "| x | y |",
    "<script>alert(1)</script>",
    "line\nbreak: - item\n---\nlicense: mit",
    '"quoted" \\ `code` *bold* [link](http://example.org)',
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnp.exe\x00\u2028",
    "é" * 5000,
]


@pytest.fixture
def hostile_release(tmp_path):
    documents = [
        corpus.simple_document(f"doc-{n}", title=title, file_name=title, subject=title, attribution=title, grade=title)
        for n, title in enumerate(HOSTILE)
    ]
    corpus.release(documents, tmp_path, name="hostile")
    return (tmp_path / "README.md").read_text(encoding="utf-8")


def front_matter(card):
    head = card.split("---\n", 2)
    assert head[0] == ""
    return yaml.safe_load(head[1])


def tables(card):
    """Rows of cells by the first cell of the table's head; cells are split at bars that are not escaped."""
    found, rows = {}, None
    for line in card.splitlines():
        if not line.startswith("|"):
            rows = None
        elif rows is None:
            rows = found.setdefault(line.split("|")[1].strip(), [])
        elif not set(line) <= set("|-:"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def test_hostile_titles_break_neither_the_table_nor_the_page(hostile_release):
    sources = tables(hostile_release)["title"]
    assert [len(row) for row in sources] == [12] * len(HOSTILE)
    assert "<script>" not in hostile_release
    assert "\u202e" not in hostile_release
    assert "{{ 7 * 7 }}" in hostile_release.replace("\\", "")
    assert max(map(len, sources[-1])) <= 300
    assert hostile_release.splitlines().count("---") == 2


def test_hostile_values_leave_the_front_matter_as_it_is(tmp_path):
    documents = [corpus.simple_document(f"doc-{n}", language=value, licence=value) for n, value in enumerate(HOSTILE)]
    corpus.release(documents, tmp_path)
    head = front_matter((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert head["license"] == ["other"]
    assert head["language"] == sorted(HOSTILE)


def test_the_hub_accepts_the_front_matter(hostile_release):
    from huggingface_hub import DatasetCard

    data = DatasetCard(hostile_release, ignore_metadata_errors=False).data
    assert data.pretty_name == "hostile"
    assert [config["config_name"] for config in data["configs"]] == list(CONFIGS)
    assert data["configs"][0]["default"] is True
    assert data["size_categories"] == ["n<1K"]
    assert data["license"] == ["cc-by-4.0"]


@given(st.text())
def test_any_text_becomes_one_line_without_live_markup(text):
    escaped = escape_markdown(text)
    assert len(escaped.splitlines()) <= 1
    assert not re.search(r"[<>]|(?<!\\)[|`]", re.sub(r"\\\\", "", escaped))


def test_every_count_on_the_card_is_that_of_the_files(tmp_path):
    from pyarrow import parquet

    documents = [corpus.simple_document(f"doc-{n}", examples=n % 4, subject=f"s-{n % 2}") for n in range(25)]
    config = corpus.DEFAULT
    corpus.release(documents, tmp_path, config)
    card = tables((tmp_path / "README.md").read_text(encoding="utf-8"))
    rows = {
        (config, split): parquet.read_table(path).to_pylist()
        for config in CONFIGS
        for split in SPLITS
        for path in (tmp_path / "data" / config).glob(f"{split}-*.parquet")
    }
    for name, *counts in card["rows"]:
        actual = [len(rows.get((name, split), ())) for split in SPLITS]
        assert [int(count) for count in counts] == [*actual, sum(actual)]
    examples = [row for (config, _), found in rows.items() if config == "examples" for row in found]
    steps = [step for row in examples for step in row["steps"]]
    for title, actual in [
        ("Language", Counter(row["language"] for row in examples)),
        ("Subject", Counter(row["subject"] for row in examples)),
        ("Question type", Counter(row["question_type"] for row in examples)),
        ("Answer type", Counter(row["answer_type"] for row in examples)),
        ("Step kind", Counter(step["kind"] for step in steps)),
        ("Evidence of the step", Counter(evidence_of([step]) for step in steps)),
        ("Evidence of the example", Counter(evidence_of(row["steps"]) for row in examples)),
    ]:
        assert {row[0].replace("\\", ""): int(row[1]) for row in card[title]} == actual
    of_documents = Counter(row["source"]["title"] for row in examples)
    assert {row[0]: int(row[7]) for row in card["title"]} == {
        f"Book doc-{n}": of_documents[f"Book doc-{n}"] for n in range(25)
    }


def evidence_of(steps):
    has = {"figure": any(step["regions"] for step in steps), "text": any(step["spans"] for step in steps)}
    return "both" if all(has.values()) else next((name for name, found in has.items() if found), "none")


def test_pass_rates_count_every_verified_example(tmp_path):
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    examples = [corpus.text_example(f"x-{n}", within, label="refuted" if n < 3 else "supported") for n in range(8)]
    corpus.release([corpus.as_input([within], examples)], tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    checks = {row[0].replace("\\", ""): row[1:] for row in tables(text)["check"]}
    assert checks["ids_exist"] == ["1", "8", "0", "0", "100.0%"]
    assert checks["label_agrees"] == ["2", "0", "0", "8", "never decided"]
    assert checks["no_leak"] == ["1", "0", "3", "0", "0.0%"]
    assert "Of 8 verified examples, 5 were supported, 3 refuted" in text


def test_the_prompt_and_its_hash_are_named(hostile_release):
    assert tables(hostile_release)["teacher"] == [["rules", "1", "rules/lookup.v1.en", "ab" * 32, "28"]]


def test_documents_that_must_not_be_published_are_named_first(tmp_path):
    documents = [
        corpus.simple_document("doc-1", licence=None, title="Secret atlas"),
        corpus.simple_document("doc-2", licence="© 2020, tous droits réservés", title="Manuel"),
        corpus.simple_document("doc-3", title="Free book"),
    ]
    summary = corpus.release(documents, tmp_path)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    warning = card[card.index("Do not publish") : card.index("## Load it")]
    assert "Secret atlas" in warning
    assert "Manuel" in warning
    assert "Free book" not in warning
    assert [row[-1] for row in tables(card)["title"]] == ["**no**", "**no**", "yes"]
    assert summary.rows["documents"] == {"train": 3}
    assert any(note.startswith("2 of 3 documents") for note in summary.notes)


def test_a_release_that_may_be_published_carries_no_warning(hostile_release):
    assert "Do not publish" not in hostile_release


@pytest.mark.parametrize(
    ("licence", "publishable", "on_the_hub"),
    [
        ("CC-BY-SA-4.0", True, "cc-by-sa-4.0"),
        (" cc0-1.0 ", True, "cc0-1.0"),
        ("Public domain", True, "other"),
        (None, False, "unknown"),
        ("  ", False, "unknown"),
        ("All Rights Reserved", False, "other"),
    ],
)
def test_licences_mean_what_they_say(licence, publishable, on_the_hub):
    assert is_publishable(licence) is publishable
    assert hub_identifier(licence) == on_the_hub


def test_the_fingerprint_changes_with_what_the_release_depends_on():
    before = fingerprint(corpus.DEFAULT, "cells")
    assert before == fingerprint(corpus.DEFAULT, "cells")
    assert before != fingerprint(corpus.DEFAULT, "other")
    changed = fingerprint(corpus.ReleaseSection(split_by="unit"), "cells")
    assert {key for key in before if before[key] != changed[key]} == {"config.split_by"}


def card_with(tmp_path, **spending):
    spent = Spending(**{"calls": 1200, "prompt_tokens": 5_000_000, "completion_tokens": 80_000, **spending})
    summary = corpus.release([corpus.simple_document("doc-1")], tmp_path, spending=spent)
    return summary.rows["examples"]["train"], (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_card_says_what_the_calls_cost_and_what_each_released_example_did(tmp_path):
    examples, card = card_with(tmp_path, cost_usd=3.5, unpriced=0)
    assert "1,200 answers (5,000,000 tokens read, 80,000 written)" in card
    assert f"They cost 3.50 USD at listed or stated prices, {3.5 / examples:.4f} USD for each released example." in card


def test_the_card_guesses_no_unknown_price(tmp_path):
    _, card = card_with(tmp_path, cost_usd=1.25, unpriced=7)
    assert "What 7 of them cost is not known; the others cost 1.25 USD" in card
    assert "for each released example" not in card


def test_a_corpus_that_called_no_model_speaks_of_no_cost(tmp_path):
    corpus.release([corpus.simple_document("doc-1")], tmp_path)
    assert "USD" not in (tmp_path / "README.md").read_text(encoding="utf-8")


NOTHING = Share(count=0, n=0, low=None, high=None)
NO_GOLD = GoldScore(right=NOTHING, texts_equal=NOTHING, region_iou=Mean(mean=None, n=0), span_f1=Mean(mean=None, n=0))


def annotator(name, **fields):
    given = {"accepted": 6, "corrected": 2, "rejected": 0, "skipped": 1, "change_rate": 0.25, "median_seconds": 41.6}
    return AnnotatorQuality(annotator=name, gold=NO_GOLD, **{**given, **fields})


def report(**fields):
    gold = NO_GOLD.model_copy(update={"right": Share(count=9, n=12, low=0.467696, high=0.911059)})
    given = {
        "examples": 20, "human_share": 0.2, "overlapping": 8,
        "alpha": Coefficient(value=0.7143, n=18, low=0.4, high=0.95),
        "kappas": tuple(
            PairAgreement(first="ann-1", second=name, kappa=Coefficient(value=value, n=4))
            for name, value in [("ann-2", 0.5), ("ann-3", 0.7), ("ann-4", None)]
        ),
        "region_iou": Mean(mean=0.8312, n=5), "span_f1": Mean(mean=None, n=0), "median_seconds": 38.4,
        "gold": gold, "annotators": (annotator("ann-1"),),
    }  # fmt: skip
    return AgreementReport(**{**given, **fields})


def reviewed_card(folder, said, review=None):
    """The card of a corpus with one example per label, status and corrected fields."""
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    examples = []
    for n, (label, status, *fields) in enumerate(said):
        verified = corpus.text_example(f"x-{n}", within, label=label)
        changes = tuple(map(corpus.correction, fields))
        examples.append(corpus.reviewed(verified, status, corrections=changes) if status else verified)
    corpus.release([corpus.as_input([within], examples)], folder, review=review)
    return (folder / "README.md").read_text(encoding="utf-8")


SAID = [
    ("supported", None),
    ("supported", "accepted"),
    ("supported", "rejected"),
    ("not_enough_info", "accepted"),
    ("not_enough_info", "corrected", "steps.1.text", "steps.2.text", "answer"),
    ("supported", "corrected", "steps.1.text", "steps.2.regions.r2.0.0", "steps.1.regions.Xk3q"),
    ("not_enough_info", "disputed"),
    ("refuted", "corrected", "steps.1.regions.r1.0.0", "steps.3"),
    ("refuted", None),
    ("refuted", None),
]


def test_the_card_says_what_became_of_what_people_looked_at(tmp_path):
    card = " ".join(reviewed_card(tmp_path, SAID).split())
    assert (
        "People looked at 7 of 10 verified examples (70.0%): 2 accepted, 3 corrected, 1 rejected, 1 disputed. "
        "They changed 42.9% of what they looked at." in card
    )
    assert "4 were supported, 3 refuted and 3 left undecided (what people corrected, as they left it)." in card
    assert "5 are released: 3 that the checks support, 2 on people's word, where the checks had too little" in card
    assert "No person has looked at 1 of the 5 released examples" in card


def test_corrected_fields_count_once_for_each_example(tmp_path):
    rows = tables(reviewed_card(tmp_path, SAID))["corrected"]
    assert rows == [["steps.regions", "2"], ["steps.text", "2"], ["answer", "1"], ["steps", "1"]]


def test_what_was_accepted_against_an_objection_is_said(tmp_path):
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    refuted = corpus.text_example("x", within, label="refuted")
    corpus.release([corpus.as_input([within], [corpus.reviewed(refuted, "accepted", accepted=True)])], tmp_path)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "1 is released: 0 that the checks support, 1 on people's word against the checks' objection." in card


def test_nothing_is_said_of_unseen_examples_where_people_have_seen_all(tmp_path):
    card = reviewed_card(tmp_path, [("supported", "accepted"), ("supported", None)])
    assert "No person has looked at 1 of the 2 released examples" in card
    card = reviewed_card(tmp_path / "all", [("supported", "accepted"), ("not_enough_info", "corrected", "answer")])
    assert "No person has looked" not in card


def test_where_all_that_was_said_is_about_the_past_the_card_says_so_beside_the_figures(tmp_path):
    card = " ".join(reviewed_card(tmp_path, [("supported", None)], report()).split())
    assert "No person has looked at any example" not in card
    assert "Nobody has decided about an example as it stands here: what is counted below are skipped" in card


@pytest.mark.parametrize(("number", "interval"), [(9, "–"), (10, "0.40 to 0.95")])
def test_an_interval_that_rests_on_a_handful_of_examples_is_not_shown(tmp_path, number, interval):
    few = report(alpha=Coefficient(value=0.7143, n=number, low=0.4, high=0.95))
    rows = tables(reviewed_card(tmp_path, SAID, few))["agreement and care"]
    assert rows[0][2] == interval


def test_one_pair_is_not_told_as_many_and_has_no_range(tmp_path):
    one = (PairAgreement(first="ann-1", second="ann-2", kappa=Coefficient(value=0.5, n=4)),)
    said = report(kappas=one, alpha=Coefficient(value=0.5, n=1), region_iou=Mean(mean=0.8, n=1))
    rows = tables(reviewed_card(tmp_path, SAID, said))["agreement and care"]
    assert rows[0][3] == "1 example decided by two people or more"
    assert rows[1][1:] == ["0.50", "–", "1 pair of annotators"]
    assert rows[2][3] == "1 pair of reviews"


def test_what_a_hidden_task_is_stands_beside_how_they_were_done(tmp_path):
    sentence = "who rejects everything has all those with an error right."
    assert sentence in " ".join(reviewed_card(tmp_path / "with", SAID, report()).split())
    assert sentence not in " ".join(reviewed_card(tmp_path / "without", SAID, report(gold=NO_GOLD)).split())


def test_a_corpus_that_nobody_looked_at_says_so_and_shows_no_agreement(tmp_path):
    card = reviewed_card(tmp_path, [("supported", None)])
    assert "No person has looked at any example." in card
    assert "agreement and care" not in tables(card)


def test_agreement_stands_on_the_card_with_its_interval_and_number(tmp_path):
    rows = {row[0].split()[0]: row[1:] for row in tables(reviewed_card(tmp_path, SAID, report()))["agreement and care"]}
    assert rows == {
        "Krippendorff's": ["0.71", "0.40 to 0.95", "18 examples decided by two people or more"],
        "Cohen's": ["0.60", "from 0.50 to 0.70 (range)", "2 pairs of annotators"],
        "Regions": ["0.83", "–", "5 pairs of reviews"],
        "Spans": ["not defined", "–", "0 pairs of reviews"],
        "Hidden": ["75.0%", "0.47 to 0.91", "12 answers to hidden tasks"],
    }


def test_the_card_names_annotators_by_pseudonym_and_shows_their_pace(tmp_path):
    people = (annotator("ann-1"), annotator("a|b <i>", change_rate=None, median_seconds=None))
    card = reviewed_card(tmp_path, SAID, report(annotators=people))
    assert tables(card)["annotator (pseudonym)"] == [
        ["ann-1", "6", "2", "0", "1", "25.0%", "41.6", "0 of 0"],
        ["a\\|b &lt;i&gt;", "6", "2", "0", "1", "–", "–", "0 of 0"],
    ]
    assert "The median decision took 38.4 seconds." in card


def test_what_is_undefined_is_called_so_and_never_nan(tmp_path):
    empty = report(
        alpha=Coefficient(value=None, n=0), kappas=(), gold=NO_GOLD, annotators=(), median_seconds=None,
        region_iou=Mean(mean=None, n=0),
    )  # fmt: skip
    card = reviewed_card(tmp_path, SAID, empty)
    rows = tables(card)["agreement and care"]
    assert [row[1] for row in rows] == ["not defined"] * 5
    assert "nan" not in card.lower().split()
    assert "median decision" not in card
