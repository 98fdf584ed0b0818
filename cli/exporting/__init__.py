"""Files of answers and tables for other programs: what stands in them, and how they are made."""
