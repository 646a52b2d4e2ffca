"""The card says what is in the Parquet files, whatever strangers call their books."""

import re

import pytest
import release_corpus as corpus
from card_reading import front_matter, plain, prose, tables
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
from corpusbuilder.stages.release import CONFIGS, fingerprint
from corpusbuilder.stages.release.card import escape_markdown, render_card
from corpusbuilder.stages.release.refusals import facts_in
from corpusbuilder.store.release import ReleaseFolder

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


def test_hostile_titles_break_neither_the_table_nor_the_page(hostile_release):
    sources, licences = tables(hostile_release)["title"], tables(hostile_release)["document"]
    assert [len(row) for row in sources] == [8] * len(HOSTILE)
    assert [len(row) for row in licences] == [5] * len(HOSTILE)
    assert "<script>" not in hostile_release
    assert "\u202e" not in hostile_release
    assert "{{ 7 * 7 }}" in hostile_release.replace("\\", "")
    assert max(map(len, sources[-1])) <= 300
    assert hostile_release.splitlines().count("---") == 2


def test_hostile_values_leave_the_front_matter_as_it_is(tmp_path):
    values = [*HOSTILE, "en", "fr-CA"]
    documents = [corpus.simple_document(f"doc-{n}", language=value, licence=value) for n, value in enumerate(values)]
    corpus.release(documents, tmp_path, corpus.ReleaseSection(title=HOSTILE[2]))
    head = front_matter((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert head["pretty_name"] == HOSTILE[2]
    assert head["license"] == ["other"]
    assert (head["language"], head["language_bcp47"]) == (["en", "fr"], ["fr-CA"])


def test_the_hub_accepts_the_front_matter(hostile_release):
    from huggingface_hub import DatasetCard

    data = DatasetCard(hostile_release, ignore_metadata_errors=False).data
    assert data.pretty_name == "hostile"
    assert [config["config_name"] for config in data["configs"]] == list(CONFIGS)
    assert data["configs"][0]["default"] is True
    assert data["size_categories"] == ["n<1K"]
    assert data["license"] == ["cc-by-4.0"]


# https://huggingface.co/docs/hub/datasets-cards: what the Hub refuses to take otherwise.
SIZES_OF_THE_HUB = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"]
TASKS_OF_THE_HUB = {"visual-question-answering", "question-answering"}


@pytest.mark.parametrize("power", range(9))
def test_every_size_has_a_category_of_the_hub(tmp_path, power):
    corpus.release([corpus.simple_document("doc-1")], tmp_path)
    facts = facts_in(ReleaseFolder.open(tmp_path)).model_copy(update={"released": 10**power})
    head = front_matter(render_card(facts, digests={}))
    assert head["size_categories"] == [SIZES_OF_THE_HUB[max(0, power - 2)]]
    assert "configs" not in head


@pytest.mark.parametrize(("examples", "tasks"), [(1, TASKS_OF_THE_HUB), (0, {"question-answering"})])
def test_a_corpus_without_questions_on_figures_claims_no_visual_task(tmp_path, examples, tasks):
    corpus.release([corpus.simple_document("doc-1", examples=examples)], tmp_path)
    assert set(front_matter((tmp_path / "README.md").read_text(encoding="utf-8"))["task_categories"]) == tasks


@pytest.mark.parametrize(
    ("licences", "on_the_hub", "name"),
    [
        (["CC0-1.0", "CC-BY-SA-4.0"], ["cc-by-sa-4.0"], None),
        (["CC-BY-NC-4.0", "CC-BY-SA-4.0"], ["cc-by-nc-4.0", "cc-by-sa-4.0"], None),
        (["MIT"], ["other"], "cc-by-4.0 and mit"),
        (["CC0-1.0", None], ["cc-by-4.0", "unknown"], None),
        (["CC0-1.0", "CC-BY-ND-4.0"], ["cc-by-4.0", "cc-by-nd-4.0"], None),
    ],
)
def test_the_hub_is_told_the_licence_of_the_whole_or_all_that_stand_in_it(tmp_path, licences, on_the_hub, name):
    corpus.release([corpus.simple_document(f"doc-{n}", licence=x) for n, x in enumerate(licences)], tmp_path)
    head = front_matter((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert head["license"] == on_the_hub
    assert head.get("license_name") == name


def test_licences_that_do_not_go_together_are_told_as_a_collection(tmp_path):
    documents = [corpus.simple_document(f"doc-{x}", licence=x) for x in ("CC-BY-NC-4.0", "CC-BY-SA-4.0")]
    corpus.release(documents, tmp_path)
    text = prose((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert "**No one licence can carry the whole as one work**" in text
    assert "The dataset is a collection" in text
    assert "Do not publish" not in text


def test_annotations_that_a_document_does_not_allow_are_named_first(tmp_path):
    documents = [corpus.simple_document("doc-1", licence="CC-BY-SA-4.0", title="Shared atlas")]
    corpus.release(documents, tmp_path, corpus.ReleaseSection(licence="CC-BY-NC-4.0"))
    text = prose((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert "Do not publish this folder as it is" in text
    assert "“Shared atlas” (file doc-1.pdf): what is made of a work under CC BY-SA 4.0" in text


def test_who_has_to_be_named_is_named_and_whoever_is_missing_too(tmp_path):
    author = "Ann | Lee & " + 60 * "many others, "
    documents = [
        corpus.simple_document("doc-1", title="Atlas", attribution=author),
        corpus.simple_document("doc-2", title="Nameless"),
        corpus.simple_document("doc-3", title="Free", licence="CC0-1.0"),
    ]
    corpus.release(documents, tmp_path)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    line = next(line for line in card.splitlines() if line.startswith("- “Atlas”"))
    assert plain(line).startswith(
        f"- “Atlas” by {author.strip()}, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/);"
    )
    assert "nobody was stated (`attribution` in sources.toml): “Nameless”." in prose(card)


def test_the_address_on_the_hub_is_what_one_types_to_load_it(tmp_path):
    page = corpus.ReleaseSection(url="https://huggingface.co/datasets/team/cells")
    corpus.release([corpus.simple_document("doc-1")], tmp_path, page)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert 'load_dataset("team/cells", "examples")' in card
    assert "path/to/this/folder" not in card


@given(st.text())
def test_any_text_becomes_one_line_without_live_markup(text):
    escaped = escape_markdown(text)
    assert len(escaped.splitlines()) <= 1
    assert not re.search(r"[<>]|(?<!\\)[|`]", re.sub(r"\\\\", "", escaped))


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
    assert tables(hostile_release)["teacher"] == [["rules", "1", "1", "28"]]
    assert tables(hostile_release)["prompt"] == [["rules/lookup.v1.en", "rules", "ab" * 32, "28"]]


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
    assert len(re.findall(r"^> - .+\n(?=> - )", warning, re.MULTILINE)) == 1  # one list
    assert [row[-1] for row in tables(card)["document"]] == ["**no**", "**no**", "yes"]
    assert summary.rows["documents"] == {"train": 3}
    assert any(note.startswith("2 of 3 documents") for note in summary.notes)


def test_a_release_that_may_be_published_carries_no_warning(hostile_release):
    assert "Do not publish" not in hostile_release


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
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "USD" not in card
    assert "No model was called." in card


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
