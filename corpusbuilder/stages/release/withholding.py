"""Why examples are held back, check by check, with a few of them to show."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.document import Document
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.records.verdict import CheckResult
from corpusbuilder.stages.release.rows import verified_part

_SHOWN_EACH: Final = 2


@dataclass(frozen=True, slots=True)
class Withheld:
    """An example that was held back."""

    question: str
    reason: str
    """In the words of the check."""
    title: str
    """Of its document."""


class Withholding:
    """Which checks hold examples back: those that object, or, where none does, those that cannot decide."""

    def __init__(self) -> None:
        self.refuting: Counter[str] = Counter()
        """Withheld examples to which a check objects, by check."""
        self._undecided: Counter[str] = Counter()
        self._harmless: set[str] = set()
        self._shown: dict[tuple[str, str], list[Withheld]] = defaultdict(list)

    @property
    def undecided(self) -> Counter[str]:
        """Withheld examples to which no check objects, by the checks that abstain.

        A check that also abstains on supported examples holds nothing back by that.
        """
        return Counter({name: n for name, n in self._undecided.items() if name not in self._harmless})

    def shown(self, check: str, *, objects: bool) -> tuple[Withheld, ...]:
        """Some examples that it holds back by objecting, or by not deciding; the first ones met."""
        return tuple(self._shown.get((check, "fail" if objects else "abstain"), ()))

    def add(self, record: VerifiedExample | ReviewedExample, document: Document, *, may_be_quoted: bool) -> None:
        """Count an example, released or not.

        Args:
            record: the example.
            document: from which it is.
            may_be_quoted: whether its question may stand on a card.
        """
        verified = verified_part(record)
        verdict = verified.verdict
        if verdict.label == "supported":
            self._harmless.update([check.name for check in verdict.checks if check.outcome == "abstain"])
        elif not record.accepted:
            outcome = "fail" if verdict.label == "refuted" else "abstain"
            first = {check.name: check for check in reversed(verdict.checks) if check.outcome == outcome}
            (self.refuting if outcome == "fail" else self._undecided).update(first.keys())
            if may_be_quoted:
                for check in first.values():
                    self._show(check, verified.example.question, document.title)

    def _show(self, check: CheckResult, question: str, title: str) -> None:
        shown = self._shown[check.name, check.outcome]
        if len(shown) < _SHOWN_EACH:
            where = f"step {check.step}: " if check.step is not None else ""
            shown.append(Withheld(question, where + check.reason, title))
