"""The records of Claude Code that count, in the few fields that count, and what their texts say.

Texts are looked at only to tell what kind of record it is: by how they begin, and in notices by
the tags before and after the agent's own text, which may hold any tag itself.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

from collector.transcripts import decoding
from collector.transcripts.decoding import ABSENT
from collector.transcripts.facts import Notice, Outcome, Tokens


class Record(Struct):
    """One line. What may be large or of several shapes is left as it is written."""

    type: object = None
    subtype: object = None
    timestamp: object = None
    sessionId: object = None
    cwd: object = None
    version: object = None
    uuid: object = None
    parentUuid: object = None
    isSidechain: object = None
    isMeta: object = None
    isCompactSummary: object = None
    isApiErrorMessage: object = None
    preventedContinuation: object = None
    promptSource: object = None
    queuePriority: object = None
    toolDenialKind: object = None
    agentId: object = None
    origin: Raw = ABSENT
    forkedFrom: Raw = ABSENT
    error: Raw = ABSENT
    content: Raw = ABSENT
    message: Raw = ABSENT
    toolUseResult: Raw = ABSENT


class Message(Struct):
    model: object = None
    stop_reason: object = None
    content: Raw = ABSENT


class Block(Struct):
    type: object = None
    id: object = None
    name: object = None
    input: Raw = ABSENT
    tool_use_id: object = None
    is_error: object = None
    content: Raw = ABSENT
    text: Raw = ABSENT


class SkillInput(Struct):
    skill: object = None
    command: object = None


class AgentInput(Struct):
    subagent_type: object = None


class Usage(Struct):
    input_tokens: object = None
    output_tokens: object = None
    cache_creation_input_tokens: object = None
    cache_read_input_tokens: object = None


class Result(Struct):
    status: object = None
    agentId: object = None
    agentType: object = None
    totalDurationMs: object = None
    totalTokens: object = None
    usage: Raw = ABSENT
    background: object = None
    success: object = None


class Origin(Struct):
    kind: object = None


class ForkedFrom(Struct):
    sessionId: object = None


class Meta(Struct):
    """An agent's ``.meta.json``."""

    agentType: object = None
    toolUseId: object = None


record = msgspec.json.Decoder(Record).decode
message = msgspec.json.Decoder(Message).decode
blocks = msgspec.json.Decoder(list[Block]).decode
block = msgspec.json.Decoder(Block).decode
skill_input = msgspec.json.Decoder(SkillInput).decode
agent_input = msgspec.json.Decoder(AgentInput).decode
usage = msgspec.json.Decoder(Usage).decode
result = msgspec.json.Decoder(Result).decode
origin = msgspec.json.Decoder(Origin).decode
forked_from = msgspec.json.Decoder(ForkedFrom).decode
meta = msgspec.json.Decoder(Meta).decode
text = msgspec.json.Decoder(str).decode

KNOWN_TYPES = frozenset(
    [
        "agent-name",
        "ai-title",
        "assistant",
        "attachment",
        "bridge-session",
        "custom-title",
        "file-history-snapshot",
        "frame-link",
        "last-prompt",
        "launched",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "relocated",
        "result",
        "started",
        "summary",
        "system",
        "user",
        "worktree-state",
    ]
)
"""Types of records as they were found in real files; others are counted by their names."""

_COUNT = ("assistant", "launched", "queue-operation", "result", "started", "system", "user")
NEVER_COUNT = frozenset(each.encode() for each in KNOWN_TYPES.difference(_COUNT))
"""Types of records of which nothing is read, as they are written."""

NOTICE = "<task-notification>"
INTERRUPT = "[Request interrupted by user"
_TYPED = re.compile(r"<command-message>.*?</command-message>\s*<command-name>/?(.*?)</", re.DOTALL)
_CLIENT = re.compile(
    r"\s*<(?:command-name|local-command-stdout|local-command-stderr|local-command-caveat"
    r"|bash-input|bash-stdout|bash-stderr)>"
)
_NOTICE_HEAD_END = re.compile(r"<summary>|<note>|<result>")
_STATUSES: dict[str, Outcome] = {
    "completed": "success",
    "failed": "failure",
    "killed": "abandoned",
    "stopped": "abandoned",
}

_ERRORS = (
    ("unknown_skill", ("Unknown skill", "Unknown slash command", "Unknown command")),
    ("unknown_agent", ("Agent type '",)),
    ("invalid_input", ("InputValidationError",)),
    ("cancelled", ("Sibling tool call errored",)),
    ("denied", ("Permission for this", "Permission to use", "Permission denied")),
    ("api_error", ("API Error",)),
    (
        "prepare_failed",
        ("Bash command failed for pattern", "Shell command failed for pattern", "Shell command"),
    ),
)
_NOT_INVOCABLE = re.compile(r"Skill .{1,220} cannot be used with Skill tool", re.DOTALL)
_NO_JUDGE = re.compile(r".{1,80} is temporarily unavailable, so auto mode", re.DOTALL)
_REFUSALS = ("The user doesn't want to", "User rejected", "The user rejected")

