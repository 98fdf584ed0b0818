"""How fast, how large, how cheap every night after: measured against a baseline in the same run."""
