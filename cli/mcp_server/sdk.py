"""Whether the SDK is installed: it comes with the extra ``mcp`` only."""

from __future__ import annotations

from cli.installation import missing_extra


def require_sdk() -> None:
    """SkillhouseError where the SDK of the protocol is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401  # only to see that it is there
    except ImportError:
        raise missing_extra("mcp", "The MCP server") from None