_API_CODES = frozenset(
    [
        "account_suspended",
        "api_error",
        "authentication_error",
        "authentication_failed",
        "billing_error",
        "connection_error",
        "content_policy",
        "context_length_exceeded",
        "invalid_request",
        "invalid_request_error",
        "max_output_tokens",
        "model_not_found",
        "network_error",
        "not_found",
        "not_found_error",
        "oauth_org_not_allowed",
        "overloaded",
        "overloaded_error",
        "permission_denied",
        "permission_error",
        "prompt_too_long",
        "quota_exceeded",
        "rate_limit",
        "rate_limit_error",
        "request_too_large",
        "server_error",
        "service_unavailable",
        "timeout",
        "timeout_error",
        "unknown",
        "usage_limit",
    ]
)
_STOP_REASONS = frozenset(
    ["max_tokens", "refusal", "model_context_window_exceeded", "pause_turn", "compaction"]
)


def all_blocks(raw: Raw) -> list[Block]:
    """A message's blocks; those of other shapes are left out."""
    found = decoding.maybe(blocks, raw)
    return found if found is not None else decoding.items(block, raw)


def typed_name(begin: str) -> str | None:
    """The name of a skill or command that a person typed; None where the text is something else.

    A client's own commands have their tags the other way round.
    """
    if not begin.startswith("<command-message>"):
        return None
    match = _TYPED.match(begin)
    return match.group(1) if match else None


def is_client_command(begin: str) -> bool:
    return _CLIENT.match(begin) is not None


def refusal_reason(begin: str, denial: object, kind: str) -> tuple[Outcome, str | None]:
    """The outcome of a call whose result is an error, and its error type; unknown where the
    process ended while it ran and the result was written afterwards."""
    begin = begin.removeprefix("<tool_use_error>").removeprefix("Error: ")
    if denial == "interrupted":
        return "unknown", None
    if denial == "user-rejected" or begin.startswith((INTERRUPT, *_REFUSALS)):
        return "abandoned", None
    if isinstance(denial, str):
        return "failure", "denied"
    if _NOT_INVOCABLE.match(begin):
        return "failure", "not_invocable"
    if _NO_JUDGE.match(begin):
        return "failure", "denied"
    for error_type, beginnings in _ERRORS:
        if begin.startswith(beginnings):
            return "failure", error_type
    return "failure", "agent_failed" if kind == "agent" else "other"


def api_error_type(raw: Raw) -> str:
    code = decoding.maybe(text, raw)
    if code is None:
        return "api_error"
    return "api_error" if code == "api_error" else f"api_{code if code in _API_CODES else 'other'}"


def stop_error_type(reason: object) -> str:
    return reason if isinstance(reason, str) and reason in _STOP_REASONS else "other"


def tokens(found: Result) -> Tokens | None:
    """The tokens that a run's result states."""
    used = decoding.maybe(usage, found.usage) or Usage()
    caches = [
        count
        for count in map(
            decoding.a_count, (used.cache_creation_input_tokens, used.cache_read_input_tokens)
        )
        if count is not None
    ]
    stated = Tokens(
        decoding.a_count(used.input_tokens),
        decoding.a_count(used.output_tokens),
        sum(caches) if caches else None,
        decoding.a_count(found.totalTokens),
    )
    return stated if stated.stated() else None


def notice(raw: Raw, begin: str, at_us: int) -> tuple[str, str | None, Notice] | None:
    """The agent, the call that started it where it is named, and how it ended; None where the text
    says no such thing. Between the head and the last ``</result>`` stands the agent's own text."""
    top = _NOTICE_HEAD_END.split(begin, maxsplit=1)[0]
    agent = _tag(top, "task-id")
    outcome = _STATUSES.get(_tag(top, "status") or "")
    if agent is None or outcome is None:
        return None
    _, found, bottom = decoding.tail(raw).rpartition("</result>")
    duration = _number(bottom, "duration_ms") if found else None
    spent = _number(bottom, "subagent_tokens") if found else None
    return agent, _tag(top, "tool-use-id"), Notice(at_us, outcome, duration, spent)


def _tag(text: str, name: str) -> str | None:
    match = re.search(rf"<{name}>([^<]{{1,200}})</{name}>", text)
    return match.group(1) if match else None


def _number(text: str, name: str) -> int | None:
    match = re.search(rf"<{name}>(\d{{1,15}})</{name}>", text, re.ASCII)
    return int(match.group(1)) if match else None


def beginning(raw: Raw) -> str:
    """How a text begins; "" where there is none."""
    return decoding.head(raw) or ""


def result_text(block: Block) -> str:
    """How the text of a tool's result begins; "" where it has none."""
    begin = decoding.head(block.content)
    if begin is None:
        parts = all_blocks(block.content)
        begin = next((decoding.head(each.text) for each in parts if each.type == "text"), None)
    return begin or ""
