"""What several reviews of one example come to.

- ``latest``: the last one counts.
- ``majority``: more than half must agree that the example can be used (as shown or corrected), or that it cannot. Of
  those who can use it, the version that most of them arrived at counts; where no version leads, the last corrected one,
  because who corrects has seen something that others have not.
- ``adjudicator``: the last word of an adjudicator; until there is one, people have to be of one mind.

One review alone is always enough. What a rule does not settle is *disputed*. Skips are no votes. Of people who saw
different versions of an example, those count who saw the newest that anybody decided about.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from corpusbuilder.records.ids import canonical_json
from corpusbuilder.records.review import Decision, Review
from corpusbuilder.stages.review.policy import Status

Rule: TypeAlias = Literal["majority", "adjudicator", "latest"]
_STATUS: dict[Decision, Status] = {
    Decision.ACCEPT: "accepted",
    Decision.CORRECT: "corrected",
    Decision.REJECT: "rejected",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What counts."""

    status: Status
    review: Review | None
    """Whose version it is; None when the example is disputed."""


def resolve(
    reviews: Sequence[Review], rule: Rule, adjudicators: Collection[str] = (), *, versions: Sequence[str] = ()
) -> Outcome | None:
    """The outcome under a rule; None when nobody decided anything.

    Args:
        reviews: of one example, in any order; of one annotator the last one counts.
        rule: which review counts when people differ.
        adjudicators: pseudonyms of those whose word is final, for the rule of that name.
        versions: of the example, in the order in which they were sent.
    """
    votes = _of_newest_version(_votes(reviews), versions)
    if not votes:
        return None
    if rule == "latest":
        return _outcome(votes[-1])
    if rule == "adjudicator":
        final = [vote for vote in votes if vote.annotator in adjudicators]
        if final:
            return _outcome(final[-1])
        return _majority(votes, needed=len(votes))
    return _majority(votes, needed=len(votes) // 2 + 1)


def _votes(reviews: Sequence[Review]) -> list[Review]:
    """The last decision of each annotator, oldest first."""
    ordered = sorted(reviews, key=lambda review: (review.time, review.annotation_id))
    last = {review.annotator: review for review in ordered if review.decision is not Decision.SKIP}
    return [review for review in ordered if last.get(review.annotator) is review]


def _of_newest_version(votes: Sequence[Review], versions: Sequence[str]) -> Sequence[Review]:
    decided = {vote.version for vote in votes}
    newest = next((version for version in reversed(versions) if version in decided), None)
    return votes if newest is None else [vote for vote in votes if vote.version == newest]


def _outcome(review: Review) -> Outcome:
    return Outcome(_STATUS[review.decision], review)


def _majority(votes: Sequence[Review], *, needed: int) -> Outcome:
    rejections = [vote for vote in votes if vote.decision is Decision.REJECT]
    usable = [vote for vote in votes if vote.decision is not Decision.REJECT]
    if len(rejections) >= needed:
        return _outcome(rejections[-1])
    if len(usable) >= needed:
        return _outcome(_leading(usable))
    return Outcome("disputed", None)


def _leading(votes: Sequence[Review]) -> Review:
    """The vote for the version that most arrived at, or the last correction when none leads."""
    counts = Counter(map(_content, votes)).most_common(2)
    if len(counts) == 1 or counts[0][1] > counts[1][1]:
        return next(vote for vote in reversed(votes) if _content(vote) == counts[0][0])
    return next((vote for vote in reversed(votes) if vote.decision is Decision.CORRECT), votes[-1])


def _content(review: Review) -> bytes:
    """What a version says, apart from who says it."""
    if review.corrected is None:
        return review.version.encode()
    changes = [[change.field, change.after] for change in review.corrections]
    return canonical_json([review.version, *changes])
