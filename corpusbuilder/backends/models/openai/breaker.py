"""Whether the endpoint is there at all: when nothing gets through, one request at a time finds out."""

from typing import Final

from corpusbuilder.backends.http.waiting import backoff
from corpusbuilder.backends.models.gate import Gate, Ticket

_OPENS_AT: Final = 5
"""Connections lost one after the other, without a single reply in between, whichever requests they were for."""


class Breaker:
    """Counts lost connections and narrows the gate.

    Args:
        gate: what it narrows.
        max_probes: after so many lost probes the endpoint counts as gone.
    """

    def __init__(self, gate: Gate, *, max_probes: int) -> None:
        self._gate = gate
        self._max_probes = max_probes
        self._lost = 0
        self._probes = 0
        self.is_open = False
        """Whether requests are held back because nothing gets through."""
        self.was_ever_reached = False
        """Whether the endpoint has ever replied, whatever it said."""

    def reached(self) -> None:
        """There was a reply."""
        self.was_ever_reached = True
        self._lost = 0
        if self.is_open:
            self.is_open = False
            self._gate.widen()

    def lost(self, ticket: Ticket) -> bool:
        """There was none. True when the endpoint has to be given up."""
        if not self.is_open:
            self._lost += 1
            if self._lost >= _OPENS_AT:
                self.is_open, self._probes = True, 0
                self._gate.narrow(backoff(1))
            return False
        if not self._gate.is_current(ticket):
            # Sent before it was known that nothing gets through.
            return False
        self._probes += 1
        self._gate.narrow(backoff(self._probes + 1))
        return self._probes >= self._max_probes
