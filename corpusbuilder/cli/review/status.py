"""``corpusbuilder review status``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpusbuilder.cli.options import WorkspaceOptions, with_options

if TYPE_CHECKING:
    from corpusbuilder.pipeline.reviewing.summary import ReviewSurvey
    from corpusbuilder.records.agreement import AnnotatorQuality, Coefficient, Mean, Share

_MOST_NAMED = 10


@with_options(WorkspaceOptions)
def status(options: WorkspaceOptions) -> None:
    """Say what was sent, what people decided, and how far they agree. No server is asked."""
    from corpusbuilder.cli.report import emit_json, tell
    from corpusbuilder.errors import MissingInputError, command_line
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
    for line in (*_standing(survey), *_agreement(survey), *_problems(survey)):
        tell(line)


def _standing(survey: "ReviewSurvey") -> Iterator[str]:
    if survey.project is not None:
        pulled = survey.project.pulled_at
        when = f"last pulled {pulled:%Y-%m-%d %H:%M} UTC" if pulled else "not pulled yet"
        yield f"{survey.project.title}, at {survey.project.url}: {when}"
    sent = ", ".join(f"{number} {purpose}" for purpose, number in sorted(survey.sent.items()))
    yield f"{'sent':<12}{survey.sent.total()} ({sent})"
    yield f"{'unanswered':<12}{survey.unanswered}"
    if survey.skipped:
        yield f"{'skipped':<12}{survey.skipped} by all who saw them"
    decided = ", ".join(f"{number} {outcome}" for outcome, number in sorted(survey.outcomes.items()))
    yield f"{'decided':<12}{survey.outcomes.total()}{f' ({decided})' if decided else ''}"
    if survey.outcomes:
        own = f", {survey.overridden} of them against the checks' “not enough info” or “refuted”"
        yield f"{'released':<12}{survey.released}{own if survey.overridden else ''}"
    if survey.withheld:
        yield f"{'withheld':<12}{survey.withheld} that people accept and the checks do not (review.overrides)"
    if survey.disputed:
        yield f"{'disputed':<12}{_listed(survey.disputed)}: an adjudicator has to decide"
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
    yield f"{'':<14}{'user':>6}{'accepted':>10}{'corrected':>11}{'rejected':>10}{'skipped':>9}{'seconds':>9}  gold"
    users = {name: user for name, _, user in survey.annotators.users}
    for annotator in report.annotators:
        yield _row(annotator, users.get(annotator.annotator))


def _row(annotator: "AnnotatorQuality", user: int | None) -> str:
    seconds = "–" if annotator.median_seconds is None else f"{annotator.median_seconds:.0f}"
    counts = f"{annotator.accepted:>10}{annotator.corrected:>11}{annotator.rejected:>10}{annotator.skipped:>9}"
    return f"{annotator.annotator:<14}{user or '–':>6}{counts}{seconds:>9}  {_share(annotator.gold.right)}"


def _problems(survey: "ReviewSurvey") -> Iterator[str]:
    for problem in survey.problems[:_MOST_NAMED]:
        yield f"not readable: {problem}"
    if len(survey.problems) > _MOST_NAMED:
        yield f"… and {len(survey.problems) - _MOST_NAMED} more (--json names all)"


def _coefficient(found: "Coefficient") -> str:
    if found.value is None:
        return f"undefined (n = {found.n})"
    interval = "" if found.low is None or found.high is None else f" [{found.low:.3f}, {found.high:.3f}]"
    return f"{found.value:.3f}{interval} (n = {found.n})"


def _mean(found: "Mean") -> str:
    return "–" if found.mean is None else f"{found.mean:.3f} (n = {found.n})"


def _share(found: "Share") -> str:
    return f"{found.count} of {found.n} right" if found.n else "–"


def _listed(ids: list[str]) -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return f"{len(ids)} ({', '.join(ids[:_MOST_NAMED])}{more})"
