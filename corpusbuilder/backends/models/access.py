"""What a backend that calls models is given: the ledger, the images, one loop, one budget, and how far it may go."""

import copy
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from corpusbuilder.backends.models.base import Ledger, Model
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.calls import Calls, Live, ReplayOnly, Source
from corpusbuilder.backends.models.estimate import Estimate
from corpusbuilder.backends.models.loop import Loop
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.models.prices import Price, listed_price
from corpusbuilder.backends.registry import Options
from corpusbuilder.errors import BackendError, ConfigError, CorpusbuilderError

Mode: TypeAlias = Literal["live", "replay", "estimate", "batch"]
"""``live`` sends; ``replay`` uses the ledger alone; ``estimate`` counts what would be sent; ``batch`` gathers it."""


class ClosableLedger(Ledger, Protocol):
    """A ledger that somebody opened."""

    def close(self) -> None:
        """Write what waits, and give the files back."""
        ...


class Access:
    """Shared by all models of a run. Opens nothing before the first call.

    Args:
        open_ledger: opens the workspace's ledger for writing.
        read_image: from the SHA-256 of an image to its bytes.
        environ: where keys of endpoints are looked up by name.
        own_prices: the user's price table; it need not exist.
        budget_usd: the most that this workspace may spend in all, or None.
        mode: how far calls may go.
        gather: takes the calls of a batch; needed in mode ``batch``.
    """

    def __init__(
        self,
        *,
        open_ledger: Callable[[], ClosableLedger],
        read_image: Callable[[str], bytes],
        environ: Mapping[str, str],
        own_prices: Path,
        budget_usd: float | None = None,
        mode: Mode = "live",
        gather: Source | None = None,
    ) -> None:
        self.read_image = read_image
        self.environ = environ
        self.mode: Mode = mode
        self.meter = Meter()
        self.loop = Loop()
        self.estimate = Estimate()
        self._open_ledger = open_ledger
        self._own_prices = own_prices
        self._budget_usd = budget_usd
        self._gather = gather
        self._lock = threading.Lock()
        self._ledger: ClosableLedger | None = None
        self._budget: Budget | None = None
        self._models: list[Model] = []
        self._stopped: CorpusbuilderError | None = None
        self.meter.trouble = self._trouble

    @property
    def ledger(self) -> ClosableLedger:
        """The ledger, opened on first use."""
        with self._lock:
            if self._ledger is None:
                self._ledger = self._open_ledger()
            return self._ledger

    def price_of(self, model: str, stated: Price | None = None) -> Price | None:
        """What a model costs: as stated in the config, else as listed, else unknown."""
        return stated or listed_price(model, self._own_prices)

    def known_price(self, options: Options) -> Price | None:
        """What the model costs that options name, as far as that is known."""
        stated, model = getattr(options, "price", None), getattr(options, "model", None)
        return stated or (listed_price(model, self._own_prices) if model else None)

    def costs_money(self, options: Options) -> bool:
        """Whether calls of the model that options name are known to cost anything."""
        price = self.known_price(options)
        return price is not None and (price.input > 0 or price.output > 0)

    def price(self, model: str, stated: Price | None) -> Price | None:
        """What a model costs, where a budget may have to be kept with it.

        Raises:
            ConfigError: there is a budget and no price to keep it with.
        """
        price = self.price_of(model, stated)
        if price is None and self._budget_usd is not None and self.mode == "live":
            raise ConfigError(
                f"a budget of ${self._budget_usd:g} is set, but the price of {model!r} is not known",
                hint="state it: --set 'generate.teacher.price={input=0.5, output=2.0}', or ground.vlm.price, as the "
                f"model is used (USD per million tokens; 0 for your own machine), or add it to {self._own_prices}",
            )
        return price

    def calls(self, make: Callable[[Ledger], Model], stated: Price | None = None) -> Calls:
        """Ways to ask a new model. To be called inside the loop.

        Args:
            make: makes the model.
            stated: its price as the user states it.
        """
        ledger = self.ledger
        model = make(ledger)
        self._models.append(model)
        return Calls(model, ledger, self._source(model, stated), self.meter)

    def stop(self, cause: CorpusbuilderError | None = None) -> None:
        """Send nothing more. Calls in flight are waited for by whoever made them, and kept.

        Args:
            cause: what every later call raises, so that whoever hears of the end hears of its cause.
        """
        if self._stopped is None:
            self._stopped = cause or BackendError("the run was stopped: nothing more is sent")
        for model in tuple(self._models):
            self.loop.call(partial(model.stop, self._stopped))

    def close(self) -> None:
        """Give everything back."""
        try:
            for model in self._models:
                self.loop.submit(model.close()).result()
        finally:
            self.loop.close()
            with self._lock:
                if self._ledger is not None:
                    self._ledger.close()
                    self._ledger = None

    def _source(self, model: Model, stated: Price | None) -> Source:
        if self.mode == "replay":
            return ReplayOnly()
        if self.mode == "estimate":
            return self.estimate
        price = self.price(model.name, stated)
        if self.mode == "batch":
            if self._gather is None:
                raise ValueError("mode 'batch' needs somewhere to gather the calls")
            return self._gather
        if self._budget is None:
            self._budget = Budget(self._budget_usd, self.ledger.spent_usd())
        if self._budget_usd is not None and price is not None:
            self._budget.add_earlier(self.ledger.unpriced(model.name), price)
        return Live(
            model,
            self.ledger,
            price=price,
            budget=self._budget,
            meter=self.meter,
            refuse_when_stopped=self._refuse_when_stopped,
        )

    def _trouble(self) -> str:
        """What the models say of their endpoints."""
        return "; ".join(filter(None, (getattr(model, "trouble", "") for model in tuple(self._models))))

    def _refuse_when_stopped(self) -> None:
        if self._stopped is not None:
            raise copy.copy(self._stopped)  # raised in many tasks, one exception would gather the tracebacks of all
