"""Where in a passage stands what a step says: quotes first, then sentences that support it."""
