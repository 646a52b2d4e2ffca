"""Teachers: who writes questions, answers and reasoning."""
