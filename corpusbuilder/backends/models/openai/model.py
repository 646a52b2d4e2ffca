"""A model behind an OpenAI-compatible endpoint."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from corpusbuilder.backends.models.base import Admit, Ledger, ModelRequest
from corpusbuilder.backends.models.images import DataUrls
from corpusbuilder.backends.models.openai.address import find_address
from corpusbuilder.backends.models.openai.dialects import Dialects
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.openai.payload import Dialect, Payloads
from corpusbuilder.backends.models.openai.sender import Delivery, ParameterRefusedError, Sender
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.call import CallAnswer, Usage

_REFUSALS_FROM_THE_START: Final = 3
"""So many requests refused before any was answered: it is not the requests."""


class OpenAIModel:
    """See `Model`. Neither the key nor a package is looked for before the first answer.

    Args:
        options: endpoint and model.
        read_image: from an image's SHA-256 to its bytes. It is called from threads.
        ledger: remembers how the endpoint wants to be asked.
        environ: where the key is, under the name that the options give.
    """

    producer = "openai"

    def __init__(
        self,
        options: OpenAIModelOptions,
        *,
        read_image: Callable[[str], bytes],
        ledger: Ledger,
        environ: Mapping[str, str],
    ) -> None:
        self.name = options.model
        self.identity = options.identity
        self._options = options
        self._ledger = ledger
        self._environ = environ
        self._urls = DataUrls(read_image, max_side=options.max_image_side)
        self._payloads = Payloads(
            options.model, self._urls, image_detail=options.image_detail, extra=options.extra_body
        )
        self._connected: tuple[Sender, Dialects] | None = None
        self._answered = False
        self._refused = 0

    async def answer(self, request: ModelRequest, admit: Admit | None = None) -> CallAnswer:
        """See `Model.answer`."""
        sender, dialects = self._connected or self._connect()
        again = False
        while True:
            dialect = await dialects.current(structured=request.output is not None)
            try:
                delivery = await self._send(sender, request, dialect, admit, again=again)
            except ParameterRefusedError as refusal:
                dialects.refused(dialect, refusal)
                again = True
                continue
            except RecordError as error:
                self._count_refusal(sender, error)
                raise
            self._answered = True
            return answer_of(delivery, dialect)

    @property
    def trouble(self) -> str:
        """See `Sender.trouble`."""
        return self._connected[0].trouble if self._connected else ""

    def stop(self, cause: CorpusbuilderError) -> None:
        """See `Model.stop`."""
        if self._connected is not None:
            self._connected[0].gate.stop(cause)

    async def close(self) -> None:
        """See `Model.close`."""
        self._urls.close()
        if self._connected is not None:
            await self._connected[0].close()
            self._connected = None

    def _count_refusal(self, sender: Sender, error: RecordError) -> None:
        if self._answered or error.reason_code != "request_refused":
            return
        self._refused += 1
        if self._refused >= _REFUSALS_FROM_THE_START:
            raise sender.stop(
                f"refused the first {self._refused} requests; {error.message}",
                hint="see whether the model takes what is sent: images, max_tokens, extra_body",
            ) from None

    def _connect(self) -> tuple[Sender, Dialects]:
        address = find_address(self._options, self._environ)
        sender = Sender(address, self._options)
        ask = partial(self._send, sender)
        self._connected = (sender, Dialects(self._options, address, self._ledger, ask=ask, stop=sender.stop))
        return self._connected

    async def _send(
        self,
        sender: Sender,
        request: ModelRequest,
        dialect: Dialect,
        admit: Admit | None = None,
        *,
        again: bool = False,
    ) -> Delivery:
        return await sender.send(request.order, partial(self._payloads.make, request, dialect), admit, again=again)


def answer_of(delivery: Delivery, dialect: Dialect) -> CallAnswer:
    """What the ledger keeps of a completion that was asked for in ``dialect``."""
    document = delivery.document
    return CallAnswer(
        body=delivery.body,
        usage=_usage(document.get("usage")),
        latency_s=delivery.seconds,
        attempts=delivery.attempts,
        response_id=_word(document.get("id")),
        served_model=_word(document.get("model")),
        mode=dialect.mode,
        time=datetime.now(UTC),
    )


def _usage(stated: Any) -> Usage:  # noqa: ANN401 - any JSON
    if not isinstance(stated, dict):
        return Usage()
    prompt, completion = stated.get("prompt_tokens_details"), stated.get("completion_tokens_details")
    cached = prompt.get("cached_tokens") if isinstance(prompt, dict) else None
    reasoning = completion.get("reasoning_tokens") if isinstance(completion, dict) else None
    return Usage(
        prompt_tokens=_count(stated.get("prompt_tokens")),
        completion_tokens=_count(stated.get("completion_tokens")),
        # DeepSeek has a field of its own.
        cached_tokens=_count(stated.get("prompt_cache_hit_tokens") if cached is None else cached),
        reasoning_tokens=_count(reasoning),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _word(value: object) -> str | None:
    """A short text that can be kept as UTF-8."""
    return value[:200].encode("utf-8", "replace").decode() if isinstance(value, str) else None
