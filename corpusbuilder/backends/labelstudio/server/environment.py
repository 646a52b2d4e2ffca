"""The environment that Label Studio runs in: nothing of ours leaks in, nothing of it goes out."""

import os
from pathlib import Path
from typing import Final

_KEPT: Final = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
INSIDE: Final = Path(__file__).parent / "inside"
_NOWHERE: Final = "http://127.0.0.1:9"
"""The discard port: nobody answers there."""


def environment(data: Path, images: Path) -> dict[str, str]:
    """Every variable that the server gets.

    ``data`` is where it keeps its database, ``images`` the folder below which it may serve files.

    Label Studio takes its settings from names as common as HOST, PORT or DEBUG, therefore little is handed on.
    Where a request home has no switch of its own, such as the tips that it fetches from GitHub, a proxy that does not
    answer stops it at once.
    """
    kept = {
        name: os.environ[name]
        for name in (*_KEPT, *(n for n in os.environ if n.startswith("LC_")))
        if name in os.environ
    }
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(INSIDE),
        "DJANGO_SETTINGS_MODULE": "corpusbuilder_settings",
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "XDG_CONFIG_HOME": str(data / "config"),
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "false",
        "FEATURE_FLAGS_OFFLINE": "true",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "NO_PROXY": "127.0.0.1,localhost",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(images),
    }
