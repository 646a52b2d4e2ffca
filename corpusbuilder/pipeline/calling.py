"""Gives the stages of a workspace access to models."""

import os
from collections.abc import Mapping
from typing import Final

from corpusbuilder.backends.models.access import Access, ClosableLedger, Mode
from corpusbuilder.backends.models.calls import Source
from corpusbuilder.backends.models.prices import FILE_NAME as PRICES
from corpusbuilder.config import Config
from corpusbuilder.store.workspace import Workspace

FOLDER: Final = "ledger"


def access_for(
    workspace: Workspace,
    config: Config,
    *,
    mode: Mode = "live",
    environ: Mapping[str, str] | None = None,
    gather: Source | None = None,
) -> Access:
    """Access to models on behalf of a workspace. Nothing is opened before the first call.

    Args:
        workspace: whose ledger and images are used.
        config: says what may be spent.
        mode: how far calls may go.
        environ: where keys are looked up; ``os.environ`` when None.
        gather: takes the calls of a batch.
    """

    def open_ledger() -> ClosableLedger:
        from corpusbuilder.store.ledger import CallLedger

        return CallLedger(workspace.root / FOLDER)

    return Access(
        open_ledger=open_ledger,
        read_image=workspace.read_asset,
        environ=os.environ if environ is None else environ,
        own_prices=workspace.root / PRICES,
        budget_usd=config.generate.budget_usd,
        mode=mode,
        gather=gather,
    )
