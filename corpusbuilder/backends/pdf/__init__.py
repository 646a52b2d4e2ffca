"""PDF readers."""
