"""Grounded examples get a verdict from named checks. Nothing here calls a model or obeys a text.

Policy, in the terms of FEVER (Thorne et al. 2018):

- A check *fails* when something is shown to be wrong (content, form or evidence), and *abstains* when it cannot decide.
- An example is ``refuted`` when a check failed; ``not_enough_info`` when nothing failed but evidence is missing or a
  deciding check abstained; ``supported`` only when every check that applies passed.
- A step is judged by the findings about it alone. An inference is never better than ``not_enough_info`` when a premise
  that should have evidence is not ``supported``. A ``recall`` step that is not refuted is ``not_enough_info``: nothing
  here can confirm it. That does not withhold the example, whose answer must be in the evidence anyway.
- Of questions that a document asks twice the first accepted one stays; later ones are refuted as duplicates.

Wrong is worse than absent: where a sentence cannot be read (another language, an unknown phrasing of a direction), the
example goes to a person instead of being believed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from pydantic import JsonValue

from corpusbuilder.config import VerifySection
from corpusbuilder.records.base import Record
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import Example, GroundedExample, StepKind, VerifiedExample
from corpusbuilder.records.verdict import CheckResult, StepVerdict, Verdict, VerdictLabel
from corpusbuilder.stages.contract import Done, InUnit, Rejected
from corpusbuilder.stages.verify import duplicates
from corpusbuilder.stages.verify.checks import CHECKS
from corpusbuilder.stages.verify.checks.base import Case, Check, Finding
from corpusbuilder.stages.verify.duplicates import SeenQuestions

_RANK: dict[VerdictLabel, int] = {"supported": 0, "not_enough_info": 1, "refuted": 2}


class VerifyStage:
    """`GroundedExample` to `VerifiedExample`. All records of one document belong into one call of `process`."""

    name: ClassVar[str] = "verify"
    version: ClassVar[int] = 1
    needs_all: ClassVar[bool] = True
    reads: ClassVar[type] = GroundedExample
    writes: ClassVar[type[Record]] = VerifiedExample

    def __init__(self, config: VerifySection) -> None:
        self._config = config

    def fingerprint(self, language: str) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the same for every language
        """The thresholds and the version of every check."""
        versions = {check.name: check.version for check in CHECKS} | {duplicates.NAME: duplicates.VERSION}
        return {
            **{f"config.{key}": value for key, value in self._config.model_dump(mode="json").items()},
            **{f"check {name}": version for name, version in versions.items()},
        }

    def process(self, records: Sequence[InUnit[GroundedExample]]) -> Iterator[Done[VerifiedExample] | Rejected]:
        """One `Done` per example, in order. Whatever is wrong with an example is in its verdict."""
        seen = SeenQuestions(self._config.duplicate_similarity)
        for item in records:
            verdict = verify(Case(item.record, item.unit, self._config))
            if verdict.label == "supported":
                verdict = _beside(verdict, item.record, seen)
                if verdict.label == "supported":
                    seen.add(item.record.example)
            verified = VerifiedExample(grounded=item.record, verdict=verdict)
            yield Done(input_id=item.record.id, outputs=(verified,))


class VerifyAgain:
    """Verifies examples that people have changed, one by one, beside those of the same document that stand already."""

    def __init__(self, config: VerifySection, standing: Iterable[Example]) -> None:
        self._config = config
        self._seen = SeenQuestions(config.duplicate_similarity)
        for example in standing:
            self._seen.add(example)

    def __call__(self, record: GroundedExample, unit: Unit) -> Verdict:
        """The verdict on ``record``: refuted when one that stands asks the same."""
        return _beside(verify(Case(record, unit, self._config)), record, self._seen)

    def stands(self, example: Example) -> None:
        """From now on no other example may ask the same."""
        self._seen.add(example)


def verify(case: Case) -> Verdict:
    """The verdict of all checks that look at one example alone."""
    labels: list[tuple[int | None, VerdictLabel]] = []
    results: list[CheckResult] = []
    for check in CHECKS:
        findings = list(check.look(case))
        results += _results(check, findings)
        labels += [(finding.step, _label(check, finding)) for finding in findings]
    return Verdict(
        label=_worst(label for _, label in labels),
        steps=tuple(_step_verdicts(case, labels)),
        checks=tuple(results),
    )


def _label(check: Check, finding: Finding) -> VerdictLabel:
    if finding.outcome == "fail":
        return check.on_fail
    return "not_enough_info" if finding.outcome == "abstain" and check.deciding else "supported"


def _worst(labels: Iterable[VerdictLabel]) -> VerdictLabel:
    return max(labels, key=lambda label: _RANK[label], default="supported")


def _results(check: Check, findings: Sequence[Finding]) -> Iterator[CheckResult]:
    """Every objection by itself; one pass with all that was looked at when there is none."""
    objections = dict.fromkeys(finding for finding in findings if finding.outcome != "pass")
    for finding in objections:
        yield CheckResult(
            name=check.name,
            version=check.version,
            step=finding.step,
            outcome=finding.outcome,
            reason=finding.reason,
            element_ids=finding.element_ids,
        )
    if findings and not objections:
        looked_at = tuple(dict.fromkeys(i for finding in findings for i in finding.element_ids))
        yield CheckResult(name=check.name, version=check.version, outcome="pass", element_ids=looked_at)


def _step_verdicts(case: Case, labels: Sequence[tuple[int | None, VerdictLabel]]) -> Iterator[StepVerdict]:
    given: dict[int, VerdictLabel] = {}
    recalled = {step.index for step in case.example.steps if step.kind is StepKind.RECALL}
    for step in case.example.steps:
        label = _worst(label for index, label in labels if index == step.index)
        shaky = any(given.get(p, "refuted") != "supported" and p not in recalled for p in step.premises)
        if label == "supported" and (step.index in recalled or shaky):
            label = "not_enough_info"
        given[step.index] = label
        yield StepVerdict(step=step.index, label=label)


def _beside(verdict: Verdict, record: GroundedExample, seen: SeenQuestions) -> Verdict:
    """The verdict on an example beside others: refuted when one of them asks the same."""
    earlier = seen.first(record.example)
    result = CheckResult(
        name=duplicates.NAME,
        version=duplicates.VERSION,
        outcome="fail" if earlier else "pass",
        reason=f"example {earlier} asks the same" if earlier else "",
    )
    label: VerdictLabel = "refuted" if earlier else verdict.label
    return Verdict(label=label, steps=verdict.steps, checks=(*verdict.checks, result))
