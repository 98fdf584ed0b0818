"""Skills, agents and commands on disk: finding them, their relations, versions and listings."""
