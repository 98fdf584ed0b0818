"""The relations that all questions are asked of."""
