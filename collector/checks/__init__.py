"""What is asked about files and rows that were collected; nothing is collected here."""
