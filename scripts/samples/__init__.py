"""The sample chapters' text, figures and page composer."""
