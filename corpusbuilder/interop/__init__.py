"""What `parse` makes, as the objects of other libraries."""

from corpusbuilder.interop.layoutparser import to_layoutparser
from corpusbuilder.interop.unstructured import to_unstructured

__all__ = ["to_layoutparser", "to_unstructured"]
