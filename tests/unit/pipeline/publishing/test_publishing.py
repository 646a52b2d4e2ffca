"""What a publication does, leaves alone and refuses, on a server in good health."""

import hashlib

import pytest
from fakes.hub import Blob, HubError, Repo
from fakes.hubrelease import REPO, TOKEN, Told, bytes_of, connect, send, write_release
from fakes.hubserver import running_hub
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.errors import BackendError, StorageError, UsageError
from corpusbuilder.pipeline.publishing.plan import stale_files, tag_for, version_of

OLD = "data/examples/train-00000-of-00009.parquet"


@pytest.fixture
def one(tmp_path):
    return write_release(tmp_path / "one")


@pytest.fixture
def two(tmp_path):
    return write_release(tmp_path / "two", version="1.1.0", shards=3, seed="b")


@pytest.fixture
def server():
    with running_hub() as running:
        yield running


def repo_of(server):
    return server.hub.repos[REPO]


def published(server, revision="main"):
    files = repo_of(server).bytes_of(revision)
    return {name: content for name, content in files.items() if name != ".gitattributes"}


def seeded(server, files):
    """A repository that has these files."""
    repo = server.hub.repos[REPO] = Repo()
    repo.write({name: Blob(content) for name, content in files.items()})
    return repo


def test_a_new_repository_holds_exactly_the_release_in_one_commit(server, one):
    report = send(server, one)
    assert published(server) == bytes_of(one)
    assert (report.created, report.state, report.tag) == (True, "published", "v1.0.0")
    assert repo_of(server).tags == {"v1.0.0": report.commit}
    assert repo_of(server).commits[report.commit][0] == report.parent
    assert report.sent_bytes + 1_000 > report.changed_bytes > report.sent_bytes > 9_000


def test_a_later_release_replaces_it_and_the_earlier_one_stays_under_its_tag(server, one, two):
    send(server, one)
    report = send(server, two)
    assert published(server) == bytes_of(two)
    assert published(server, "v1.0.0") == bytes_of(one)
    assert report.deleted == tuple(f"data/examples/train-0000{n}-of-00002.parquet" for n in (0, 1))
    assert "data/documents/train-00000-of-00001.parquet" not in report.changed


def test_what_is_there_already_is_not_committed_again(server, one):
    send(server, one)
    server.log.clear()
    report = send(server, one)
    assert (report.state, report.commit) == ("current", repo_of(server).branches["main"])
    assert not server.paths("^(POST|PUT)")


def test_an_old_release_that_is_tagged_does_not_come_back(server, one, two):
    send(server, one)
    first = repo_of(server).branches["main"]
    send(server, two)
    report = send(server, one)
    assert (report.state, report.commit) == ("current", first)
    assert published(server) == bytes_of(two)
    assert any("has moved on since v1.0.0" in note for note in report.notes)


def test_a_tag_on_another_release_is_refused_before_anything_is_sent(server, one, tmp_path):
    send(server, one)
    at, head = repo_of(server).tags["v1.0.0"], repo_of(server).branches["main"]
    server.log.clear()
    other = write_release(tmp_path / "other", seed="c")
    with pytest.raises(UsageError, match=f"points to {at}") as caught:
        send(server, other)
    assert head in caught.value.message
    assert not server.paths("^(POST|PUT)")
    assert repo_of(server).tags == {"v1.0.0": at}


def test_a_tag_that_somebody_makes_elsewhere_meanwhile_is_not_moved(server, one):
    send(server, one, tag=None)
    first = repo_of(server).branches["main"]
    repo_of(server).write({**repo_of(server).tree(), "NOTES.md": Blob(b"x")})
    head = repo_of(server).branches["main"]
    server.before = {"POST .*/tag/": lambda hub: hub.repos[REPO].tags.update({"v1.0.0": first})}
    with pytest.raises(BackendError, match=f"points to {first}, not to {head}"):
        send(server, one)
    assert repo_of(server).tags == {"v1.0.0": first}


def test_a_branch_of_the_tags_name_is_refused(server, one):
    send(server, one, tag=None)
    repo_of(server).branches["v1.0.0"] = repo_of(server).branches["main"]
    with pytest.raises(UsageError, match="has a branch of that name"):
        send(server, one)


def test_a_release_that_is_there_without_its_tag_is_read_back_and_tagged(server, one):
    send(server, one, tag=None)
    commits = len(repo_of(server).commits)
    report = send(server, one)
    assert report.state == "published"
    assert repo_of(server).tags == {"v1.0.0": repo_of(server).branches["main"]}
    assert len(repo_of(server).commits) == commits
    assert len(server.paths("GET .*/resolve/")) >= 2 * len(one.files())


