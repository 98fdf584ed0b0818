"""The service that runs ``refresh`` when it is due, and nothing else in between."""
