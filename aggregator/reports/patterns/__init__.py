"""What happens within sessions and along workflows: questions that single uses answer, not sums."""
