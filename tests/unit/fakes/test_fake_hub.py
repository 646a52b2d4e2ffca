"""The fake Hub is one to `huggingface_hub` and `datasets`, and its faults are what they say."""

from pathlib import Path

import httpx2
import pytest
from fakes.hub import Token
from fakes.hubrelease import TOKEN, noise
from fakes.hubserver import Fault, running_hub
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError


@pytest.fixture
def server():
    with running_hub() as running:
        yield running


@pytest.fixture
def api(server, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    return HfApi(endpoint=server.url, token=TOKEN)


def commit(api, files, **more):
    operations = [CommitOperationAdd(name, content) for name, content in files.items()]
    return api.create_commit("marie/x", operations, commit_message="more", repo_type="dataset", **more).oid


def test_their_client_makes_a_repository_and_commits_to_it(api, server):
    api.create_repo("marie/x", repo_type="dataset", private=True)
    made = commit(api, {"a.txt": b"hello", "data/b.parquet": noise("b", 5000)})
    assert api.dataset_info("marie/x", revision="main").sha == made
    assert api.dataset_info("marie/x").private is True
    assert server.hub.repos["marie/x"].bytes_of()["data/b.parquet"] == noise("b", 5000)


@pytest.mark.parametrize("chunk_size", [None, 1500])
def test_their_client_sends_large_files_whole_or_in_parts(api, server, chunk_size):
    server.hub.chunk_size = chunk_size
    api.create_repo("marie/x", repo_type="dataset")
    commit(api, {"b.parquet": noise("b", 5000)})
    assert server.hub.repos["marie/x"].bytes_of()["b.parquet"] == noise("b", 5000)


def test_their_client_lists_files_over_several_pages(api):
    api.create_repo("marie/x", repo_type="dataset")
    commit(api, {f"data/{n}.txt": b"x" * n for n in range(9)} | {"b.parquet": noise("b")})
    listed = {entry.path: entry for entry in api.list_repo_tree("marie/x", repo_type="dataset", recursive=True)}
    assert {f"data/{n}.txt" for n in range(9)} | {"b.parquet", "data", ".gitattributes"} == set(listed)
    assert listed["b.parquet"].lfs.size == 3000


def test_their_client_reads_what_was_tagged(api, tmp_path):
    api.create_repo("marie/x", repo_type="dataset")
    commit(api, {"a.txt": b"old"})
    api.create_tag("marie/x", tag="v1", repo_type="dataset")
    commit(api, {"a.txt": b"new"})
    path = api.hf_hub_download("marie/x", "a.txt", repo_type="dataset", revision="v1", cache_dir=tmp_path)
    assert Path(path).read_bytes() == b"old"


def test_a_tag_is_not_moved(api):
    api.create_repo("marie/x", repo_type="dataset")
    api.create_tag("marie/x", tag="v1", repo_type="dataset")
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_tag("marie/x", tag="v1", repo_type="dataset")


def test_a_commit_on_another_parent_is_refused(api):
    api.create_repo("marie/x", repo_type="dataset")
    parent = commit(api, {"a.txt": b"1"})
    commit(api, {"a.txt": b"2"}, parent_commit=parent)
    with pytest.raises(HfHubHTTPError, match="412"):
        commit(api, {"a.txt": b"3"}, parent_commit=parent)


def test_files_are_deleted(api, server):
    api.create_repo("marie/x", repo_type="dataset")
    commit(api, {"a.txt": b"1"})
    api.create_commit("marie/x", [CommitOperationDelete("a.txt")], commit_message="less", repo_type="dataset")
    assert set(server.hub.repos["marie/x"].tree()) == {".gitattributes"}


def test_what_is_not_there_is_said_as_the_hub_says_it(api):
    with pytest.raises(RepositoryNotFoundError):
        api.dataset_info("marie/nothing")
    api.create_repo("marie/x", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info("marie/x", revision="v9")


def test_a_token_for_reading_may_not_write(api, server):
    server.hub.tokens[TOKEN] = Token(role="read", may_write=False)
    with pytest.raises(HfHubHTTPError, match="403"):
        api.create_repo("marie/x", repo_type="dataset")


def test_who_may_see_it_can_be_changed(api):
    api.create_repo("marie/x", repo_type="dataset")
    api.update_repo_settings("marie/x", repo_type="dataset", gated="auto", private=True)
    info = api.dataset_info("marie/x")
    assert (info.gated, info.private) == ("auto", True)


@pytest.mark.parametrize(
    ("kind", "answer", "done"),
    [("500", 500, False), ("reset", None, False), ("500_after", 500, True), ("reset_after", None, True),
     ("drop", None, True)],
)  # fmt: skip
def test_a_fault_comes_before_or_after_what_was_asked(server, kind, answer, done):
    server.faults = [Fault(kind, matches="repos/create")]
    body = {"name": "x", "organization": "marie", "type": "dataset"}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if answer is None:
        with pytest.raises(httpx2.TransportError):
            httpx2.post(f"{server.url}/api/repos/create", json=body, headers=headers)
    else:
        assert httpx2.post(f"{server.url}/api/repos/create", json=body, headers=headers).status_code == answer
    assert ("marie/x" in server.hub.repos) is done
