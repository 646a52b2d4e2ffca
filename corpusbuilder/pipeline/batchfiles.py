"""Runs ``generate`` by way of files: requests are written for ``vllm run-batch``, and its answers are read."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from corpusbuilder.backends.models.openai.batch import Feed
from corpusbuilder.backends.models.openai.batchlines import OfflineComposer
from corpusbuilder.errors import BackendError, MissingInputError, UsageError, storage_errors
from corpusbuilder.pipeline.batches import BatchReport, batchable, gathering
from corpusbuilder.pipeline.batchstate import STAGE, Batch, BatchFolder, CallIndex, failures
from corpusbuilder.pipeline.build import run_stages
from corpusbuilder.pipeline.collecting import Joiner
from corpusbuilder.pipeline.gathering import Gather, Recipe
from corpusbuilder.pipeline.runner import Runner
from corpusbuilder.store.files import TEMPORARY, sha256_of

_LONGEST_LINE: Final = 64 * 2**20
"""Bytes."""


class FileBatches:
    """Requests and answers in files. The folder has to be locked.

    Args:
        runner: in mode ``batch``, with ``gather`` as its source.
        folder: of the workspace's batches.
        gather: where the stage's calls end up.
    """

    def __init__(self, runner: Runner, folder: BatchFolder, gather: Gather) -> None:
        self._runner = runner
        self._folder = folder
        self._gather = gather
        self._options = batchable(runner, "--batch-file")
        self._composer = OfflineComposer(self._options, read_image=runner.access.read_image)

    def close(self) -> None:
        """Give everything back."""
        self._runner.access.loop.submit(self._composer.close()).result()

    def run(self, answers: Path | None, requests: Path | None) -> BatchReport:
        """Take in a file of answers, run the stage, and write the requests that come next.

        Args:
            answers: as ``vllm run-batch`` wrote it; None at the beginning.
            requests: where to write; None to count only. Nothing is written when no request comes next.

        Raises:
            MissingInputError: there is no such file of answers.
            UsageError: it is something else, or belongs to another workspace.
            BackendError: every request was refused.
            StorageError: ``requests`` cannot be written.
        """
        report = BatchReport()
        if answers is not None:
            self._take_in(answers, report)
        else:
            for batch in self._of_files():
                if batch.state == "collected":
                    self._folder.remove(batch)
        with gathering(self._gather, self._recipe()):
            run_stages(self._runner, [STAGE], report.build)
            report.submitted = len(self._gather.found)
            if self._gather.skipped:
                report.notes.append(f"{self._gather.skipped} requests wait in a batch: generate --collect")
            if requests is not None and self._gather.found:
                self._write(requests)
        return report

    def _recipe(self) -> Recipe:
        batches = self._folder.all()
        # What may have been submitted is paid for: it waits for --collect.
        elsewhere = [b for b in batches if b.kind == "endpoint" and b.state in {"open", "submitting"}]
        return Recipe(
            composer=self._composer,
            ledger=self._runner.access.ledger,
            price=None,
            max_image_side=self._options.max_image_side,
            waiting=CallIndex([self._folder.calls(batch.name) for batch in elsewhere]),
            given_up=failures(batches),
        )

    def _take_in(self, answers: Path, report: BatchReport) -> None:
        access = self._runner.access
        waited_for = [batch for batch in self._of_files() if batch.state == "open"]
        index = CallIndex([self._folder.calls(batch.name) for batch in waited_for])
        price = access.price_of(self._options.model, self._options.price)
        joiner = Joiner(index, access.ledger, access.meter, price, learns=False)
        if not answers.is_file():
            raise MissingInputError(f"{answers}: there is no such file", hint="name the file that was written with -o")
        with storage_errors(answers), answers.open("rb") as file:
            access.loop.submit(_read_answers(file, joiner.begin(str(answers)), joiner)).result()
        if joiner.knows_nothing:
            raise UsageError(
                f"{answers}: " + ("no line is an answer" if joiner.unreadable else "no answer is to a request of ours"),
                hint="name the file that was written with -o, from requests that generate --batch-file wrote here",
            )
        if words := joiner.none_accepted:
            raise BackendError(
                f"{answers}: all {len(joiner.refused)} requests were refused: {words}",
                hint="see whether the model takes what is sent: images, max_tokens, extra_body, structured",
            )
        report.collected = len(joiner.answered)
        report.notes += joiner.notes(str(answers))
        digest = sha256_of(answers)
        self._folder.note(
            Batch(
                name=f"answers-{digest[:16]}",
                kind="file",
                state="collected",
                model=self._options.model,
                requests=len(joiner.answered) + len(joiner.missed) + len(joiner.refused),
                missed=joiner.missed,
                refused=joiner.refused,
            )
        )
        self._drop_answered(waited_for)

    def _drop_answered(self, batches: Sequence[Batch]) -> None:
        """Forget files of which every request is answered or given up."""
        given_up, ledger = failures(self._folder.all()), self._runner.access.ledger
        for batch in batches:
            keys = CallIndex([self._folder.calls(batch.name)])
            if all(key in given_up or ledger.find(key) is not None for key in keys):
                self._folder.remove(batch)

    def _write(self, requests: Path) -> None:
        """Write the file, and before it what its requests are."""
        unfinished = requests.with_name(requests.name + TEMPORARY)
        items = self._gather.in_order()
        calls = self._folder.calls("file")
        digest = self._gather.write(items, unfinished, calls)
        name = f"file-{digest[:16]}"
        with storage_errors(calls):
            calls.replace(self._folder.calls(name))
        self._folder.note(Batch(name=name, kind="file", state="open", model=self._options.model, requests=len(items)))
        for batch in self._of_files():
            if batch.state == "open" and batch.name != name:
                keys = CallIndex([self._folder.calls(batch.name)])
                if all(key in self._gather.found for key in keys):
                    self._folder.remove(batch)
        with storage_errors(requests):
            unfinished.replace(requests)

    def _of_files(self) -> list[Batch]:
        return [batch for batch in self._folder.all() if batch.kind == "file"]


async def _read_answers(file: BinaryIO, feed: Feed, joiner: Joiner) -> None:
    while line := file.readline(_LONGEST_LINE):
        await feed(line)
    await joiner.end()


def check_target(path: Path) -> None:
    """Refuse a place for the file of requests that cannot be written, before anything is done.

    Raises:
        UsageError: it is a folder, or lies in none.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        what = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise UsageError(f"--batch-file {path}: {what}", hint="name a file in a folder that exists")
