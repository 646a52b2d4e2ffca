"""Talks to a Label Studio server, through the SDK's authentication and our own requests.

::

    server          what a server has: its version, its projects
    └── project         one project: tasks in, annotations out
        ├── listing         the Data Manager's filters, page by page
        ├── records         what an answer is read into
        ├── uploads         images
        └── connection      one request: time limit, size limit, retries
            ├── address         where the server is, and what must not be told
            └── failures        what went wrong, in words of ours
"""

from corpusbuilder.backends.labelstudio.client.failures import RefusedError
from corpusbuilder.backends.labelstudio.client.project import TASKS_PER_REQUEST, RemoteProject, page_address
from corpusbuilder.backends.labelstudio.client.records import ChangedTask, Counts, RemoteAnnotation, RemoteTask
from corpusbuilder.backends.labelstudio.client.server import Server, connect

__all__ = [
    "TASKS_PER_REQUEST",
    "ChangedTask",
    "Counts",
    "RefusedError",
    "RemoteAnnotation",
    "RemoteProject",
    "RemoteTask",
    "Server",
    "connect",
    "page_address",
]
