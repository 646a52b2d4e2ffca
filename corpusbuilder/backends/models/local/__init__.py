"""A vision-language model on this machine, through the transformers library.

`model.LocalModel` gathers what waits into batches; one thread owns the model. `loading` loads it, `chat` turns messages
into a prompt, `batches` says which requests go together, `generation` has them answered, `drawing` chooses tokens.
"""
