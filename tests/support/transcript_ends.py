"""How uses and turns can end in a transcript of Claude Code, and what must be told of each."""

from __future__ import annotations

SECRET = "the-secret-prompt"

LOAD_ERRORS: dict[str, tuple[str, str | None, str, str | None]] = {
    "unknown": (
        "<tool_use_error>Unknown skill: x</tool_use_error>",
        None,
        "failure",
        "unknown_skill",
    ),
    "not_invocable": (
        "<tool_use_error>Skill x cannot be used with Skill tool due to"
        " disable-model-invocation</tool_use_error>",
        None,
        "failure",
        "not_invocable",
    ),
    "prepare": (f"Bash command failed for pattern {SECRET}", None, "failure", "prepare_failed"),
    "invalid": (
        "<tool_use_error>InputValidationError: x</tool_use_error>",
        None,
        "failure",
        "invalid_input",
    ),
    "rule": ("Permission to use Skill has been denied.", "permission-rule", "failure", "denied"),
    "auto": ("Permission for this action was denied", "automode-blocked", "failure", "denied"),
    "no_judge": (
        "m is temporarily unavailable, so auto mode",
        "automode-unavailable",
        "failure",
        "denied",
    ),
    "sibling": (
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
        None,
        "failure",
        "cancelled",
    ),
    "other": (f"{SECRET} exploded", None, "failure", "other"),
    "refused": (
        "The user doesn't want to proceed with this tool use.",
        "user-rejected",
        "abandoned",
        None,
    ),
    "died": ("[Request interrupted by user for tool use]", "interrupted", "unknown", None),
}
ENDS: dict[str, tuple[str, str | None]] = {
    "rest": ("success", None),
    "last_word": ("success", None),
    "hook": ("success", None),
    "interrupt": ("abandoned", None),
    "rate_limit": ("failure", "api_rate_limit"),
    "api": ("failure", "api_error"),
    "max_tokens": ("failure", "max_tokens"),
    "woken_then_interrupted": ("abandoned", None),
    "open": ("unknown", None),
}
