"""How prompts become requests: templates filled in, and what pages and steps say made harmless data."""
