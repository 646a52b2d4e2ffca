"""Releases without a word or pixel of their sources, and the way back: `hydrate`."""
