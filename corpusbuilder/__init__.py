"""Grounded, explainable multimodal QA corpora from schoolbook PDFs."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("corpusbuilder")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0.0.0"
