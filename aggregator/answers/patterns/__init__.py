"""The answers about patterns: sessions, what follows what, what is used together, and when."""
