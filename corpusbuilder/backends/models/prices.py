"""What calls cost: list prices with their dates, which the user can override. An unknown price is None, not a guess."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpusbuilder.errors import ConfigError
from corpusbuilder.records.call import Usage

FILE_NAME: Final = "prices.toml"
_DATED: Final = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4}|\d{6}|\d{8})")
_MILLION: Final = 1e6


class Price(BaseModel):
    """What a model costs, in USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    """Tokens of the prompt."""
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Those of them that a prefix cache serves; like ``input`` when not set."""
    output: float = Field(ge=0, allow_inf_nan=False)
    """Tokens of the answer, reasoning included."""
    batch: float = Field(default=1.0, ge=0, le=1)
    """What a request in a batch costs, as a share of the above."""

    def cost_usd(self, usage: Usage, *, in_batch: bool = False) -> float | None:
        """What a call cost; None when the endpoint did not count its tokens."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        cached_price = self.input if self.cached_input is None else self.cached_input
        total = (usage.prompt_tokens - cached) * self.input + cached * cached_price
        total += usage.completion_tokens * self.output
        return total / _MILLION * (self.batch if in_batch else 1.0)


class ListedPrice(Price):
    """A row of a price table."""

    model: str
    """As endpoints know it; a dated snapshot of it (``gpt-4o-2024-08-06``) has the same price unless it is listed."""
    as_of: dt.date
    """When it was noted down."""


def listed_price(model: str, own: Path | None = None) -> ListedPrice | None:
    """The price of a model from the user's table or the shipped one, or None.

    Args:
        model: as the endpoint knows it.
        own: the user's ``prices.toml``; its rows win. It need not exist.

    Raises:
        ConfigError: the user's table is not as it should be; the message names the file.
    """
    rows = {**_shipped(), **(_own(own) if own is not None and own.exists() else {})}
    undated = _DATED.sub("", model, count=1) if _DATED.search(model) else model
    return rows.get(model) or rows.get(undated)


@cache
def _shipped() -> dict[str, ListedPrice]:
    text = resources.files("corpusbuilder").joinpath("backends/models", FILE_NAME).read_text(encoding="utf-8")
    return {row.model: row for row in _rows(text)}


def _own(path: Path) -> dict[str, ListedPrice]:
    try:
        return {row.model: row for row in _rows(path.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not a readable price table: {error}") from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(
            f"{path}: {place}: {problem['msg']}",
            hint='a row is [[price]] with model = "…", input and output in USD per million tokens, and as_of = a date',
        ) from None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    price: tuple[ListedPrice, ...] = ()


def _rows(text: str) -> Iterator[ListedPrice]:
    yield from _Table.model_validate(tomllib.loads(text)).price
