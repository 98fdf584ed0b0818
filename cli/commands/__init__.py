"""The commands, one module for each thing a person wants: set up, collect, ask, care."""
