"""The lines of files of requests and of answers, as OpenAI's batches and ``vllm run-batch`` read and write them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from corpusbuilder.backends.models.base import Ledger, ModelRequest
from corpusbuilder.backends.models.images import DataUrls
from corpusbuilder.backends.models.openai.address import Address
from corpusbuilder.backends.models.openai.dialects import Dialects
from corpusbuilder.backends.models.openai.errorbody import read_error
from corpusbuilder.backends.models.openai.model import answer_of
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions, StructureMode, TokensField
from corpusbuilder.backends.models.openai.payload import Dialect, Payloads
from corpusbuilder.backends.models.openai.sender import Delivery, ParameterRefusedError, Sender
from corpusbuilder.backends.models.openai.transport import Reply
from corpusbuilder.backends.models.openai.verdicts import Fate, Verdict, judge
from corpusbuilder.records.call import CallAnswer

URL: Final = "/v1/chat/completions"


class NotALineError(ValueError):
    """The line is none of a file of answers."""


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line of a file of answers."""

    custom_id: str
    verdict: Verdict
    body: bytes
    """The completion, when there is one."""

    def answer(self, dialect: Dialect) -> CallAnswer:
        """What the ledger keeps of it, without a price."""
        if self.verdict.document is None:
            raise ValueError("nothing was answered")
        return answer_of(Delivery(self.verdict.document, self.body, 0.0, 1), dialect)


def request_line(key: str, body: bytes) -> bytes:
    """One line of a file of requests, without its end."""
    return b'{"custom_id":"%s","method":"POST","url":"%s","body":%s}' % (key.encode(), URL.encode(), body)


def read_line(line: bytes) -> LineResult:
    """One line of a file of answers.

    Raises:
        NotALineError: it is no such thing.
    """
    try:
        return _read(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise NotALineError(str(error)) from None


def _read(document: object) -> LineResult:
    if not isinstance(document, dict) or not isinstance(document.get("custom_id"), str):
        raise NotALineError("no object with a custom_id")
    if not document.keys() & {"response", "error"}:
        raise NotALineError("neither a response nor an error")
    response, error = document.get("response"), document.get("error")
    status, body = None, None
    if isinstance(response, dict):
        status, body = response.get("status_code"), response.get("body")
    # vLLM leaves the body of a failure empty and puts what happened beside it.
    said = _encoded(error if error is not None and not isinstance(body, dict) else body)
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status < 600:
        return LineResult(document["custom_id"], _not_run(said), b"")
    return LineResult(document["custom_id"], judge(Reply(status, {}, said, 0.0)), said)


def _not_run(error: bytes) -> Verdict:
    """Why a request was never run: the batch ended before, or the account is empty."""
    verdict = judge(Reply(400, {}, error, 0.0))
    return verdict if verdict.fate is Fate.UNPAID else Verdict(Fate.FAILED, read_error(error).message)


def _encoded(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair is kept as JSON spelt it.
        return json.dumps(value, separators=(",", ":")).encode()


class Composer(Protocol):
    """Makes the bodies of requests that somebody sends later. It belongs to one event loop."""

    async def compose(self, request: ModelRequest) -> tuple[bytes, Dialect]:
        """The body of a request, and how it asks.

        Raises:
            RecordError: this request cannot be made.
            BackendError: no request can be made for this endpoint.
        """
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...


class OfflineComposer:
    """Makes bodies without asking anybody what the endpoint obeys.

    Args:
        options: the model; ``auto`` means JSON Schema and ``max_tokens``, as vLLM knows them.
        read_image: from an image's SHA-256 to its bytes.
    """

    def __init__(self, options: OpenAIModelOptions, *, read_image: Callable[[str], bytes]) -> None:
        self._urls = DataUrls(read_image, max_side=options.max_image_side)
        self._payloads = Payloads(
            options.model, self._urls, image_detail=options.image_detail, extra=options.extra_body
        )
        self._mode: StructureMode = "json_schema" if options.structured == "auto" else options.structured
        self._field: TokensField = "max_tokens" if options.max_tokens_field == "auto" else options.max_tokens_field

    async def compose(self, request: ModelRequest) -> tuple[bytes, Dialect]:
        """See `Composer.compose`."""
        dialect = Dialect(self._mode if request.output else None, tokens_field=self._field)
        return await self._payloads.make(request, dialect), dialect

    async def close(self) -> None:
        """See `Composer.close`."""
        self._urls.close()


class EndpointComposer:
    """Makes bodies as an endpoint obeys them; what that is, is asked with small calls unless it is remembered.

    Args:
        options: the model.
        address: the endpoint.
        read_image: from an image's SHA-256 to its bytes.
        ledger: remembers how the endpoint wants to be asked.
    """

    def __init__(
        self, options: OpenAIModelOptions, address: Address, *, read_image: Callable[[str], bytes], ledger: Ledger
    ) -> None:
        self._urls = DataUrls(read_image, max_side=options.max_image_side)
        self._payloads = Payloads(
            options.model, self._urls, image_detail=options.image_detail, extra=options.extra_body
        )
        self._address = address
        self._sender = Sender(address, options)
        self._dialects = Dialects(options, address, ledger, ask=self._ask, stop=self._sender.stop)

    async def compose(self, request: ModelRequest) -> tuple[bytes, Dialect]:
        """See `Composer.compose`."""
        dialect = await self._dialects.current(structured=request.output is not None)
        return await self._payloads.make(request, dialect), dialect

    async def learn(self, used: Dialect, verdict: Verdict) -> None:
        """Take note that a parameter of a body was refused: the next one is composed differently.

        Raises:
            RecordError: it cannot be composed differently.
            BackendError: the user demands what is refused.
        """
        if verdict.parameter is None:
            raise ValueError("no parameter was refused")
        # Who has not asked yet in this run does not know which way is given up.
        await self._dialects.current(structured=used.mode is not None)
        words = self._address.secrets.words(verdict.words)
        self._dialects.refused(used, ParameterRefusedError(verdict.parameter, words))

    async def close(self) -> None:
        """See `Composer.close`."""
        self._urls.close()
        await self._sender.close()

    async def _ask(self, request: ModelRequest, dialect: Dialect) -> Delivery:
        async def build() -> bytes:
            return await self._payloads.make(request, dialect)

        return await self._sender.send(request.order, build)
