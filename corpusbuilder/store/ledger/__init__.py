"""Every call of a model in a workspace: what was asked, what came back byte for byte, and what became of it.

::

    <workspace>/ledger/<host>-<number>.sqlite        one file per writer, merged on read
                       <host>-<number>.sqlite.lock   locked by whoever writes it, or reads it as it lies there

``<host>`` is a digest of the host's name, so that two hosts on a shared file system never write one file; what another
host is writing just now is not read (SQLite's write-ahead log needs the memory of one machine).
"""

from corpusbuilder.store.ledger.calls import CallLedger
from corpusbuilder.store.ledger.merging import AnswerHead, CallFilter, CallHead

__all__ = ["AnswerHead", "CallFilter", "CallHead", "CallLedger"]
