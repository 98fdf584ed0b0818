"""The numbered steps from an empty file to today's tables. Append only: a step is never edited."""
