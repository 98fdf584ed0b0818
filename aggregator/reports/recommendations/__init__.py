"""What to do next: rules over what is known, each with its evidence and what it would bring."""
