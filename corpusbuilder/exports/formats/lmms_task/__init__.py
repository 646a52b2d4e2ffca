"""The files of an lmms-eval task as they are shipped; `functions` becomes ``utils.py`` beside the task's YAML."""
