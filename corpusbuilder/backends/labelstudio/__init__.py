"""Everything that knows Label Studio: the page, its tasks, what comes back, and the server."""
