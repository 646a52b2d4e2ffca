"""Pages without a text layer that makes sense, and figures that are pixels: their text and their pictures."""

from corpusbuilder.stages.parse.scans.pictures import find_scanned_figures
from corpusbuilder.stages.parse.scans.reading import read_labels, read_picture, read_scan, renewed
from corpusbuilder.stages.parse.scans.sizes import levelled

__all__ = ["find_scanned_figures", "levelled", "read_labels", "read_picture", "read_scan", "renewed"]
