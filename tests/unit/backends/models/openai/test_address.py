import pytest
from pydantic import ValidationError

from corpusbuilder.backends.models.openai.address import find_address
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.errors import BackendError

KEY = "canary/7f3a9c51e2d84b60"


def options(**values):
    return OpenAIModelOptions(**({"model": "m"} | values))


def test_an_address_is_spoken_of_without_its_query():
    address = find_address(options(base_url="http://Host:8000/v1/?token=abc&api-version=1"), {"OPENAI_API_KEY": KEY})

    assert address.shown == address.url == "http://host:8000/v1"
    assert dict(address.query) == {"token": "abc", "api-version": "1"}
    assert KEY not in repr(address)
    assert "abc" not in repr(address)


@pytest.mark.parametrize("url", ["http://[::1]:8000/v1", "https://example.org", "http://127.0.0.1:1/a/b"])
def test_an_address_stays_what_it_is(url):
    assert find_address(options(base_url=url), {}).url == url


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", f"http://user:{KEY}@host/v1"]
)
def test_what_is_no_address_or_holds_a_password_is_refused_without_being_quoted(url):
    with pytest.raises(ValidationError) as caught:
        options(base_url=url)

    assert KEY not in str(caught.value)


@pytest.mark.parametrize("field", ["model", "messages", "stream", "response_format", "max_tokens", "temperature"])
def test_extra_fields_leave_ours_alone(field):
    with pytest.raises(ValidationError, match=field):
        options(extra_body={field: 1})


def test_the_fingerprint_is_what_answers_depend_on():
    here = options(base_url="http://a/v1", concurrency=3, timeout_s=9, price={"input": 1, "output": 2})
    there = options(api_key_env="OTHER", max_retries=1, headers_env={"x": "Y"}, max_tokens_field="max_tokens")

    assert here.fingerprint() == there.fingerprint()
    for other in (
        {"model": "n"},
        {"temperature": 0.1},
        {"top_p": 0.5},
        {"max_tokens": 5},
        {"structured": "fenced"},
        {"extra_body": {"top_k": 3}},
        {"max_image_side": 512},
        {"image_detail": "low"},
    ):
        assert options(**other).fingerprint() != here.fingerprint()


def test_requests_are_sampled_as_the_options_say():
    sampling = options(temperature=0.3, top_p=0.9, max_tokens=7).sampling(seed=5)

    assert (sampling.temperature, sampling.top_p, sampling.max_tokens, sampling.seed) == (0.3, 0.9, 7, 5)


@pytest.mark.parametrize("key", ["clé-secrète-0123", "two\nlines-of-key"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_quoted(key):
    with pytest.raises(BackendError, match="MY_KEY") as caught:
        find_address(options(api_key_env="MY_KEY"), {"MY_KEY": key})

    assert key not in str(caught.value)


def test_a_header_whose_variable_is_not_set_is_named():
    with pytest.raises(BackendError, match="AZURE_KEY"):
        find_address(options(headers_env={"api-key": "AZURE_KEY"}), {})


def test_blanks_around_a_key_are_no_part_of_it():
    assert find_address(options(), {"OPENAI_API_KEY": f" {KEY}\n"}).key == KEY


def test_keys_that_are_no_secret_leave_answers_alone():
    address = find_address(options(base_url="http://localhost/v1"), {"OPENAI_API_KEY": "EMPTY"})

    assert address.key == "EMPTY"
    assert address.secrets.blot(b"EMPTY") == b"EMPTY"
