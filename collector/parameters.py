"""Settings of projects and transcripts that people choose: the values that are allowed."""

from __future__ import annotations

from typing import Literal, TypeAlias

Counting: TypeAlias = Literal["auto", "on", "off"]
"""Rows of transcripts count unless the project's own files have the same (auto), or all of them, or
none."""

Tool: TypeAlias = Literal["claude_code", "codex", "copilot"]
"""A tool whose transcripts can be read."""
