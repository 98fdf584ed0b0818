"""Reading skill files: skills, agents and commands on disk, described in files of a project."""
