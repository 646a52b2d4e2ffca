"""Two sample schoolbook chapters, one English and one French, shipped as package data."""
