"""Every figure of the card, counted again from the Parquet files; what is withheld, from the examples that came in."""

import json
import re
from collections import Counter

import pytest
import release_corpus as corpus
from card_reading import counts, plain, prose, shares, tables

from corpusbuilder.records import Diagram, Page
from corpusbuilder.records.contamination import BenchmarkOverlap, ContaminationReport, SplitOverlap
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release.card import CardFacts, render_card
from corpusbuilder.stages.release.refusals import facts_in
from corpusbuilder.store.release import ReleaseFolder

SUBJECTS = ["biology", "history | geo", None]
SIZES = [(40, 30), (300, 500), (1000, 900), (460, 450)]
THIRDS = [1 / 3, 2 / 3]
LICENCES = ["CC-BY-4.0", "CC0-1.0", "CC-BY-SA-3.0"]
PAGES = [
    Page(page_no=n, width=400, height=600, rotation=0, status=status)
    for n, status in enumerate(["ok", "scanned", "timeout", "blank"], start=1)
]


def crowded(others):
    """The usual diagram with so many more labels."""
    more = [corpus.DIAGRAM.labels[0].model_copy(update={"id": f"more-{k}"}) for k in range(others)]
    return corpus.DIAGRAM.model_copy(update={"labels": (*corpus.DIAGRAM.labels, *more)})


def varied_document(n):
    """Figures of several sizes, with and without elements; examples of all kinds, some withheld, some reviewed."""
    id_ = f"doc-{n:02d}"
    fields = {"subject": SUBJECTS[n % 3], "language": ["en", "fr"][n % 2], "licence": LICENCES[n % 3]}
    about = corpus.document(id_, title=f"Book {n} *", pages=tuple(PAGES[: n % 4 + 1]), **fields)
    width, height = SIZES[n % 4]
    bbox = (50, 100, 50 + 72 * (n % 3 + 1), 400)
    figures = [
        corpus.figure(f"f-{id_}", id_, size=(width, height), bbox=bbox, diagram=crowded(n)),
        corpus.figure(f"e-{id_}", id_, diagram=Diagram()),
    ]
    within = corpus.unit(about, [corpus.passage(f"p-{id_}", corpus.prose(id_), id_)], figures)
    made = [corpus.figure_example(f"x-{id_}-f", within), corpus.text_example(f"x-{id_}-t", within)]
    made += [corpus.text_example(f"x-{id_}-r{k}", within, label="refuted") for k in range(n % 3)]
    if n % 2:
        made.append(corpus.reviewed(corpus.text_example(f"x-{id_}-h", within, label="not_enough_info"), "corrected"))
        made.append(corpus.reviewed(corpus.figure_example(f"x-{id_}-d", within), "rejected", accepted=False))
    return within, made


CONTAMINATION = ContaminationReport(
    between_splits=(
        SplitOverlap(a="train", b="test", questions=3, passages=1, figures=0, stock_passages=7, stock_figures=2),
    ),
    benchmarks=(BenchmarkOverlap(file="tqa.json", sha256="ab" * 32, questions=900, exact=4, near=11),),
    left_out=5,
)


@pytest.fixture(scope="module")
def corpus_of_all_kinds():
    return [varied_document(n) for n in range(30)]


