"""What changed and what fails, in which group of projects: the one comparison of every command."""
