"""The answers about a team: all members' skills, and how one's own compare."""
