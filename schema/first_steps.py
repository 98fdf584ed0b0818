"""What to do first, while there is nothing to answer with: said alike by every command."""

from __future__ import annotations

from schema.spelling import command


def none_registered() -> str:
    """That there is no project, and how to register one."""
    return f"No project is registered yet: {command('register-project', 'PATH')}"


def none_collected() -> str:
    """That the projects were never read, and how that is done."""
    return f"Nothing has been collected yet: {command('refresh')}"
