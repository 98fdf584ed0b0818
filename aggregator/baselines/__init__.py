"""Named snapshots: how everything was over some days, kept to be compared with later days."""
