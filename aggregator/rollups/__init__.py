"""The precomputed tables: one place for what is measured, one statement to refresh it."""
