"""``corpusbuilder ground``."""

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def ground(options: RunOptions) -> None:
    """Find the image regions and text spans that each reasoning step rests on."""
    from corpusbuilder.cli.run import conclude, run

    conclude(options, run(options, ["ground"]))
