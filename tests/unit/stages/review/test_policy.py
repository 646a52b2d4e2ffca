import pytest

from corpusbuilder.records.verdict import CheckResult, Verdict
from corpusbuilder.stages.review.policy import BINDING, may_be_released
from corpusbuilder.stages.verify import duplicates
from corpusbuilder.stages.verify.checks import CHECKS

LABELS = ("supported", "not_enough_info", "refuted")


def verdict(label, *failing):
    checks = tuple(CheckResult(name=name, version=1, outcome="fail", reason="no") for name in failing)
    return Verdict(label=label, steps=(), checks=checks)


@pytest.mark.parametrize(
    ("overrides", "released"),
    [
        ("nothing", ["supported"]),
        ("not_enough_info", ["supported", "not_enough_info"]),
        ("refuted", ["supported", "not_enough_info", "refuted"]),
    ],
)
@pytest.mark.parametrize("status", ["accepted", "corrected"])
def test_a_person_overrides_the_checks_as_far_as_the_policy_says(overrides, released, status):
    assert [label for label in LABELS if may_be_released(status, verdict(label), overrides)] == released


@pytest.mark.parametrize("status", ["rejected", "disputed"])
def test_what_people_reject_or_dispute_is_not_released_whatever_the_checks_say(status):
    assert not any(may_be_released(status, verdict(label), "refuted") for label in LABELS)


@pytest.mark.parametrize("name", sorted(BINDING))
def test_nobody_can_accept_what_fails_a_check_of_form_or_has_no_evidence(name):
    assert not may_be_released("accepted", verdict("refuted", name), "refuted")


def test_every_binding_check_exists():
    assert {check.name for check in CHECKS} | {duplicates.NAME} >= BINDING
