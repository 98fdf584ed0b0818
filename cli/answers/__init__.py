"""The catalogue of answers, and the shapes and schemas of their JSON.

The command line, and whatever else shows answers, calls these and adds no number of its own.
"""
