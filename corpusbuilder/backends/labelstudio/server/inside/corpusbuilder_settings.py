"""Label Studio's settings, but for what no environment variable changes."""

import importlib
from types import ModuleType


def _take_over(settings: ModuleType) -> None:
    globals().update({name: value for name, value in vars(settings).items() if name.isupper()})


# The second reads settings while it makes them: those of the first have to be there by then.
_take_over(importlib.import_module("core.settings.base"))
_take_over(importlib.import_module("label_studio.core.settings.label_studio"))

# A Redis that happens to run on this machine would be given work that nobody takes up: look for it where none is.
RQ_QUEUES = {name: {**queue, "PORT": 9} for name, queue in globals()["RQ_QUEUES"].items()}

# A line for every request, twice, with the token of the invitation in it.
LOGGING = dict(globals()["LOGGING"])
LOGGING["loggers"] = {**LOGGING["loggers"], "django.server": {"level": "ERROR", "propagate": True}}

# Several people write at once: whoever finds the database busy waits, and is not sent away with an error. A transaction
# that begins by reading cannot wait once it writes, so that each begins as one that writes.
DATABASES = {
    name: {
        **database,
        "OPTIONS": {
            **database.get("OPTIONS", {}),
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
    if database["ENGINE"].endswith("sqlite3")
    else database
    for name, database in globals()["DATABASES"].items()
}
