"""Publishes a release folder: one commit and one tag on a server that speaks the Hub's protocol, or nothing."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from corpusbuilder import __version__
from corpusbuilder.backends.hub.committing import Change, commit
from corpusbuilder.backends.hub.committing import tag as make_tag
from corpusbuilder.backends.hub.connection import Connection
from corpusbuilder.backends.hub.failures import not_a_hub
from corpusbuilder.backends.hub.files import LocalFile, RemoteFile
from corpusbuilder.backends.hub.repository import Repository, Standing
from corpusbuilder.backends.hub.uploading import Uploader
from corpusbuilder.errors import BackendError, StorageError, UsageError
from corpusbuilder.pipeline.publishing.access import settle
from corpusbuilder.pipeline.publishing.plan import Observer, PublishOptions, PublishReport, stale_files
from corpusbuilder.store.release import CHECKSUMS, ReleaseFolder, read_checksums


def publish(
    release: ReleaseFolder, connection: Connection, options: PublishOptions, observer: Observer
) -> PublishReport:
    """Make the branch hold exactly this release, in one commit, and tag it. What is so already is left as it is.

    Args:
        release: checked (`check.check_release`).
        connection: to the repository, which is made when it is not there.
        options: where to, and who may see it.
        observer: is told how far it is.

    Raises:
        UsageError: the tag is another release's, or the repository is open to more people than was asked for.
        BackendError: the server is not there, refuses, or does not keep what it was given. Then its branch is what it
            was, or exactly this release; doing the same again completes it.
        StorageError: the folder cannot be read.
    """
    observer(f"comparing with {connection.address.page}")
    return _Publishing(release, connection, options, observer).run()


class _Publishing:
    """One release on its way."""

    def __init__(
        self, release: ReleaseFolder, connection: Connection, options: PublishOptions, observer: Observer
    ) -> None:
        self._options, self._observer, self._connection = options, observer, connection
        self._address = connection.address
        self._repository = Repository(connection)
        self._name = release.manifest.name
        self._files = _looked_at(release)
        self._report = PublishReport(
            url=self._address.page,
            repo=self._address.repo,
            version=release.manifest.version,
            kind=release.manifest.kind,
            branch=options.branch,
            tag=options.tag,
            configs=tuple(config for config, rows in release.manifest.rows.items() if rows),
            files=len(self._files),
        )

    def run(self) -> PublishReport:
        report, options, repository = self._report, self._options, self._repository
        self._check_token()
        standing = repository.standing()
        if standing is None:
            report.created = True
            if options.dry_run:
                return self._rehearsed()
            self._observer(f"making {self._address.repo}")
            report.created = repository.create(private=options.private)
            standing = self._created()
        head, before = self._head(standing)
        report.parent = head
        settle(repository, standing, before, options, report)
        if self._is_tagged(head, before):
            return report
        change = self._change(head, before)
        if options.dry_run:
            return self._rehearsed()
        if change.added or change.deleted:
            report.commit = self._commit(change)
        else:
            report.commit, report.state = head, "current"
        self._tag()
        return report

    def _check_token(self) -> None:
        """Find out what can be found out about the token while nothing is sent."""
        if self._address.token is None:
            if not self._options.dry_run:
                raise BackendError(
                    f"publishing to {self._address.endpoint} needs a token: {self._address.token_from} is missing",
                    hint=f"make one with the right to write at {self._address.endpoint}/settings/tokens and export it, "
                    "or name another variable with --token-env",
                )
            self._report.notes.append("there is no token: what only its owner sees was not looked at")
            return
        _, may_write = self._repository.account()
        if not may_write:
            message = f"{self._address.token_from} is for reading only at {self._address.endpoint}"
            if not self._options.dry_run:
                raise BackendError(
                    f"{message}: nothing was sent",
                    hint=f"make a token with the right to write at {self._address.endpoint}/settings/tokens",
                )
            self._report.notes.append(message)

    def _created(self) -> Standing:
        standing = self._repository.standing()
        if standing is None:
            raise BackendError(f"{self._address.endpoint} says that it has made {self._address.repo}, and has it not")
        return standing

    def _head(self, standing: Standing) -> tuple[str | None, Mapping[str, RemoteFile]]:
        """The head of the branch and its files; None only where there is no commit at all."""
        branch, repository = self._options.branch, self._repository
        head = repository.commit_of(branch)
        if head is not None:
            return head, repository.files(head)
        refs = repository.refs()
        if refs is not None and refs[0]:
            raise UsageError(
                f"--branch {branch}: {self._address.repo} has no such branch",
                hint=f"it has {', '.join(sorted(refs[0])[:8])}; another one is made at {self._address.page}",
            )
        if standing.head is not None:
            # A commit without a parent would be put over what is there.
            raise not_a_hub(
                self._address, f"looking for {branch}", f"it is not there, though {standing.head} is the head"
            )
        return None, {}

    def _is_tagged(self, head: str | None, before: Mapping[str, RemoteFile]) -> bool:
        """Whether the tag is there and holds exactly this release.

        Raises:
            UsageError: the tag holds something else.
        """
        tag, repository, report = self._options.tag, self._repository, self._report
        if tag is None:
            report.notes.append("no tag is made: nobody has chosen a version (--revision v1.0.0, or release.version)")
            return False
        refs = repository.refs()
        if refs is not None and tag in refs[0]:
            raise UsageError(f"--revision {tag}: {self._address.repo} has a branch of that name", hint="choose another")
        at = repository.tagged(tag, refs)
        if at is None:
            return False
        there = before if at == head else repository.files(at)
        added = [file.name for file in repository.others(at, there, self._files)]
        if added or stale_files(there, [file.name for file in self._files], ()):
            raise UsageError(
                f"the tag {tag} of {self._address.repo} points to {at}, which is another release than this one (the "
                f"head of {self._options.branch} is {head}); tags are not moved, and nothing was sent",
                hint="publish under a version of its own, such as --revision v…; what differs: "
                f"{', '.join(added[:3]) or 'files that this release does not have'}",
            )
        report.commit, report.state = at, "current"
        if at != head:
            report.notes.append(f"{self._options.branch} has moved on since {tag}, to {head}, and is left as it is")
        return True

    def _change(self, head: str | None, before: Mapping[str, RemoteFile]) -> Change:
        """What the commit is to do."""
        report, names = self._report, [file.name for file in self._files]
        changed = self._files if head is None else self._repository.others(head, before, self._files)
        earlier = self._named_before(head, before) if CHECKSUMS in {file.name for file in changed} else ()
        report.changed = tuple(file.name for file in changed)
        report.changed_bytes = sum(file.size for file in changed)
        report.deleted = stale_files(before, names, earlier)
        report.kept = tuple(sorted(before.keys() - set(names) - set(report.deleted)))
        return Change(self._options.branch, head, before, self._files, set(report.changed), report.deleted)

    def _named_before(self, head: str | None, before: Mapping[str, RemoteFile]) -> Collection[str]:
        """The files of the release that is there now, as its list of checksums has them."""
        if head is None or CHECKSUMS not in before:
            return ()
        content = self._repository.read(head, CHECKSUMS)
        with tempfile.TemporaryDirectory(prefix="corpusbuilder-publish-") as folder:
            path = Path(folder) / CHECKSUMS
            path.write_bytes(content)
            try:
                return read_checksums(path).keys()
            except StorageError:
                self._report.notes.append(
                    f"the {CHECKSUMS} that is there cannot be read: only data/ and card/ are tidied"
                )
                return ()

    def _commit(self, change: Change) -> str:
        report, added = self._report, [file for file in self._files if file.name in change.added]
        progress = _Progress(self._observer)
        uploader = Uploader(self._connection, change.branch, progress.one)
        apart = uploader.kept_apart(added)
        large = [file for file in added if file.name in apart]
        progress.expect(large)
        report.sent_bytes = uploader.send(large)
        self._observer(f"committing {len(added)} files, deleting {len(change.deleted)}")
        made = commit(
            self._repository,
            change,
            apart,
            f"Release {report.tag or report.version} of {self._name}",
            f"Made with corpusbuilder {__version__}.",
        )
        self._read_back(made, added)
        return made

    def _read_back(self, made: str, files: Sequence[LocalFile]) -> None:
        if not self._options.read_back:
            return
        self._observer(f"reading {len(files)} files back")
        for file in files:
            self._repository.check(made, file)

    def _tag(self) -> None:
        tag, made = self._options.tag, self._report.commit
        if tag is None or made is None:
            return
        if self._report.state == "current":
            # What an earlier run has committed it may not have read back.
            self._read_back(made, self._files)
        self._observer(f"tagging {made[:12]} as {tag}")
        make_tag(self._repository, tag, made)
        self._report.state = "published"

    def _rehearsed(self) -> PublishReport:
        report = self._report
        if report.created:
            self._change(None, {})
        nothing = not report.changed and not report.deleted
        report.commit = report.parent if nothing else None
        report.state = "current" if nothing and self._options.tag is None else "would_publish"
        return report


class _Progress:
    """Counts what is sent."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._files = self._size = self._of_files = self._of_size = 0

    def expect(self, files: Sequence[LocalFile]) -> None:
        """These are to be sent."""
        self._of_files, self._of_size = len(files), sum(file.size for file in files)

    def one(self, file: LocalFile, sent: int) -> None:  # noqa: ARG002 - what was there already counts as well
        """One more is on the server."""
        self._files += 1
        self._size += file.size
        self._observer.sent(self._files, self._of_files, self._size, self._of_size)


def _looked_at(release: ReleaseFolder) -> list[LocalFile]:
    """All files of a release.

    Raises:
        StorageError: one is another than the checksums say.
    """
    expected = release.checksums()
    files = [LocalFile.read(release.path, name) for name in release.files()]
    for file in files:
        if file.name != CHECKSUMS and expected.get(file.name) != file.sha256:
            raise StorageError(f"{file.path}: it has changed since the release was checked", hint="publish again")
    return files
