"""What of a release an export writes, and what some formats cannot be asked for."""

from corpusbuilder.errors import MissingInputError, UsageError
from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.records.release import SPLITS, Split
from corpusbuilder.store.release import ReleaseFolder


def wanted_splits(release: ReleaseFolder, options: ExportOptions, *, config: str = "examples") -> tuple[Split, ...]:
    """The splits to write: the one asked for, or all that have rows of ``config``, in the order of training.

    Raises:
        UsageError: there are none in the split that was asked for.
        MissingInputError: there are none at all.
    """
    filled = tuple(split for split in SPLITS if release.parquet_files(config, split))
    if options.split is None and filled:
        return filled
    if options.split in filled:
        return (options.split,)
    if not filled:
        raise MissingInputError(
            f"{release.path}: this release has no {config}",
            hint="corpusbuilder status says what was withheld, and why",
        )
    raise UsageError(
        f"{release.path}: the release has no {config} in a split called {options.split!r}",
        hint=f"it has some in: {', '.join(filled)}",
    )


def refuse_trace(options: ExportOptions, what: str) -> None:
    """Evaluation formats hold questions, answers and regions, and no reasoning in prose.

    Raises:
        UsageError: a trace is asked for.
    """
    if options.trace != "plain":
        raise UsageError(
            f"{what} has no place for a reasoning trace, so not for {options.trace!r}",
            hint="leave the trace out, or export to a format for training",
        )
