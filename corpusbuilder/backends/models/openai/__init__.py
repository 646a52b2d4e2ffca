"""Any endpoint that speaks OpenAI's chat completions: OpenAI, Azure, Mistral, vLLM, SGLang, Ollama, llama.cpp.

::

    model       one answer: how to ask, send, what came back
    ├── dialect     how this endpoint wants to be asked: found out with small calls, remembered
    ├── payload     the bytes of a request
    └── sender      one request until it is answered or given up
        ├── gate        who may send now
        ├── breaker     whether the endpoint is there at all
        ├── verdicts    what a reply means
        ├── waiting     how long to wait before the next attempt
        └── transport   the SDK's client, at its cheapest
"""