@pytest.fixture(scope="module")
def release(corpus_of_all_kinds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    corpus.release([corpus.as_input([within], made) for within, made in corpus_of_all_kinds], folder, corpus.DEFAULT)
    return ReleaseFolder.open(folder)


@pytest.fixture(scope="module")
def card(release):
    return (release.path / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(release):
    return {config: list(release.rows(config)) for config in ("examples", "figures", "passages", "documents")}


@pytest.fixture(scope="module")
def seen(corpus_of_all_kinds):
    return [getattr(record, "verified", record) for _, made in corpus_of_all_kinds for record in made]


def evidence_of(steps):
    has = {"figure": any(step["regions"] for step in steps), "text": any(step["spans"] for step in steps)}
    return "both" if all(has.values()) else next((name for name, found in has.items() if found), "none")


def binned(value, bounds, names):
    return names[sum(value >= bound for bound in bounds)]


def expected_counts(rows):
    """By heading of the table."""
    examples, figures = rows["examples"], {row["id"]: row for row in rows["figures"]}
    steps = [step for row in examples for step in row["steps"]]
    regions = [region for step in steps for region in step["regions"]]
    found = [*regions, *(span for step in steps for span in step["spans"])]
    shown = [figures[row["figure_id"]] for row in examples if row["figure_id"]]
    return {
        "Language": Counter(row["language"] for row in examples),
        "Subject": Counter(row["subject"] or "not stated" for row in examples),
        "Question type": Counter(row["question_type"] for row in examples),
        "Answer type": Counter(row["answer_type"] for row in examples),
        "Evidence of the example": Counter(evidence_of(row["steps"]) for row in examples),
        "Step kind": Counter(step["kind"] for step in steps),
        "Evidence of the step": Counter(evidence_of([step]) for step in steps),
        "Found by": Counter(one["method"] for one in found),
        "Size of the region": Counter(size_of(region) for region in regions),
        "Place of its middle": Counter(place_of(region, figures[region["figure_id"]]) for region in regions),
        "Other elements in the cited figures": Counter(
            others_of(row, figures) for row in examples if any(step["regions"] for step in row["steps"])
        ),
        "Shorter side of the main figure": Counter(
            binned(
                min(figure["width"], figure["height"]),
                [224, 448, 896],
                ["below 224 px", "224 to 447 px", "448 to 895 px", "896 px and more"],
            )
            for figure in shown
        ),
        "Resolution of the main figure on the page": Counter(
            binned(
                figure["width"] / (figure["bbox"][2] - figure["bbox"][0]) * 72,
                [100, 200],
                ["below 100 dpi", "100 to 199 dpi", "200 dpi and more"],
            )
            for figure in shown
        ),
    }


def size_of(region):
    names = ["below 0.5 % of the image", "0.5 % to 5 %", "5 % and more"]
    return binned(region["area_ratio"], [0.005, 0.05], names)


def place_of(region, figure):
    x = (region["box"][0] + region["box"][2]) / 2 / figure["width"]
    y = (region["box"][1] + region["box"][3]) / 2 / figure["height"]
    down, across = binned(y, THIRDS, ["top", "middle", "bottom"]), binned(x, THIRDS, ["left", "centre", "right"])
    return f"{down} {across}"


def others_of(row, figures):
    regions = [region for step in row["steps"] for region in step["regions"]]
    cited = {(region["figure_id"], element) for region in regions for element in region["element_ids"]}
    there = {
        (figure_id, element["id"])
        for figure_id in {region["figure_id"] for region in regions}
        for kind in ("labels", "connectors", "regions")
        for element in figures[figure_id][kind]
    }
    return binned(len(there - cited), [1, 5, 10, 20], ["none", "1 to 4", "5 to 9", "10 to 19", "20 and more"])


def test_every_table_of_what_is_in_it_is_that_of_the_files(card, rows):
    found, expected = tables(card), expected_counts(rows)
    for heading, counted in expected.items():
        on_card = {name: n for name, n in counts(found[heading]).items() if n}
        assert on_card == counted, heading
        assert len(counted) > 1 or heading == "Found by", f"{heading} shows nothing with this corpus"
        for name, share in shares(found[heading]).items():
            assert share == f"{counted[name] / counted.total():.1%}", (heading, name)


def test_no_table_stands_on_the_card_that_is_not_counted_again(card, rows):
    recounted_below = {"rows", "title", "document", "teacher", "prompt", "check", "held back by", "version"}
    made_elsewhere = {"repeated", "benchmark"}  # by the search for contamination
    assert set(tables(card)) - made_elsewhere == set(expected_counts(rows)) | recounted_below


def test_rows_are_those_of_the_files(card, release):
    for name, *numbers in tables(card)["rows"]:
        actual = [len(list(release.rows(name, split=split))) for split in ("train", "validation", "test")]
        assert [int(number) for number in numbers] == [*actual, sum(actual)]
        assert all(actual), "every split should have rows"


def test_every_source_is_told_as_the_files_have_it(card, rows):
    per_document = {config: Counter(row["document_id"] for row in rows[config]) for config in list(rows)[:3]}
    expected = {
        row["title"]: [
            row["language"], row["subject"] or "not stated", str(row["pages"]), str(per_document["figures"][row["id"]]),
            str(per_document["passages"][row["id"]]), str(per_document["examples"][row["id"]]), row["split"],
        ]
        for row in rows["documents"]
    }  # fmt: skip
    assert {plain(cells[0]): [plain(cell) for cell in cells[1:]] for cells in tables(card)["title"]} == expected
    licences = {plain(cells[0]): cells[1:3] for cells in tables(card)["document"]}
    assert licences == {row["title"]: [row["file_name"], row["licence"]] for row in rows["documents"]}
    carried = {"CC-BY-4.0": "CC BY 4.0", "CC0-1.0": "CC BY 4.0", "CC-BY-SA-3.0": "CC BY-SA 3.0"}
    assert all(cells[3:] == [carried[cells[2]], "yes"] for cells in tables(card)["document"])


def test_teachers_and_prompts_are_those_of_the_examples(card, rows):
    by_prompt = Counter((row["provenance"]["prompt"], row["provenance"]["teacher"]) for row in rows["examples"])
    told = {(cells[0], cells[1]): int(cells[3]) for cells in tables(card)["prompt"]}
    assert told == by_prompt
    teachers = Counter(row["provenance"]["teacher"] for row in rows["examples"])
    assert {cells[0]: int(cells[3]) for cells in tables(card)["teacher"]} == teachers


def test_what_the_checks_said_is_counted_over_all_that_came_in(card, seen):
    outcomes = Counter((check.name, check.outcome) for record in seen for check in record.verdict.checks)
    for name, _, passed, failed, abstained, rate in tables(card)["check"]:
        expected = [outcomes[plain(name), outcome] for outcome in ("pass", "fail", "abstain")]
        assert [int(passed), int(failed), int(abstained)] == expected
        decided = expected[0] + expected[1]
        assert rate == (f"{expected[0] / decided:.1%}" if decided else "never decided")
    verdicts = Counter(record.verdict.label for record in seen)
    assert (
        f"Of {len(seen)} verified examples, {verdicts['supported']} were supported, {verdicts['refuted']} refuted and "
        f"{verdicts['not_enough_info']} left undecided"
    ) in prose(card)


def test_the_numbers_in_the_text_are_those_of_the_files(card, rows, corpus_of_all_kinds):
    text = prose(card)
    examples, figures, documents = rows["examples"], rows["figures"], rows["documents"]
    assert f"{len(examples)} questions about {len(documents)} schoolbook documents" in text
    with_elements = [f for f in figures if f["labels"] or f["connectors"] or f["regions"]]
    assert f"were read inside {len(with_elements)} of the figures" in text
    labels = [label for figure in figures for label in figure["labels"]]
    from_pixels = [label for label in labels if label["method"] in {"ocr", "cv", "model"}]
    assert f"Of {len(labels)} labels in figures, {len(from_pixels)} were read from pixels" in text
    unseen = [row for row in examples if row["review"]["status"] is None]
    assert f"No person has looked at {len(unseen)} of the {len(examples)} released examples" in text
    on_word = [row for row in examples if row["verdict"] == "not_enough_info"]
    assert (
        f"{len(examples)} are released: {len(examples) - len(on_word)} that the checks support, {len(on_word)} on"
        in text
    )
    statuses = Counter(page.status for within, _ in corpus_of_all_kinds for page in within.document.pages)
    assert f"could not be read: {statuses['timeout']}. Scanned pages, read by OCR: {statuses['scanned']}." in text
    looked_at = [r for _, made in corpus_of_all_kinds for r in made if hasattr(r, "status")]
    corrected = sum(record.status == "corrected" for record in looked_at)
    assert f"They changed {corrected / len(looked_at):.1%} of what they looked at" in text


def test_what_was_held_back_is_counted_by_check_and_shown(card, seen):
    refuted = [record for record in seen if record.verdict.label == "refuted"]
    assert tables(card)["held back by"] == [["no\\_leak", "objects", str(len(refuted))]]
    quoted = re.findall(r"^  - “(.*?)” \(from “(.*?)”\): (.*)$", card, re.MULTILINE)
    assert len(quoted) == 2
    questions = {record.example.question for record in refuted}
    assert all(plain(question) in questions for question, _, _ in quoted)
    assert {reason for _, _, reason in quoted} == {"The question tells the answer."}


def test_nothing_is_quoted_of_what_must_not_be_published(tmp_path):
    within = corpus.unit(corpus.document("doc-1", licence="CC-BY-ND-4.0"), [corpus.passage("p-1", "Some text.")])
    examples = [corpus.text_example(f"x-{n}", within, label="refuted", question="A secret?") for n in range(3)]
    corpus.release([corpus.as_input([within], examples)], tmp_path)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert tables(card)["held back by"] == [["no\\_leak", "objects", "3"]]
    assert "secret" not in card
    assert "secret" not in (tmp_path / "release.json").read_text(encoding="utf-8")


def test_a_check_that_abstains_on_supported_examples_too_holds_nothing_back(tmp_path):
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    undecided = [corpus.text_example(f"x-{n}", within, label="not_enough_info") for n in range(2)]
    corpus.release([corpus.as_input([within], undecided)], tmp_path / "alone")
    card = (tmp_path / "alone" / "README.md").read_text(encoding="utf-8")
    assert tables(card)["held back by"] == [["label\\_agrees", "cannot decide", "2"]]
    supported = corpus.text_example("x-s", within)
    corpus.release([corpus.as_input([within], [*undecided, supported])], tmp_path / "beside")
    assert "held back by" not in tables((tmp_path / "beside" / "README.md").read_text(encoding="utf-8"))


def test_versions_are_told_the_newest_first(tmp_path):
    documents = [corpus.simple_document(f"doc-{n}") for n in range(3)]
    corpus.release(documents[:2], tmp_path / "1", corpus.ReleaseSection(version="1.0.0"))
    before = ReleaseFolder.open(tmp_path / "1").manifest
    corpus.release(documents, tmp_path / "2", corpus.ReleaseSection(version="1.1.0"), previous=before)
    card = (tmp_path / "2" / "README.md").read_text(encoding="utf-8")
    assert tables(card)["version"] == [["1.1.0", "3", "12", "1", "0", "0"], ["1.0.0", "2", "8", "2", "0", "0"]]


def rendered(facts, kind="full"):
    return render_card(facts, digests=dict.fromkeys(facts.rows, "ab" * 32), kind=kind)


def test_the_card_is_made_of_what_release_json_has_and_nothing_else(release, card):
    manifest = json.loads((release.path / "release.json").read_bytes())
    facts = CardFacts.model_validate(manifest["card"])
    versions = re.compile(r"^  version: .*$", re.MULTILINE)
    assert versions.sub("", rendered(facts)) == versions.sub("", card)
    assert ReleaseManifest.model_validate(manifest).card == facts.model_dump(mode="json")


def test_contamination_stands_on_the_card_in_numbers(release):
    assert "Contamination" not in rendered(facts_in(release).model_copy(update={"contamination": None}))
    card = rendered(facts_in(release).model_copy(update={"contamination": CONTAMINATION}))
    assert tables(card)["repeated"] == [["of train in test", "3", "1", "0", "7", "2"]]
    assert tables(card)["benchmark"] == [["tqa.json", "900", "4", "11"]]
    assert (
        "5 examples resting on stock of several splits, and not in the most held-out of them, were left out"
        in prose(card)
    )
    alone = rendered(
        facts_in(release).model_copy(update={"contamination": ContaminationReport(between_splits=(), benchmarks=())})
    )
    assert "There is one split only" in alone
    assert "compared with no benchmark" in alone


def test_dependence_is_said_of_the_model_that_was_asked(release):
    counted = {**facts_in(release).counts, "dependence": {"figure (some-model)": 3, "both (some-model)": 1}}
    card = rendered(facts_in(release).model_copy(update={"counts": counted}))
    assert tables(card)["Depends on (model)"][0] == ["figure (some-model)", "3", "75.0%"]
    assert "It was not measured whether a model needs" in prose(rendered(facts_in(release)))


def test_a_stand_off_card_has_the_same_numbers_and_no_word_of_the_sources(corpus_of_all_kinds, release):
    facts = facts_in(release)
    title = "one two three four five six seven eight nine"
    sources = (facts.sources[0].model_copy(update={"title": title, "attribution": title, "file_name": title}),)
    notes = (f"{title} is short.", "Nothing else.")
    facts = facts.model_copy(update={"sources": (*sources, *facts.sources[1:]), "notes": notes})
    card = rendered(facts.without_texts(), "stand_off")
    assert tables(card)["rows"] == tables(rendered(facts))["rows"]
    assert "one two three four five six…" in card
    assert "six seven" not in card
    assert "Note: Nothing else." in card
    assert "“What is x-" not in card
    assert "## Make it whole" in card
    assert "corpusbuilder hydrate" in card
    assert "Do not publish" not in card
    assert facts.without_texts().without_texts() == facts.without_texts()