def test_files_of_people_stay_and_files_of_earlier_releases_go(server, one):
    sums = f"{'0' * 64}  contamination.json\n{'0' * 64}  LICENSE\n{'0' * 64}  .gitattributes\n"
    mine = {"LICENSE": b"mine", ".gitattributes": b"", "NOTES.md": b"n", "examples/nb.ipynb": b"{}"}
    old = {OLD: b"p", "card/old.svg": b"s", "contamination.json": b"{}", "SHA256SUMS": sums.encode()}
    seeded(server, {**mine, **old, "README.md": b"old"})
    report = send(server, one)
    assert set(report.deleted) == {OLD, "card/old.svg", "contamination.json"}
    assert set(report.kept) == set(mine)
    files = published(server)
    assert {**bytes_of(one), **{name: files[name] for name in mine if name in files}} == files
    assert files["LICENSE"] == b"mine"


@pytest.mark.parametrize("sums", [b"nonsense\n", b"\xff\xfe", b""])
def test_checksums_that_cannot_be_read_do_not_stop_it(server, one, sums):
    seeded(server, {"SHA256SUMS": sums, "NOTES.md": b"n", OLD: b"p"})
    report = send(server, one)
    assert report.deleted == (OLD,)
    assert "NOTES.md" in published(server)


def test_a_file_where_the_release_has_a_folder_makes_room(server, one):
    seeded(server, {"data": b"a file", "README.md/x": b"a folder"})
    report = send(server, one)
    assert set(report.deleted) == {"data", "README.md/x"}
    assert published(server) == bytes_of(one)


names = st.text("abc./", min_size=1, max_size=8).filter(lambda name: name.strip("./") and "//" not in name)


@given(st.sets(names), st.sets(names))
def test_only_what_is_not_in_the_release_is_stale_and_all_below_data_is(before, ours):
    before = {f"data/{name}" for name in before} | before
    stale = stale_files(before, sorted(ours), before)
    assert not set(stale) & ours
    assert {name for name in before - ours if name.startswith("data/")} <= set(stale)


def test_a_rehearsal_sends_nothing_and_says_all(server, one, two):
    send(server, one)
    server.log.clear()
    report = send(server, two, dry_run=True)
    assert report.state == "would_publish"
    assert len(report.deleted) == 2
    assert set(report.changed) == {name for name in two.files() if not name.startswith("data/documents")}
    assert not server.paths("^(POST|PUT)")
    assert published(server) == bytes_of(one)


def test_a_rehearsal_of_a_new_repository_does_not_make_it(server, one):
    report = send(server, one, dry_run=True)
    assert (report.created, report.files, len(report.changed)) == (True, 7, 7)
    assert server.hub.repos == {}


def test_a_rehearsal_needs_no_token_where_everybody_may_read(server, one):
    send(server, one)
    report = send(server, one, dry_run=True, connection=connect(server, token=None))
    assert report.state == "current"
    assert any("there is no token" in note for note in report.notes)


def test_without_a_token_nothing_is_published(server, one):
    with pytest.raises(BackendError, match="needs a token: the token in HF_TOKEN is missing"):
        send(server, one, connection=connect(server, token=None))
    assert server.log == []


def test_a_private_gated_repository_is_so_before_anything_is_sent(server, one):
    report = send(server, one, private=True, gated="manual")
    assert (repo_of(server).private, repo_of(server).gated) == (True, "manual")
    assert (report.private, report.gated) == (True, "manual")
    settings = next(place for place, line in enumerate(server.log) if line.endswith("/settings"))
    assert settings < next(place for place, line in enumerate(server.log) if "preupload" in line)


def test_a_gate_that_was_not_set_when_the_run_broke_off_is_set_by_the_next(server, one):
    server.hub.without = ("settings",)
    with pytest.raises(BackendError):
        send(server, one, gated="auto")
    assert set(repo_of(server).tree()) == {".gitattributes"}
    server.hub.without = ()
    send(server, one, gated="auto")
    assert repo_of(server).gated == "auto"
    assert published(server) == bytes_of(one)


@pytest.mark.parametrize("asked", [{"private": True}, {"gated": "auto"}])
def test_a_repository_that_more_people_see_than_asked_for_is_neither_changed_nor_written(server, one, two, asked):
    send(server, one)
    with pytest.raises(UsageError, match="is there already, public and not gated, and is not changed"):
        send(server, two, **asked)
    assert (repo_of(server).private, repo_of(server).gated) == (False, False)
    assert published(server) == bytes_of(one)


def test_a_private_repository_stays_private_and_it_is_said(server, one, two):
    send(server, one, private=True)
    report = send(server, two)
    assert repo_of(server).private
    assert any("is private: only its owners can load it" in note for note in report.notes)


def test_another_branch_is_published_to_when_it_is_there(server, one):
    repo = seeded(server, {"README.md": b"main"})
    repo.branches["next"] = repo.branches["main"]
    send(server, one, branch="next")
    assert published(server) == {"README.md": b"main"}
    assert published(server, "v1.0.0") == bytes_of(one)
    with pytest.raises(UsageError, match="has no such branch"):
        send(server, one, branch="typo")


