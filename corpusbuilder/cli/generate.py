"""``corpusbuilder generate``."""

from corpusbuilder.cli.options import RunOptions, with_options


@with_options(RunOptions)
def generate(options: RunOptions) -> None:
    """Write questions, answers and reasoning steps about every unit."""
    from corpusbuilder.cli.run import conclude, run

    conclude(options, run(options, ["generate"]))
