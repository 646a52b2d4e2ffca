"""Names, addresses and tokens: what is refused, and what is never repeated."""

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.hub.address import HUB, HubAddress, find_token, read_endpoint, read_repo_name
from corpusbuilder.errors import BackendError, UsageError


@pytest.mark.parametrize("name", ["marie/plants", "a/b", "Lab-42/plants_v2.fr", "_x_/y"])
def test_a_name_with_its_owner_is_taken(name):
    assert read_repo_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["plants", "a/b/c", "/x", "x/", "", "a/../b", "a/b--c", "a/-b", "a/b.git", "a b/c", "datasets/a/b", "a/ü", "a/b\n",
     "https://huggingface.co/datasets/a/b", "a/" + "x" * 97],
)  # fmt: skip
def test_other_names_are_refused(name):
    with pytest.raises(UsageError, match="not the name"):
        read_repo_name(name)


@given(st.from_regex(r"[a-zA-Z0-9_.-]{1,12}/[a-zA-Z0-9_.-]{1,12}", fullmatch=True))
def test_what_is_taken_is_a_name_to_their_client(name):
    try:
        read_repo_name(name)
    except UsageError:
        return
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize(
    ("given_", "meant"),
    [("https://huggingface.co/", HUB), ("http://LOCALHOST:8080", "http://localhost:8080"),
     ("https://hub.example.org/hf/", "https://hub.example.org/hf"), ("http://[::1]:80", "http://[::1]:80")],
)  # fmt: skip
def test_an_endpoint_is_an_address(given_, meant):
    assert read_endpoint(given_) == meant


@pytest.mark.parametrize(
    "text",
    ["huggingface.co", "ftp://x", "http://", "https://user:hunter2secret@x", "https://x?token=hunter2secret",
     "http://x:port", "http://x#hunter2secret"],
)  # fmt: skip
def test_other_endpoints_are_refused_without_repeating_them(text):
    with pytest.raises(UsageError) as caught:
        read_endpoint(text)
    assert "hunter2secret" not in caught.value.message + caught.value.hint


def test_the_token_comes_from_the_variable_that_is_named():
    assert find_token({"MINE": " hf_abcdefgh "}, "MINE", HUB) == ("hf_abcdefgh", "the token in MINE")


def test_the_stored_login_goes_to_the_hub_only(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN", raising=False)
    (tmp_path / "token").write_text("hf_stored-login")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    assert find_token({}, "HF_TOKEN", HUB)[0] == "hf_stored-login"
    assert find_token({}, "HF_TOKEN", "http://localhost:80")[0] is None
    assert find_token({}, "OTHER", HUB)[0] is None


@pytest.mark.parametrize("token", ["hf_a b-12345", "hf_é-1234567", "hf_\x00-123456"])
def test_a_token_that_cannot_be_sent_is_not_repeated(token):
    with pytest.raises(BackendError) as caught:
        find_token({"HF_TOKEN": token}, "HF_TOKEN", HUB)
    assert token not in caught.value.message + caught.value.hint


def test_an_address_hides_its_token():
    address = HubAddress(HUB, "a/b", "hf_secretsecret", "the token in HF_TOKEN")
    assert "hf_secretsecret" not in repr(address) + address.words("you sent hf_secretsecret")
