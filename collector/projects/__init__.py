"""Which projects there are: their folders, what people say of them, and what they share."""
