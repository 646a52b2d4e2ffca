import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.openai.errorbody import read_error
from corpusbuilder.backends.models.openai.transport import NoReply, Reply
from corpusbuilder.backends.models.openai.verdicts import Fate, judge

COMPLETION = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}


def reply(status, document, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(status, headers, body, 0.1)


def error(message, **fields):
    return {"error": {"message": message} | fields}


# Each in the shape of the server named.
KNOWN = [
    ("OpenAI", 200, COMPLETION, Fate.ANSWERED),
    ("OpenAI", 429, error("Rate limit reached for gpt", code="rate_limit_exceeded", type="requests"), Fate.BUSY),
    ("OpenAI", 429, error("You exceeded your current quota", code="insufficient_quota"), Fate.UNPAID),
    ("OpenAI", 401, error("Incorrect API key provided", code="invalid_api_key"), Fate.UNAUTHORISED),
    ("OpenAI", 404, error("The model `x` does not exist", code="model_not_found"), Fate.NO_MODEL),
    ("OpenAI", 400, error("maximum context length is 128000 tokens", code="context_length_exceeded"), Fate.TOO_LONG),
    ("OpenAI", 500, error("The server had an error", type="server_error"), Fate.FAILED),
    ("OpenAI", 400, error("Invalid prompt: it was flagged as potentially violating our usage policy"), Fate.FILTERED),
    (
        "OpenAI",
        400,
        error(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
            param="max_tokens",
            code="unsupported_parameter",
        ),
        Fate.PARAMETER,
    ),
    (
        "OpenAI",
        400,
        error("'temperature' does not support 0.2 with this model", param="temperature", code="unsupported_value"),
        Fate.SETTING,
    ),
    (
        "OpenAI",
        400,
        error("max_tokens is too large: 99999. This model supports at most 4096 completion tokens", param="max_tokens"),
        Fate.SETTING,
    ),
    ("OpenAI", 400, error("Invalid schema for response_format 'x'", param="response_format"), Fate.PARAMETER),
    (
        "Azure",
        404,
        error("The API deployment for this resource does not exist", code="DeploymentNotFound"),
        Fate.NO_MODEL,
    ),
    (
        "Azure",
        400,
        error("The response was filtered", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}),
        Fate.FILTERED,
    ),
    ("Azure", 400, error("Unrecognized request argument supplied: max_tokens"), Fate.PARAMETER),
    (
        "FastAPI",
        422,
        {"detail": [{"loc": ["body", "max_tokens"], "msg": "Extra inputs are not permitted"}]},
        Fate.PARAMETER,
    ),
    ("Azure", 429, error("Requests have exceeded call rate limit", code="429"), Fate.BUSY),
    ("OpenAI", 429, error("You exceeded your current quota, please check your plan"), Fate.UNPAID),
    ("OpenAI", 400, error("Billing hard limit has been reached", code="billing_hard_limit_reached"), Fate.UNPAID),
    ("Azure", 403, error("Out of call volume quota. Quota will be replenished in 2 days", code=403), Fate.UNPAID),
    ("LiteLLM", 400, error("Budget has been exceeded! Max budget: 10.0", type="budget_exceeded"), Fate.UNPAID),
    ("LiteLLM", 429, error("Budget has been exceeded! Max budget: 10.0"), Fate.UNPAID),
    ("OpenRouter", 403, error("Key limit exceeded (monthly limit)", code=403), Fate.UNPAID),
    ("anybody", 429, error("You have no credits left. Add credits to go on."), Fate.UNPAID),
    ("anybody", 403, error("Your account has run out of quota for this month"), Fate.UNPAID),
    ("Gemini", 429, error("Quota exceeded for metric 'requests per minute'", status="RESOURCE_EXHAUSTED"), Fate.BUSY),
    ("anybody", 429, error("Rate limit exceeded: 20 requests per minute. No quota is used up."), Fate.BUSY),
    ("Ollama", 400, {"error": "this model is missing data required for image input"}, Fate.NO_IMAGES),
    ("DeepSeek", 400, error("messages[1]: unknown variant `image_url`, expected `text`"), Fate.NO_IMAGES),
    ("nginx", 499, b"", Fate.FAILED),
    ("a proxy", 421, b"Misdirected Request", Fate.FAILED),
    ("a proxy", 420, b"Enhance your calm", Fate.BUSY),
    ("Mistral", 401, {"message": "Unauthorized", "request_id": "1"}, Fate.UNAUTHORISED),
    ("Mistral", 400, {"object": "error", "message": "Invalid model: x", "type": "invalid_model"}, Fate.NO_MODEL),
    (
        "Mistral",
        422,
        {
            "object": "error",
            "message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
        },
        Fate.PARAMETER,
    ),
    (
        "Mistral",
        400,
        {"message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"},
        Fate.TOO_LONG,
    ),
    ("Mistral", 429, {"message": "Service tier capacity exceeded for this model.", "type": "x"}, Fate.BUSY),
    ("DeepSeek", 402, error("Insufficient Balance"), Fate.UNPAID),
    ("DeepSeek", 400, error("This response_format type is unavailable now"), Fate.PARAMETER),
    ("Moonshot", 429, error("Your account is suspended", type="exceeded_current_quota_error"), Fate.UNPAID),
    ("Anthropic", 400, error("Your credit balance is too low to access the API"), Fate.UNPAID),
    ("Gemini", 400, [error("API key not valid. Please pass a valid API key.", code=400)], Fate.UNAUTHORISED),
    ("Gemini", 429, [error("You exceeded your current quota", status="RESOURCE_EXHAUSTED")], Fate.BUSY),
    (
        "vLLM",
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 9000",
        },
        Fate.TOO_LONG,
    ),
    (
        "vLLM",
        400,
        error("'max_tokens' is too large: 4096. This model's maximum context length is 2048 tokens and your request"),
        Fate.TOO_LONG,
    ),
    ("vLLM", 404, error("The model `x` does not exist.", type="NotFoundError", code=404), Fate.NO_MODEL),
    ("vLLM", 400, error("At most 0 image(s) may be provided in one prompt."), Fate.NO_IMAGES),
    ("vLLM", 400, error("Failed to convert the grammar from JSON schema"), Fate.PARAMETER),
    ("vLLM", 400, error("x is not a multimodal model"), Fate.NO_IMAGES),
    (
        "SGLang",
        400,
        error("Input length (9000 tokens) exceeds the maximum allowed length, longer than the model's context"),
        Fate.TOO_LONG,
    ),
    ("Ollama", 404, error('model "x" not found, try pulling it first', type="api_error"), Fate.NO_MODEL),
    ("Ollama", 404, {"error": "model 'x' not found"}, Fate.NO_MODEL),
    (
        "llama.cpp",
        400,
        error("the request exceeds the available context size", type="exceed_context_size_error", code=400),
        Fate.TOO_LONG,
    ),
    ("llama.cpp", 400, error("Failed to parse grammar", type="invalid_request_error"), Fate.PARAMETER),
    ("llama.cpp", 500, error("image input is not supported - hint: you may need the mmproj"), Fate.NO_IMAGES),
    ("llama.cpp", 503, error("Loading model", type="unavailable_error", code=503), Fate.FAILED),
    ("OpenRouter", 200, error("Provider returned error", code=429), Fate.BUSY),
    ("OpenRouter", 200, error("Insufficient credits", code=402), Fate.UNPAID),
    ("OpenRouter", 200, {"choices": [{"message": {"content": ""}, "finish_reason": "error"}]}, Fate.FAILED),
    ("OpenRouter", 403, error("Your input was flagged", code=403), Fate.FILTERED),
    ("FastAPI", 422, {"detail": [{"loc": ["body", "messages", 0], "msg": "field required"}]}, Fate.REFUSED),
    ("a proxy", 502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", Fate.FAILED),
    ("a proxy", 200, b"<html>Please sign in</html>", Fate.FAILED),
    ("a proxy", 307, b"", Fate.MOVED),
    ("a proxy", 408, b"", Fate.FAILED),
    ("anybody", 405, {"detail": "Method Not Allowed"}, Fate.NO_MODEL),
    ("anybody", 400, {}, Fate.REFUSED),
    ("anybody", 400, error("The text about grammar lessons has no end"), Fate.REFUSED),
    ("anybody", 418, b"teapot", Fate.REFUSED),
]


