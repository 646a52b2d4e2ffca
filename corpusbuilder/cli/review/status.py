"""``corpusbuilder review status``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpusbuilder.cli.options import WorkspaceOptions, with_options
from corpusbuilder.errors import command_line

if TYPE_CHECKING:
    from corpusbuilder.pipeline.reviewing.summary import ReviewSurvey
    from corpusbuilder.records.agreement import AnnotatorQuality, Coefficient, Mean, Share

_MOST_NAMED: Final = 10
_ON_WORD: Final = {
    "not_enough_info": "on people's word, where the checks had too little information",
    "refuted": "on people's word, against the checks' objection",
}
_REMEDIES: Final = {
    "evidence_present": "a step that says it is seen or read still has no evidence: mark it, or change the step's kind",
    "duplicates": "another accepted example asks the same",
}
"""What to do about what is accepted by people and not fit for release."""


@with_options(WorkspaceOptions)
def status(options: WorkspaceOptions) -> None:
    """Say what was sent, what people decided, and how far they agree. No server is asked."""
    from corpusbuilder.cli.report import emit_json, tell
    from corpusbuilder.errors import MissingInputError
    from corpusbuilder.pipeline.reviewing.summary import survey_reviews
    from corpusbuilder.store.workspace import Workspace

    workspace = Workspace(options.workspace.resolve())
    survey = survey_reviews(workspace)
    if survey.project is None and not survey.sent:
        raise MissingInputError(
            f"{workspace.root}: nothing was sent to annotators from here yet",
            hint=command_line("review", "push", "-w", options.workspace),
        )
    if options.as_json:
        emit_json({"ok": True, **survey.as_json()})
        return
    for line in (*_sent(survey), *_decided(survey, options.workspace), *_agreement(survey), *_problems(survey)):
        tell(line)


def _sent(survey: "ReviewSurvey") -> Iterator[str]:
    if survey.project is not None:
        pulled = survey.project.pulled_at
        when = f"last pulled {pulled:%Y-%m-%d %H:%M} UTC" if pulled else "not pulled yet"
        yield f"{survey.project.title}, at {survey.project.url}: {when}"
    sent = ", ".join(f"{number} {purpose}" for purpose, number in sorted(survey.sent.items()))
    yield f"{'sent':<12}{survey.sent.total()} ({sent})"
    yield f"{'unanswered':<12}{survey.unanswered}"
    if survey.unwanted:
        yield f"{'unwanted':<12}{survey.unwanted} unanswered, and no longer wanted (review push --prune deletes those)"
    if survey.skipped:
        yield f"{'skipped':<12}{survey.skipped} by all who saw them"


def _decided(survey: "ReviewSurvey", workspace: Path) -> Iterator[str]:
    decided = ", ".join(f"{number} {outcome}" for outcome, number in sorted(survey.outcomes.items()))
    yield f"{'decided':<12}{survey.outcomes.total()}{f' ({decided})' if decided else ''}"
    if survey.outcomes:
        words = "; ".join(f"{number} {_ON_WORD[label]}" for label, number in sorted(survey.fit_on_word.items()))
        yield f"{'fit':<12}{survey.fit} for release{f' ({words})' if words else ''}"
    if survey.unfit:
        yield f"{'kept back':<12}{survey.unfit} that people accept, and to which checks object all the same:"
        for check, number in survey.unfit_by_check.most_common():
            yield f"{'':<12}{number} {check} ({_REMEDIES.get(check, 'see review.overrides')})"
    if survey.disputed:
        yield f"{'disputed':<12}{_listed(survey.disputed)}"
        yield f"{'':<12}to settle one: {command_line('review', 'open', survey.disputed[0], '-w', workspace)}"
        yield f"{'':<12}and there + beside the tabs, an annotation of one's own: one more person's vote decides;"
        yield f'{"":<12}or review.rule = "adjudicator", and review.adjudicators names whose word is final'
    if survey.orphans:
        yield f"{'gone':<12}{survey.orphans} that are no longer generated; what was said of them is kept"


def _agreement(survey: "ReviewSurvey") -> Iterator[str]:
    report = survey.agreement
    if report is None or not report.annotators:
        return
    yield ""
    yield f"Krippendorff's alpha {_coefficient(report.alpha)}"
    for pair in report.kappas:
        yield f"Cohen's kappa {_coefficient(pair.kappa)}: {pair.first} and {pair.second}"
    yield f"regions: IoU {_mean(report.region_iou)}; spans: F1 {_mean(report.span_f1)}"
    yield ""
    yield f"{'':<14}{'user id':>8}{'accepted':>10}{'corrected':>11}{'rejected':>10}{'skipped':>9}{'seconds':>9}  gold"
    users = {name: user for name, _, user in survey.annotators.users}
    for annotator in report.annotators:
        yield _row(annotator, users.get(annotator.annotator))
    yield "user ids are those of the server; names and addresses stay there"


def _row(annotator: "AnnotatorQuality", user: int | None) -> str:
    seconds = "–" if annotator.median_seconds is None else f"{annotator.median_seconds:.1f}"
    counts = f"{annotator.accepted:>10}{annotator.corrected:>11}{annotator.rejected:>10}{annotator.skipped:>9}"
    return f"{annotator.annotator:<14}{user or '–':>8}{counts}{seconds:>9}  {_share(annotator.gold.right)}"


def _problems(survey: "ReviewSurvey") -> Iterator[str]:
    for problem in survey.problems[:_MOST_NAMED]:
        yield f"not readable: {problem}"
    if len(survey.problems) > _MOST_NAMED:
        yield f"… and {len(survey.problems) - _MOST_NAMED} more (--json names all)"


def _coefficient(found: "Coefficient") -> str:
    if found.value is None:
        return f"undefined (n = {found.n})"
    interval = f" [{found.interval[0]:.3f}, {found.interval[1]:.3f}]" if found.interval else ""
    return f"{found.value:.3f}{interval} (n = {found.n})"


def _mean(found: "Mean") -> str:
    return "–" if found.mean is None else f"{found.mean:.3f} (n = {found.n})"


def _share(found: "Share") -> str:
    return f"{found.count} of {found.n} right" if found.n else "–"


def _listed(ids: list[str]) -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return f"{len(ids)} ({', '.join(ids[:_MOST_NAMED])}{more})"
