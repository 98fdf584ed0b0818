"""What a team shares: the agreement, each member's counters, the store they lie in."""
