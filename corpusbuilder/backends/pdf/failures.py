"""What PyMuPDF raises over hostile PDFs. Everything else is a bug of ours and must not look like a bad page."""

from functools import cache
from typing import Final

_PYTHON_ERRORS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SystemError,
    TypeError,
    ValueError,
)
"""Of its Python part, and of the layer between that and C++."""


@cache
def library_errors() -> tuple[type[Exception], ...]:
    """The types for an ``except`` clause around calls of the library, MuPDF's own among them."""
    from pymupdf import mupdf

    return (*_PYTHON_ERRORS, mupdf.FzErrorBase)
