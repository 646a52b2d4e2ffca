"""A Label Studio of our own, for people who have none: installed under the workspace, on this machine only.

::

    <workspace>/review/server/venv/     the program, with a Python environment of its own
                              data/     its database, sessions and secrets; ours to start, not to read
                              images/   a link to <workspace>/assets: all of the workspace that it can serve
                              lock      held as long as a server runs
                              running.json  where it is to be found, while it runs
                              server.log
"""

from corpusbuilder.backends.labelstudio.server.images import local_image_url, served_assets, serves_assets

__all__ = ["local_image_url", "served_assets", "serves_assets"]
