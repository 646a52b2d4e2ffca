"""Who may see what is published: not more people than was asked for."""

from collections.abc import Iterable

from corpusbuilder.backends.hub.repository import Gate, Repository, Standing
from corpusbuilder.errors import BackendError, UsageError
from corpusbuilder.pipeline.publishing.plan import PublishOptions, PublishReport


def settle(
    repository: Repository,
    standing: Standing,
    before: Iterable[str],
    options: PublishOptions,
    report: PublishReport,
) -> None:
    """See that not more people can see the repository than was asked for. Only an empty one is changed.

    Args:
        repository: to publish to.
        standing: what it says of itself.
        before: the files it holds.
        options: what was asked for.
        report: takes what is found.

    Raises:
        UsageError: there is something in it, and more people can see it.
        BackendError: the server does not do as it is told.
    """
    report.private, report.gated = standing.private, standing.gated
    if standing.private and not options.private:
        report.notes.append(f"{report.repo} is private: only its owners can load it")
    if standing.gated and options.gated is None:
        report.notes.append(f"{report.repo} is gated ({standing.gated}): people must ask for access")
    unsaid = standing.private is None and report.created  # it was made private, as far as it was told
    if options.private and unsaid:
        report.notes.append(f"whether {report.repo} is private the server does not say: look at {report.url}")
    public = options.private and not standing.private and not unsaid
    gate = options.gated if options.gated and standing.gated != options.gated else None
    asked = " and ".join([*(["--private"] if public else []), *([f"--gated {gate}"] if gate else [])])
    if not asked:
        return
    if all(name.startswith(".") for name in before):
        if not options.dry_run:
            _set_up(repository, public=public, gate=gate, asked=asked, report=report)
        return
    said = f"{asked}: {report.repo} is there already, {_in_words(standing)}, and is not changed"
    if (public and standing.private is False) or (gate and standing.gated is False):
        raise UsageError(
            f"{said}; nothing was sent", hint=f"change it at {report.url}/settings, or publish without {asked}"
        )
    report.notes.append(said)


def _set_up(repository: Repository, *, public: bool, gate: Gate | None, asked: str, report: PublishReport) -> None:
    repository.set_up(private=True if public else None, gated=gate)
    standing = repository.standing()
    if standing is None or (public and standing.private is False) or (gate and standing.gated is False):
        raise BackendError(
            f"{repository.address.endpoint} was asked for {asked}, and {report.repo} is not so: nothing was sent",
            hint=f"change it at {report.url}/settings",
        )
    report.private, report.gated = standing.private, standing.gated
    if (public and standing.private is None) or (gate and standing.gated is None):
        report.notes.append(f"whether {report.repo} is {asked} now the server does not say: look at {report.url}")


def _in_words(standing: Standing) -> str:
    seen = {True: "private", False: "public", None: "public or private (it does not say)"}[standing.private]
    if isinstance(standing.gated, str):
        return f"{seen} and gated ({standing.gated})"
    return f"{seen} and {'not gated' if standing.gated is False else 'gated or not (it does not say)'}"
