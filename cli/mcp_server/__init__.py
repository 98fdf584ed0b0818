"""A front end for agents: the answers as tools of the Model Context Protocol.

Thin: it calls the layer of answers and adds no number of its own. Only this package imports the
library ``mcp``, and only ``skillhouse mcp`` imports this package.
"""
