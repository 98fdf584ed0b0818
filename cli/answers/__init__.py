"""Every question's answer as one JSON object, and the numbers behind it.

The command line, and whatever else shows answers, calls these and adds no number of its own.
"""
