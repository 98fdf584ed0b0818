"""Whether the library is there: it comes with ``skillhouse[mcp]`` only."""

from __future__ import annotations

from schema.errors import SkillhouseError


def expect_library() -> None:
    """SkillhouseError where the library that speaks the protocol is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401  # asked for, not used
    except ImportError:
        raise SkillhouseError(
            "The MCP server takes a library that is not installed.",
            "Install skillhouse with it, as skillhouse[mcp]: uv tool install '.[mcp]'",
        ) from None
