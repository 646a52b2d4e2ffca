"""Why a request failed."""


def innermost(error: BaseException) -> str:
    """What really happened: it stands at the end of the chain of causes."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    words = next((str(link) for link in reversed(chain) if str(link)), "")
    return words or type(error).__name__
