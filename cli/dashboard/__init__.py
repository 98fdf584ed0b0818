"""The report, served to a browser on this machine and renewed when the warehouse changes."""
