"""The answers of the group ``patterns``: what happens within sessions and along workflows."""
