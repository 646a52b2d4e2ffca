"""What a teacher gets wrong on purpose is rejected or sent to review; what it gets right is released."""

import json

import pytest
import scripted_bench
from running import corpusbuilder

from corpusbuilder.backends.teachers.scripted.faults import FAULTS
from corpusbuilder.records import Unit

SCRIPTED = ("--set", "generate.teacher.kind=scripted")


@pytest.fixture(scope="module")
def units(built):
    """The units of the sample chapters, one English and one French."""
    lines = [line for path in sorted((built / "parse").glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [Unit.model_validate_json(line) for line in lines]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_faulty_example_is_supported(units, name):
    wrong = scripted_bench.build(units, faults=(name,))
    assert wrong, "the mistake can be made nowhere in the sample chapters"
    assert [verified.example for verified in wrong if verified.accepted] == []


def test_good_examples_are_supported(units):
    verified = scripted_bench.build(units)
    accepted = [v for v in verified if v.accepted]
    assert {v.example.language for v in accepted} == {"en", "fr"}
    assert len(verified) > 60
    assert len(accepted) >= 0.95 * len(verified)


def examples(workspace, stage):
    lines = [line for path in sorted((workspace / stage).glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def test_a_build_with_every_mistake_releases_none_of_them(workspace):
    faults = json.dumps(sorted(FAULTS))
    books = workspace.parent / "books"
    done = corpusbuilder("build", books, "-w", workspace, *SCRIPTED, "--set", f"generate.teacher.faults={faults}")
    assert done.code == 0, done.err
    labels = [record["verdict"]["label"] for record in examples(workspace, "verify")]
    assert len(labels) > 40
    assert "supported" not in labels


def test_a_second_build_asks_the_ledger_and_not_the_teacher(workspace):
    books = workspace.parent / "books"
    build = ("build", books, "-w", workspace, *SCRIPTED)
    assert corpusbuilder(*build).code == 0
    first = examples(workspace, "generate")
    slow = ("--set", "generate.teacher.latency_s=30", "--force")
    assert corpusbuilder("generate", "-w", workspace, *SCRIPTED, *slow).code == 0
    assert examples(workspace, "generate") == first
    assert len(first) > 60


def test_a_budget_stops_it(workspace):
    price = ("--set", "generate.teacher.price={input=5, output=20}")
    done = corpusbuilder("generate", "-w", workspace, *SCRIPTED, *price, "--budget", "0.2")
    assert done.code == 6, done.err
    assert "the budget of $0.2 is reached" in done.err
