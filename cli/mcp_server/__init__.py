"""The MCP server: our answers as tools for agents.

It adds no number of its own. Only this package imports the ``mcp`` SDK, and only the command
``skillhouse mcp`` imports this package.
"""
