"""Models on this machine, through the transformers library.

`batched.BatchedModel` gathers what waits into batches; one thread owns the model. `pretrained` opens one of whatever
kind, `batches` says which requests go together, `portions` keeps them within the memory. A vision-language model is
`model.LocalModel`: `loading` loads it, `chat` turns messages into a prompt, `generation` has them answered, `drawing`
chooses tokens.
"""
