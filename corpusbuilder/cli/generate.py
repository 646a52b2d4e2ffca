"""``corpusbuilder generate``."""

from corpusbuilder.cli.options import GenerateOptions, with_options


@with_options(GenerateOptions)
def generate(options: GenerateOptions) -> None:
    """Write questions, answers and reasoning steps about every unit.

    Who writes is generate.teacher.kind: rules (no model), openai (any OpenAI-compatible endpoint), transformers
    (a model on this machine) or scripted. Every call is kept in the workspace's ledger: what was answered is never
    paid for again.
    """
    from corpusbuilder.cli.generating import run_generate

    run_generate(options.with_settings())
