"""Whatever goes wrong: the branch is what it was or exactly the release, and doing it again completes it."""

from dataclasses import replace

import pytest
from fakes.hub import Blob, Token
from fakes.hubrelease import REPO, TOKEN, bytes_of, connect, send, write_release
from fakes.hubserver import AFTER, BEFORE, Fault, running_hub
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpusbuilder.errors import BackendError, UsageError

REFUSALS = ("401", "403", "404", "412", "413")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("two"), version="1.1.0", shards=3, seed="b")


@pytest.fixture
def server(one):
    """The first release is there."""
    with running_hub() as running:
        send(running, one)
        running.log.clear()
        yield running


def repo_of(server):
    return server.hub.repos[REPO]


def published(server):
    """The files that users get, without the one that the server writes."""
    return {name: content for name, content in repo_of(server).bytes_of().items() if name != ".gitattributes"}


def check_invariants(server, one, two, first_head):
    repo = repo_of(server)
    assert published(server) in (bytes_of(one), bytes_of(two))
    assert repo.tags["v1.0.0"] == first_head
    assert repo.tags.get("v1.1.0") in (None, repo.branches["main"])


def check_completed(server, two):
    repo = repo_of(server)
    assert published(server) == bytes_of(two)
    assert repo.tags["v1.1.0"] == repo.branches["main"]
    # The server's own first commit, and one a release.
    assert [title for _, _, title in repo.commits.values()][1:] == [
        "Release v1.0.0 of plants", "Release v1.1.0 of plants"
    ]  # fmt: skip


def failure_of(server, release):
    try:
        send(server, release)
    except (BackendError, UsageError) as error:
        return error
    return None


faults = st.builds(
    lambda kind, first, more: Fault(kind, first, first + more),
    st.sampled_from([*BEFORE, "500_after", "reset_after", "drop", *REFUSALS]),
    st.integers(1, 34),
    st.sampled_from([0, 1, 3, 10_000]),
)


@example(planned=[Fault("404", 3, 4)])  # a head that is there and is not found
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planned=st.lists(faults, min_size=1, max_size=3))
def test_after_any_faults_the_head_is_old_or_new_and_a_second_run_completes_it(one, two, planned):
    with running_hub() as server:
        send(server, one)
        first_head = repo_of(server).branches["main"]
        server.faults = [replace(fault, seen=0) for fault in planned]
        error = failure_of(server, two)
        if error is None:
            check_completed(server, two)
        else:
            assert TOKEN not in f"{error.message} {error.hint}"
            assert error.exit_code == 5 or any(fault.kind in REFUSALS for fault in planned)
            check_invariants(server, one, two, first_head)
        server.faults = []
        send(server, two)
        check_completed(server, two)


@pytest.mark.parametrize("kind", [*BEFORE, "500_after", "reset_after", "drop"])
def test_one_fault_of_the_passing_kind_does_not_fail_the_run_wherever_it_comes(kind, one, two):
    for first in range(1, 35, 3):
        with running_hub() as server:
            send(server, one)
            server.faults = [Fault(kind, first, first)]
            send(server, two)
            check_completed(server, two)


@pytest.mark.parametrize("kind", AFTER)
def test_a_commit_whose_answer_is_lost_is_found_and_not_repeated(server, two, kind):
    server.faults = [Fault(kind, matches="POST .*/commit/")]
    report = send(server, two, connection=connect(server, timeout_s=0.5))
    assert len(server.paths("POST .*/commit/")) == 1
    assert report.commit == repo_of(server).branches["main"]
    check_completed(server, two)


@pytest.mark.parametrize("kind", BEFORE)
def test_a_commit_that_was_not_carried_out_is_sent_again(server, two, kind):
    server.faults = [Fault(kind, 1, 2, matches="POST .*/commit/")]
    send(server, two)
    assert len(server.paths("POST .*/commit/")) == 3
    check_completed(server, two)


def test_a_commit_is_not_tried_for_ever(server, one, two):
    server.faults = [Fault("500", 1, 99, matches="POST .*/commit/")]
    with pytest.raises(BackendError, match="failed at committing"):
        send(server, two)
    assert published(server) == bytes_of(one)


@pytest.mark.parametrize("kind", AFTER)
def test_a_tag_whose_answer_is_lost_is_found(server, two, kind):
    server.faults = [Fault(kind, matches="POST .*/tag/")]
    send(server, two, connection=connect(server, timeout_s=0.5))
    assert len(server.paths("POST .*/tag/")) == 1
    check_completed(server, two)


def test_a_server_that_says_it_has_tagged_and_has_not_is_found(server, two):
    server.faults = [Fault("garbage", 1, 99, matches="POST .*/tag/")]
    with pytest.raises(BackendError, match=r"has no tag v1\.1\.0"):
        send(server, two)


def test_somebody_elses_commit_in_between_stops_it(server, one, two):
    def meddle(hub):
        repo = hub.repos[REPO]
        repo.write({**repo.tree(), "NOTES.md": Blob(b"mine")}, title="notes")

    server.before = {"POST .*/commit/": meddle}
    with pytest.raises(BackendError, match="has moved since it was read") as caught:
        send(server, two)
    assert caught.value.exit_code == 5
    assert caught.value.repeat
    assert published(server) == {**bytes_of(one), "NOTES.md": b"mine"}
    report = send(server, two)
    assert report.kept == (".gitattributes", "NOTES.md")
    assert published(server) == {**bytes_of(two), "NOTES.md": b"mine"}


