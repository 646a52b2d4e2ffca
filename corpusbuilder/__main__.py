"""``python -m corpusbuilder``."""

from corpusbuilder.cli.main import main

main()
