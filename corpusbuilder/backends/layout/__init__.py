"""Layout models."""