@pytest.mark.parametrize("without", [("whoami-v2",), ("refs",), ("commits", "paths-info"), ("whoami-v2", "refs")])
def test_a_server_that_knows_fewer_requests_will_do(server, one, two, without):
    server.hub.without = without
    send(server, one)
    send(server, two)
    assert published(server) == bytes_of(two)
    assert set(repo_of(server).tags) == {"v1.0.0", "v1.1.0"}


def test_a_server_whose_new_repositories_have_no_commit_will_do(server, one):
    server.hub.initial = False
    report = send(server, one)
    assert report.parent is None
    assert repo_of(server).bytes_of() == bytes_of(one)


def test_a_server_that_names_content_otherwise_than_git_will_do(server, one, monkeypatch):
    def named(blob):
        return hashlib.sha1(blob.content).hexdigest()

    monkeypatch.setattr(Blob, "oid", property(named))
    send(server, one)
    assert published(server) == bytes_of(one)
    assert send(server, one).state == "current"


@pytest.mark.parametrize("unsaid", ["branches", "tags"])
def test_a_server_that_lists_but_some_of_the_refs_is_asked_for_the_tag_itself(server, one, two, monkeypatch, unsaid):
    about = server.hub._about

    def silent(method, name, repo, rest, query, body):
        status, headers, answer = about(method, name, repo, rest, query, body)
        if rest == ["refs"]:
            del answer[unsaid]
        return status, headers, answer

    monkeypatch.setattr(server.hub, "_about", silent)
    send(server, one)
    assert send(server, one).state == "current"
    with pytest.raises(UsageError, match="tags are not moved"):
        send(server, two, tag="v1.0.0")
    assert published(server, "v1.0.0") == published(server) == bytes_of(one)


def test_a_server_that_lists_neither_size_nor_name_of_content_is_read(server, one, monkeypatch):
    about = server.hub._about

    def silent(method, name, repo, rest, query, body):
        status, headers, answer = about(method, name, repo, rest, query, body)
        if rest[:1] == ["tree"]:
            answer = [{k: v for k, v in entry.items() if k not in {"oid", "size"}} for entry in answer]
        return status, headers, answer

    monkeypatch.setattr(server.hub, "_about", silent)
    send(server, one)
    assert published(server) == bytes_of(one)
    assert send(server, one).state == "current"


def test_the_token_does_not_go_where_files_are_kept(server, one):
    send(server, one)
    kept = [headers for line, headers in zip(server.log, server.sent, strict=True) if line.startswith("PUT /lfs")]
    assert kept
    assert all("authorization" not in headers for headers in kept)


def test_an_endpoint_that_keeps_files_itself_and_asks_who_one_is_is_told(server, one, monkeypatch):
    answer = server.hub.answer

    def strict(method, path, query, headers, body):
        if path.startswith("/lfs") and "authorization" not in headers:
            raise HubError(401, "Who are you?")
        return answer(method, path, query, headers, body)

    monkeypatch.setattr(server.hub, "answer", strict)
    send(server, one)
    assert published(server) == bytes_of(one)


def test_the_token_goes_to_nobody_but_the_endpoint(server, one):
    with running_hub() as store:
        store.hub = server.hub  # the same store under another address, as behind the Hub itself
        server.hub.url = store.url
        send(server, one)
    assert store.paths("^PUT /lfs")
    assert all("authorization" not in headers for headers in store.sent)
    assert all(TOKEN in headers["authorization"] for headers in server.sent)


def test_a_release_that_changes_under_our_hands_is_not_published(server, one):
    (one.path / "README.md").write_text("changed since it was checked")
    with pytest.raises(StorageError, match="has changed since"):
        send(server, one)
    assert server.log == []


def test_it_is_said_how_far_it_is(server, one):
    told = Told()
    send(server, one, told=told)
    assert told.counts[-1] == (3, 3, 9001, 9001)
    assert told.lines[-1].startswith("tagging ")


def test_a_server_that_is_not_there_is_told(server, one):
    url = server.url
    server.server_close()
    with pytest.raises(BackendError, match=f"{url} cannot be reached"):
        send(server, one)


@pytest.mark.parametrize(
    ("version", "revision", "tag"),
    [("1.2.0", "v1.2.0", "v1.2.0"), ("1.2.0", "1.2.0", "1.2.0"), ("v1.2.0", "v1.2.0", "v1.2.0"),
     ("1.2.0", None, "v1.2.0"), ("0.1.0", None, None), ("0.1.0", "v0.1.0", "v0.1.0")],
)  # fmt: skip
def test_the_tag_is_the_version(version, revision, tag):
    assert tag_for(version, revision) == tag


def test_a_release_of_another_version_is_not_tagged_as_this_one():
    with pytest.raises(UsageError, match=r"says of itself that it is version 1\.0\.0"):
        tag_for("1.0.0", "v1.2.0")


@pytest.mark.parametrize("revision", ["main", "v1..2", "v1.2.lock", "1.2.", "v1 2", "../v1", ""])
def test_what_is_no_version_is_no_tag(revision):
    with pytest.raises(UsageError, match="not a version"):
        version_of(revision)
