"""The Hugging Face Hub, or any endpoint that speaks its protocol."""
