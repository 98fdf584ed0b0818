"""What happens within sessions and along workflows; answered from rows, not from rollups."""