@pytest.mark.parametrize(("server", "status", "document", "fate"), KNOWN)
def test_servers_are_understood_each_in_its_way(server, status, document, fate):
    assert judge(reply(status, document)).fate is fate


@pytest.mark.parametrize(
    ("trouble", "fate"),
    [
        ("timeout", Fate.LOST),
        ("broken", Fate.LOST),
        ("refused", Fate.LOST),
        ("unresolved", Fate.UNREACHABLE),
        ("certificate", Fate.UNREACHABLE),
    ],
)
def test_no_reply_is_told_apart_by_its_cause(trouble, fate):
    verdict = judge(NoReply(trouble, "words"))

    assert (verdict.fate, verdict.words, verdict.trouble) == (fate, "words", trouble)


@pytest.mark.parametrize("parameter", ["structure", "max_tokens", "seed"])
def test_a_parameter_that_is_refused_is_named(parameter):
    words = {
        "structure": "json_schema is not supported",
        "max_tokens": "max_tokens is not supported with this model",
        "seed": "Unsupported parameter: seed",
    }

    assert judge(reply(400, error(words[parameter]))).parameter == parameter


def test_the_words_of_an_error_are_those_that_say_most():
    verdict = judge(reply(422, {"detail": [{"loc": ["body", "top_k"], "msg": "not allowed"}]}))

    assert verdict.words == "HTTP 422: body.top_k: not allowed"


def test_of_a_page_of_html_its_text_is_quoted():
    body = b"<html><head><style>p {color: red}</style></head><body><p>Bad <b>gateway</b></p></body></html>"

    assert judge(reply(502, body)).words == "HTTP 502: Bad gateway"


def test_a_wait_is_read_with_any_error():
    assert judge(Reply(503, {"retry-after": "7"}, b"", 0.1)).retry_after == 7


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "detail", "loc", "choices", "status"]), inner
        )
    ),
    max_leaves=8,
)


@given(_JSON, st.sampled_from([200, 400, 403, 422, 429, 500]))
def test_any_json_is_judged(document, status):
    assert judge(reply(status, document)).fate in Fate


@given(st.binary(max_size=80), st.sampled_from([200, 400, 500]))
def test_any_bytes_are_judged(body, status):
    assert judge(reply(status, body)).fate in Fate
    assert read_error(body).message is not None
