"""Agent transcripts as a source: what Claude Code, Codex and Copilot CLI write about themselves.

A file's way: ``roots`` finds it, ``reading`` reads it from its checkpoint, the tool's own module
(``claude_code``, ``codex``, ``copilot``) turns lines into ``facts``, and ``reconcile`` merges the
facts of all files into rows. What a look has read (``discovery``) is not read again (``seen``).
Facts hold names, ids, times, counts and outcomes, and nothing else.
"""
