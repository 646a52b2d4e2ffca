"""Servers of our own that misbehave on purpose; no mocks."""
