"""A release on its way to the Hub: checked, compared, sent, committed, tagged."""
