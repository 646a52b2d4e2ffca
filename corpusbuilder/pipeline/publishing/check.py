"""Whether a release may be published, and is whole: its checksums, its licences, and that `datasets` loads it."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from corpusbuilder.errors import MissingExtraError, StorageError, UsageError, command_line
from corpusbuilder.stages.release.refusals import refusals_of
from corpusbuilder.store.release import ReleaseFolder

_MOST_NAMED: Final = 20
_LONGEST_NAME: Final = 120
_LONGEST: Final = 100
_MADE_ANEW: Final = "corpusbuilder release --force makes it anew"


def check_release(release: ReleaseFolder, tell: Callable[[str], None]) -> None:
    """Refuse what is damaged, what may not be passed on and what cannot be loaded.

    Raises:
        UsageError: it holds documents whose licence does not allow publishing them, or is not stated.
        StorageError: a file is not the one that was written, or the dataset does not load.
        MissingExtraError: `datasets` is not installed.
    """
    tell(f"checking {release.path}")
    if problems := release.problems():
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise StorageError(
            f"{release.path}: {'; '.join(problems[:3])}{more}", hint=f"nothing was sent. {_MADE_ANEW}", repeat=False
        )
    if refused := list(withheld_documents(release)):
        many = f"{len(refused)} documents" if len(refused) > 1 else "a document"
        more = f", and {len(refused) - _MOST_NAMED} more" if len(refused) > _MOST_NAMED else ""
        raise UsageError(
            f"{release.path}: {many} may not be published with the content: {', '.join(refused[:_MOST_NAMED])}{more}",
            hint=f"{command_line('release', '--stand-off')}, with the same -w, makes {release.path.name}-stand-off "
            "beside it, without their words and images: publish that with --folder. Or state the licences, if you "
            "know them, in sources.toml or as corpus.licence, and build again",
        )
    load_back(release)


def withheld_documents(release: ReleaseFolder) -> Iterator[str]:
    """The documents that may not be published with their content, each with the reason."""
    if release.manifest.kind == "stand_off":
        return
    for refusal in refusals_of(release):
        file_name, title = refusal.file_name or refusal.document_id, refusal.title or refusal.document_id
        yield f"{_in_short(file_name)} (“{_in_short(title)}”): {refusal.why}"


def _in_short(text: str) -> str:
    """On one line: titles come from strangers."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def load_back(release: ReleaseFolder) -> None:
    """Load every config as its users will: memory-mapped and as a stream.

    Raises:
        StorageError: it does not load, or has other rows than it says.
        MissingExtraError: `datasets` is not installed.
    """
    try:
        import datasets
        from pyarrow import ArrowException
    except ImportError:
        raise MissingExtraError("datasets", "release", purpose="publishing") from None

    bars, level = datasets.utils.is_progress_bar_enabled(), datasets.logging.get_verbosity()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    try:
        for config, rows in release.manifest.rows.items():
            if not rows:
                continue
            try:
                _load(release.path, config, rows)
            except (datasets.exceptions.DatasetsError, ArrowException, ValueError, TypeError, LookupError) as error:
                raise _unloadable(release, config, f"{type(error).__name__}: {error}") from None
            except OSError as error:
                raise _unloadable(release, config, str(error)) from None
    finally:
        datasets.logging.set_verbosity(level)
        if bars:
            datasets.enable_progress_bars()


def _load(folder: Path, config: str, rows: Mapping[str, int]) -> None:
    """Load a config in a cache that is thrown away.

    Raises:
        ValueError: it has other rows than ``rows`` says, or another first row as a stream.
    """
    import datasets

    with tempfile.TemporaryDirectory(prefix="corpusbuilder-publish-") as cache:
        loaded: Any = datasets.load_dataset(str(folder), config, cache_dir=cache)
        counts = {split: len(part) for split, part in loaded.items()}
        expected = {split: count for split, count in rows.items() if count}
        if counts != expected:
            raise ValueError(f"it has {counts} rows, and should have {expected}")
        streamed: Any = datasets.load_dataset(str(folder), config, cache_dir=cache, streaming=True)
        for split, part in loaded.items():
            # Images are decoded on the way.
            if part[0].keys() != next(iter(streamed[split])).keys():
                raise ValueError(f"the first row of {split} has other columns as a stream")


def _unloadable(release: ReleaseFolder, config: str, what: str) -> StorageError:
    words = " ".join(what.split())[:300]
    return StorageError(
        f"{release.path}: datasets does not load the config {config}: {words}", hint=f"nothing was sent. {_MADE_ANEW}"
    )
