"""Whether the SDK is installed: it comes with ``skillhouse[mcp]`` only."""

from __future__ import annotations

from schema.errors import SkillhouseError


def require_sdk() -> None:
    """SkillhouseError where the SDK of the protocol is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401  # only to see that it is there
    except ImportError:
        raise SkillhouseError(
            "The MCP server needs a library that is not installed.",
            "Install skillhouse with it, as skillhouse[mcp]: uv tool install '.[mcp]'",
        ) from None
