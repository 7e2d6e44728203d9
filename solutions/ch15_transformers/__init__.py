"""Reference answers of chapter 15: transformers, for language models and chatbots."""
