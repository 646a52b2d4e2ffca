"""Builds stages from the configuration and runs them over a workspace: shards, resume, rejects, progress."""