def test_somebody_elses_commit_after_a_lost_answer_stops_it_too(server, two):
    def meddle(hub):
        repo = hub.repos[REPO]
        repo.write({**repo.tree(), "data/examples/train-00000-of-00003.parquet": Blob(b"other")}, title="edit")

    server.faults = [Fault("reset_after", matches="POST .*/commit/")]
    # Just before the first look at the head after the commit.
    server.before = {"POST .*/commit/": lambda hub: server.before.update({"GET .*/revision/main": meddle})}
    with pytest.raises(BackendError, match="has moved"):
        send(server, two)
    assert "v1.1.0" not in repo_of(server).tags


def test_the_same_release_from_two_desks_is_one_commit(server, two):
    def publish_too(hub):
        repo = hub.repos[REPO]
        tree = {name: blob for name, blob in repo.tree().items() if name == ".gitattributes"}
        for name, content in bytes_of(two).items():
            tree[name] = Blob(content, is_lfs=name.endswith(".parquet") or len(content) > 2_000)
        repo.write(tree, title="Release v1.1.0 of plants")

    server.before = {"POST .*/commit/": publish_too}
    send(server, two)
    check_completed(server, two)


def test_a_read_only_token_is_found_before_anything_is_sent(server, two):
    server.hub.tokens[TOKEN] = Token(role="read", may_write=False)
    with pytest.raises(BackendError, match="for reading only") as caught:
        send(server, two)
    assert caught.value.exit_code == 5
    assert not server.paths("^(POST|PUT)")


def test_a_token_that_may_not_write_and_does_not_say_so_is_found_before_any_upload(server, one, two):
    server.hub.tokens[TOKEN] = Token(role=None, may_write=False)
    with pytest.raises(BackendError, match=r"does not allow .* with the token in HF_TOKEN"):
        send(server, two)
    assert not server.paths("^PUT")
    assert published(server) == bytes_of(one)


def test_a_token_that_expires_midway_leaves_the_old_head_and_a_new_one_goes_on(server, one, two):
    server.before = {"PUT /lfs": lambda hub: hub.tokens.update({"hf_the-new-one-987": hub.tokens.pop(TOKEN)})}
    with pytest.raises(BackendError, match="does not accept the token") as caught:
        send(server, two)
    assert TOKEN not in caught.value.message + caught.value.hint
    assert published(server) == bytes_of(one)
    report = send(server, two, connection=connect(server, token="hf_the-new-one-987"))
    assert report.sent_bytes < report.changed_bytes
    check_completed(server, two)


def test_an_upload_that_fails_is_gone_on_with_and_nothing_is_sent_twice(server, one, two):
    server.faults = [Fault("503", 2, 99, matches="PUT /lfs")]
    with pytest.raises(BackendError, match="failed at sending data/examples/train-00001"):
        send(server, two)
    assert published(server) == bytes_of(one)
    server.faults = []
    server.log.clear()
    send(server, two)
    assert len(server.paths("PUT /lfs")) == 2
    check_completed(server, two)


def test_an_upload_whose_answer_is_lost_is_not_repeated(server, two):
    server.faults = [Fault("reset_after", matches="PUT /lfs")]
    send(server, two)
    assert len(server.paths("PUT /lfs")) == 3
    check_completed(server, two)


def test_an_address_for_uploads_that_has_run_out_is_asked_for_again(server, two):
    server.faults = [Fault("403", 1, 1, matches="PUT /lfs")]
    send(server, two)
    assert len(server.paths("objects/batch")) == 2
    check_completed(server, two)


def test_large_files_are_sent_in_parts_where_the_server_wants_that(server, two):
    server.hub.chunk_size = 1_024
    server.faults = [Fault("reset", 4, 4, matches="PUT /lfs")]
    send(server, two)
    check_completed(server, two)


def test_a_server_that_stores_other_bytes_is_found_before_the_tag(server, two):
    server.hub.damages = True
    with pytest.raises(BackendError, match=r"gives out other bytes for data/examples/train-0000\d-of-00003"):
        send(server, two)
    assert "v1.1.0" not in repo_of(server).tags
    with pytest.raises(BackendError, match="gives out other bytes"):
        send(server, two)
    assert "v1.1.0" not in repo_of(server).tags


def test_a_server_that_loses_a_file_is_found(server, two):
    server.hub.forgets = "data/examples/train-00001-of-00003.parquet"
    with pytest.raises(BackendError, match=r"train-00001-of-00003\.parquet is missing"):
        send(server, two)
    assert "v1.1.0" not in repo_of(server).tags


def test_a_server_that_says_it_has_committed_and_has_not_is_found(server, one, two):
    answer = b'{"success": true, "commitOid": "%s"}' % (b"0" * 40)
    server.hub.answer = pretending(server.hub.answer, answer)
    with pytest.raises(BackendError, match="says that it has committed"):
        send(server, two)
    assert published(server) == bytes_of(one)


def pretending(really, answer):
    def pretend(method, path, query, headers, body):
        return (200, {}, answer) if "/commit/" in path else really(method, path, query, headers, body)

    return pretend


def test_a_repository_whose_making_is_not_answered_is_made_once(one):
    for kind in ("500_after", "reset_after", "drop", "500"):
        with running_hub() as server:
            server.faults = [Fault(kind, matches="repos/create")]
            report = send(server, one)
            assert report.created
            assert published(server) == bytes_of(one)


def test_a_server_that_asks_to_wait_too_long_is_left_with_its_word(server, two):
    def busy(really):
        def answer(method, path, query, headers, body):
            if "/commit/" in path:
                return 429, {"Retry-After": "3600"}, {"error": "slow down"}
            return really(method, path, query, headers, body)

        return answer

    server.hub.answer = busy(server.hub.answer)
    with pytest.raises(BackendError, match="asked too often") as caught:
        send(server, two)
    assert "3600 s" in caught.value.hint
    assert len(server.paths("POST .*/commit/")) == 1
