"""The short text beside the numbers: what was found first, then a line a row.

For clients that show their model the text only, and for people who look on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cli import text

CHARACTERS = 4_000
_NAME = 60
_SENTENCE = 300

Row = Mapping[str, Any]


def words(answers: Sequence[Row], page: Row, first: Sequence[str] = ()) -> str:
    """What the answers say in brief; ``first`` are lines to begin with."""
    lines = [_cut(line, _SENTENCE) for line in first]
    for envelope, about in zip(answers, page["parts"], strict=True):
        told = _ROWS.get(envelope["command"])
        rows = [told(row) for row in envelope["data"]] if told else []
        headline = _headline(envelope)
        listed = rows if headline is None else [headline, *(f"- {row}" for row in rows)]
        lines += [_cut(line, _SENTENCE) for line in listed]
        notes = [note for note in envelope["warnings"] if note not in first]
        lines += [f"Note: {_cut(str(note), _SENTENCE)}" for note in notes[:5]]
        lines.append(f"({about['about']})")
    kept = _fitting(lines)
    return "\n".join([*kept, *_ending(page)])


def _fitting(lines: list[str]) -> list[str]:
    room = CHARACTERS
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return [*kept, "(The rest is in the structured content.)"]
        kept.append(line)
    return kept


def _ending(page: Row) -> list[str]:
    told = [
        f"{part['returned']} of {part['total']} rows of {part['command']}"
        for part in page["parts"]
        if part["returned"] < part["total"]
    ]
    lines = []
    if page["next_cursor"]:
        lines.append(f"{', '.join(told)}; the next with cursor {page['next_cursor']}")
    elif told:
        lines.append(", ".join(told))
    if page["shortened"]:
        lines.append("Long texts or lists were shortened to keep the answer small.")
    return lines


def _headline(envelope: Row) -> str | None:
    """What was found in all; None where an answer has one row, which says it."""
    rows, totals = envelope["data"], envelope["totals"]
    match envelope["command"]:
        case "top-skills":
            uses = text.counted(totals["total_invocations"], "use")
            names = text.counted(totals["skills"], "name")
            return f"{uses} of {names} in {text.counted(totals['projects'], 'project')}"
        case "effectiveness" | "compare" if not rows:
            return f"{_name(envelope['filters']['name'])} was not used in this span"
        case "effectiveness" | "summary":
            return None
        case "compare":
            return f"{_name(envelope['filters']['name'])} in each project and type of project"
        case "health":
            return (
                f"{totals['needs_attention']} of {text.counted(totals['names'], 'name')} need"
                f" attention; {totals['degrading']} got worse, {totals['improving']} better;"
                f" {totals['unused']} unused, {totals['new']} new"
            )
        case "anomalies":
            return f"{text.counted(totals['anomalies'], 'unusual day')} among what was judged"
        case "patterns transitions":
            return (
                f"{text.counted(totals['common'], 'transition')} seen often enough, with"
                f" {text.counted(totals['marked'], 'clear difference')} in success"
            )
        case "patterns pairs":
            return (
                f"{text.counted(totals['common'], 'pair')} often enough in one session,"
                f" {totals['together']} of them more than chance"
            )
        case "recommend":
            return (
                f"{text.counted(totals['recommendations'], 'recommendation')} of ours,"
                f" {totals['optimizer_recommendations']} of optimizers"
            )
        case "workflows":
            return f"{text.counted(totals['workflows'], 'workflow')} run"
        case "projects":
            return text.counted(totals["projects"], "registered project")
        case "status" if rows:
            return _status(rows[0], envelope["warnings"])
        case "collect":
            return (
                f"{totals['inserted']:,} new, {totals['updated']:,} updated and"
                f" {totals['rejected']:,} rejected records"
                f" from {text.counted(len(rows), 'project')}"
            )
        case "aggregate" if rows:
            return f"{rows[0]['rollup_rows']:,} rollup rows computed anew"
        case "register-project" if rows:
            verb = "Registered" if rows[0]["created"] else "Already registered:"
            return f"{verb} {_name(rows[0]['project_name'])} ({rows[0]['project_id']})"
        case "unregister-project" if rows:
            name = _name(rows[0]["project_name"])
            return f"Unregistered {name}; its {rows[0]['rows']:,} rows are kept"
    return str(envelope["command"])


def _status(row: Row, problems: Sequence[object]) -> str:
    if not row["last_collect_at"]:
        fresh = "nothing collected yet"
    else:
        age = row["age_s"]
        fresh = f"last whole pass {'unknown' if age is None else _ago(age)}"
    state = f"{text.counted(len(problems), 'problem')}" if problems else "No problem"
    behind = f", {row['stale_buckets']:,} days of rollups behind" if row["stale_buckets"] else ""
    return f"{state}; {row['rows']:,} rows, {fresh}{behind}"


def _ago(seconds: float) -> str:
    return f"{text.duration(seconds * 1000)} ago"


def _rate(row: Row) -> str:
    if row["success_rate"] is None:
        return "success n/a"
    low, high = row["success_rate_low"], row["success_rate_high"]
    return f"{text.percent(row['success_rate'])} succeeded ({text.interval((low, high))})"


def _measures(row: Row) -> str:
    uses = text.counted(row["total_invocations"], "use")
    return f"{uses}, {_rate(row)}, median {text.duration(row['p50_duration_ms'])}"


def _named(row: Row) -> str:
    return f"{_name(row['skill_name'])} ({row['kind']})"


def _effectiveness(row: Row) -> str:
    trend = row["trend"]
    verdict = f"; trend {trend['verdict']}" if trend else ""
    insights = "".join(f" {each}" for each in row["insights"])
    return f"{_named(row)}: {_measures(row)}{verdict}.{insights}"


def _compare(row: Row) -> str:
    where = row["project_name"] if row["group"] == "project" else f"type {row['project_type']}"
    return f"{_name(where)}: {_measures(row)}"


def _health(row: Row) -> str:
    score = "no score" if row["score"] is None else f"score {row['score']}"
    flags = [word for word in ("unused", "new") if row[word]]
    why = [_cut(reason["sentence"], 160) for reason in row["attention"]]
    told = "; ".join([f"{score} ({row['band']})", _rate(row), row["trend"]["verdict"]])
    return f"{_named(row)}: {'; '.join([told, *flags, *why])}"


def _summary(row: Row) -> str:
    whole, recent, before = row["all_time"], row["last_7_days"], row["previous_7_days"]
    top = ", ".join(_name(each["skill_name"]) for each in row["top"])
    return (
        f"{whole['total_invocations']:,} uses of {text.counted(whole['skills'], 'skill')} and"
        f" {text.counted(whole['agents'], 'agent')}, {text.percent(whole['success_rate'])}"
        f" succeeded; last 7 days {recent['total_invocations']:,}, the 7 before"
        f" {before['total_invocations']:,}. Most used: {top or 'nothing'}"
    )


def _anomaly(row: Row) -> str:
    value, low, high = (_number(row[key]) for key in ("value", "expected_low", "expected_high"))
    who = "everything" if row["skill_name"] is None else _name(row["skill_name"])
    return f"{who}: {row['anomaly']} of {row['measure']} on {row['day']}: {value}, not {low}-{high}"


def _transition(row: Row) -> str:
    pair = f"{_name(row['first_name'])}, then {_name(row['then_name'])}"
    return f"{pair}: {row['times']:,} times ({text.percent(row['share'])}); {row['verdict']}"


def _pair(row: Row) -> str:
    pair = f"{_name(row['first_name'])} with {_name(row['second_name'])}"
    together = text.counted(row["sessions_together"], "session")
    return f"{pair}: {together}, lift {text.decimal(row['lift'])}; {row['verdict']}"


def _recommendation(row: Row) -> str:
    what = row["action"] or f"an optimizer says ({row['advice_type']})"
    where = f" in {_name(row['project_name'])}" if row["project_name"] else ""
    return f"{what}: {_name(row['skill_name'])}{where}. {_cut(str(row['statement']), 200)}"


def _workflow(row: Row) -> str:
    name = "(no name)" if row["workflow_name"] is None else _name(row["workflow_name"])
    return f"{name}: {text.counted(row['executions'], 'run')}, {_rate(row)}"


def _project(row: Row) -> str:
    state = "" if row["is_active"] else ", unregistered"
    synced = row["last_sync_at"] or "never"
    name = f"{_name(row['project_name'])} ({row['project_id']})"
    return f"{name}: {text.counted(row['rows'], 'row')}, collected {synced}{state}"


def _collected(row: Row) -> str:
    return f"{_name(row['project_name'])}: {row['inserted']:,} new, {row['updated']:,} updated"


_ROWS: dict[str, Callable[[Row], str]] = {
    "top-skills": lambda row: f"{row['rank']}. {_named(row)}: {_measures(row)}",
    "effectiveness": _effectiveness,
    "compare": _compare,
    "health": _health,
    "summary": _summary,
    "anomalies": _anomaly,
    "patterns transitions": _transition,
    "patterns pairs": _pair,
    "recommend": _recommendation,
    "workflows": _workflow,
    "projects": _project,
    "collect": _collected,
}


def _number(value: float | None) -> str:
    return text.NOT_AVAILABLE if value is None else f"{value:.4g}"


def _name(name: str | None) -> str:
    return _cut(str(name), _NAME)


def _cut(line: str, characters: int) -> str:
    """On one line, harmless, and no longer than that."""
    told = text.plain(line[: characters + 1])
    return told if len(told) <= characters else f"{told[:characters]}..."
