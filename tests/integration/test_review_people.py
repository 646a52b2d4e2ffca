"""Several people at one annotation: each has said what they said, and nobody what somebody else did."""

import pytest
from test_review_trouble import Bench, _forked, contents  # noqa: F401 - the fixture is for every test here

PEOPLE = ("annotator-1", "annotator-2", "annotator-3")


@pytest.fixture
def bench(tmp_path, studio):
    """Six examples that were sent to two people each."""
    bench = Bench(tmp_path / "ws", studio, 6)
    bench.push("--overlap", "2")
    return bench


def change(bench, task, annotation, decision, person):
    """Open what somebody else submitted, decide otherwise, and press Update."""
    result = list(bench.page(task).annotation(decision).result)
    return bench.studio.update_annotation(annotation["id"], result, person=person)


def said(bench, task):
    """Who decided what about a task."""
    reviews = bench.reviewed()[task["data"]["example_id"]].reviews
    return [(review.annotator, review.decision.value) for review in reviews]


def pulled(bench, *arguments):
    told = bench.pull(*arguments).json["pulled"]
    return told["fetched"], told["withdrawn"]


def test_who_changes_anothers_annotation_speaks_for_themselves(bench):
    ann, bob, eve = map(bench.person, ("ann", "bob", "eve"))
    task, unseen = bench.tasks()[:2]
    bench.annotate(task, "accept", person=ann)
    of_bob = bench.annotate(task, "reject", person=bob)
    changed_before = bench.annotate(unseen, "accept", person=bob)
    change(bench, unseen, changed_before, "reject", eve)
    assert pulled(bench) == (3, 0)
    assert said(bench, unseen) == [(PEOPLE[2], "reject")]
    assert bench.status()["disputed"] == [task["data"]["example_id"]]

    change(bench, task, of_bob, "accept", eve)
    assert pulled(bench) == (1, 0)
    assert said(bench, task) == [(PEOPLE[0], "accept"), (PEOPLE[1], "reject"), (PEOPLE[2], "accept")]
    assert bench.reviewed()[task["data"]["example_id"]].status == "accepted"
    assert bench.status()["agreement"]["alpha"]["value"] < 1

    before = contents(bench.root)
    bench.studio.call("PATCH", f"/api/annotations/{of_bob['id']}/", {"ground_truth": True})
    assert [pulled(bench), pulled(bench, "--whole")] == [(0, 0), (0, 0)]
    assert contents(bench.root) == before

    change(bench, task, of_bob, "reject", bob)
    assert pulled(bench) == (1, 0)
    assert sorted(said(bench, task)) == [(PEOPLE[0], "accept"), (PEOPLE[1], "reject"), (PEOPLE[2], "accept")]
    before, named = contents(bench.root), bench.files.read_annotators().users
    (bench.root / "review" / "annotators.json").unlink()
    assert pulled(bench) == (0, 0)
    assert contents(bench.root) == before
    assert set(bench.files.read_annotators().users) == set(named)

    bench.studio.call("DELETE", f"/api/annotations/{of_bob['id']}/")
    assert pulled(bench) == (0, 1)
    assert said(bench, task) == [(PEOPLE[0], "accept")]


def test_an_adjudicator_who_settles_a_dispute_in_place_is_seen(bench):
    ann, bob, lead = map(bench.person, ("ann", "bob", "lead"))
    task, other = bench.tasks()[:2]
    bench.annotate(task, "accept", person=ann)
    of_bob = bench.annotate(task, "reject", person=bob)
    bench.annotate(other, person=lead)
    config = bench.root / "corpusbuilder.toml"
    rule = '[review]\nrule = "adjudicator"\nadjudicators = ["annotator-3"]\n'
    config.write_text(config.read_text() + rule)
    bench.pull()
    assert bench.reviewed()[task["data"]["example_id"]].status == "disputed"
    change(bench, task, of_bob, "accept", lead)
    bench.pull()
    reviewed = bench.reviewed()[task["data"]["example_id"]]
    assert (reviewed.status, reviewed.annotator) == ("accepted", PEOPLE[2])
