"""The short text next to the structured answer: a headline, then one line per row.

For clients that show only the text to their model, and for people who watch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator import text
from cli.mcp_server import on_disk
from cli.mcp_server.short_words import named, rate, shortened, titled
from cli.verdicts import word

MAX_CHARACTERS = 8_000
_MAX_SENTENCE = 600
_LISTED = 5
_MAX_CHANGED = 5

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ShortText:
    """The text; ``is_complete`` if it has a line for every row."""

    text: str
    is_complete: bool


def short_text(answers: Sequence[Row], page: Row, first: Sequence[str] = ()) -> ShortText:
    """The answers in brief; ``first`` are lines to begin with.

    Warnings that all of them have come next. Below the first line of each answer stands the span
    that it is about.
    """
    # What all answers say is said once, before them.
    shared = [
        note
        for note in (answers[0]["warnings"] if answers else ())
        if note not in first and all(note in each["warnings"] for each in answers)
    ]
    lines = [shortened(line, _MAX_SENTENCE) for line in first]
    lines += [f"Note: {shortened(str(note), _MAX_SENTENCE)}" for note in shared[:5]]
    for place, (envelope, part) in enumerate(zip(answers, page["parts"], strict=True)):
        about = part["about"] if place == 0 else part["about"].partition(" | ")[0]
        [head, *rows] = [*_headline(envelope, part["total"]), *_rows(envelope)]
        lines += [shortened(head, _MAX_SENTENCE), f"({about})"]
        lines += [f"- {shortened(row, _MAX_SENTENCE)}" for row in rows]
        notes = [note for note in envelope["warnings"] if note not in (*first, *shared)]
        lines += [f"Note: {shortened(str(note), _MAX_SENTENCE)}" for note in notes[:5]]
    kept = _fitting(lines)
    return ShortText("\n".join([*kept, *_ending(page)]), len(kept) == len(lines))


def _fitting(lines: list[str]) -> list[str]:
    room = MAX_CHARACTERS
    for place, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            more = text.counted(len(lines) - place, "more line")
            return [*lines[: place - 1], f"({more} in the structured content)"]
    return lines


def _ending(page: Row) -> list[str]:
    incomplete = [
        f"{part['returned']} of {part['total']} rows of {part['command']}"
        for part in page["parts"]
        if part["returned"] < part["total"]
    ]
    lines = []
    if page["next_cursor"]:
        lines.append(f"{', '.join(incomplete)}; next page with cursor {page['next_cursor']}")
    elif incomplete:
        lines.append(", ".join(incomplete))
    if page["shortened"]:
        lines.append("Long texts or lists were shortened to keep the answer small.")
    return lines


def _rows(envelope: Row) -> list[str]:
    """One line per row; the single row of a summary or of one skill takes several."""
    is_trend = envelope["command"] == "health" and "by" in envelope["filters"]
    several = _trend if is_trend else _SEVERAL.get(envelope["command"])
    if several is not None:
        return [line for row in envelope["data"] for line in several(row)]
    line = _ROWS.get(envelope["command"])
    return [line(row) for row in envelope["data"]] if line else []


def _headline(envelope: Row, listed: int) -> list[str]:
    """The totals in a sentence; none where the single row says it. ``listed`` rows are on all pages
    together."""
    if envelope["command"] == "effectiveness" and envelope["data"]:
        return []
    return [_totals_of(envelope, listed)]


def _totals_of(envelope: Row, listed: int) -> str:
    rows, totals = envelope["data"], envelope["totals"]
    match envelope["command"]:
        case "top-skills":
            uses = text.counted(totals["total_invocations"], "use")
            names = text.skills_and_agents(totals["skills"])
            projects = text.counted(totals["projects"], "project")
            return f"{uses} of {names} in {projects}, {_SORTED[envelope['filters']['sort']]}"
        case "effectiveness" | "compare" if not rows:
            return f"{named(envelope['filters']['name'])} has no uses in this span"
        case "summary" if rows:
            return _totals(rows[0]["all_time"])
        case "compare":
            return (
                f"{named(envelope['filters']['name'])} by type of project and by project; now and"
                " before: the last 30 full days and the 90 before"
            )
        case "health" if "by" in envelope["filters"]:
            return _changes_in(envelope)
        case "health" if envelope["filters"]["name"] is not None:
            return f"Health of {named(envelope['filters']['name'])}"
        case "health":
            return (
                f"{totals['needs_attention']} of {text.skills_and_agents(totals['names'])} need"
                f" attention; {totals['degrading']} worse, {totals['improving']} better;"
                f" {totals['unused']} unused, {totals['new']} new"
            )
        case "anomalies":
            count = totals["anomalies"]
            return f"{count or 'No'} unusual {'day or shift' if count == 1 else 'days or shifts'}"
        case "patterns transitions":
            found = totals["more_than_chance"]
            return (
                f"What is used next in a session: {found or 'none'} of"
                f" {text.counted(totals['common'], 'frequent transition')}"
                f" {'is' if found in (0, 1) else 'are'} more than random order,"
                f" {totals['marked'] or 'none'} changes success"
                f"{_left_out(totals['common'], listed)}"
            )
        case "patterns pairs":
            return (
                f"Used together in a session: {totals['together'] or 'none'} of"
                f" {text.counted(totals['common'], 'frequent pair')} more often than by chance"
                f"{_left_out(totals['common'], listed)}"
            )
        case "recommend":
            return (
                f"{text.counted(totals['recommendations'], 'recommendation')},"
                f" {totals['optimizer_recommendations']} from the projects' optimizers"
            )
        case "find" | "skills":
            return on_disk.headline(totals)
        case "experiment list":
            return text.counted(totals["experiments"], "experiment")
        case "workflows":
            count = totals["workflows"]
            return text.counted(count, "workflow") if count else "No workflows recorded"
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
            return f"Statistics updated ({rows[0]['rollup_rows']:,} rows)"
        case "register-project" if rows:
            verb = "Registered" if rows[0]["created"] else "Already registered:"
            return f"{verb} {named(rows[0]['project_name'])} ({rows[0]['project_id']})"
        case "unregister-project" if rows:
            name = named(rows[0]["project_name"])
            return f"Unregistered {name}; its {rows[0]['rows']:,} rows are kept"
    return str(envelope["command"])


def _changes_in(envelope: Row) -> str:
    """What changed in the fleet, and which days were compared."""
    if envelope["filters"]["name"] is not None:
        return (
            f"{named(envelope['filters']['name'])}: the last 30 full days (now) against the 90"
            " before"
        )
    totals = envelope["totals"]
    look = totals["worth_a_look"]
    chance = f" ({totals['expected_by_chance']:g} expected by chance)" if look else ""
    return (
        f"{totals['degrading']} of {text.skills_and_agents(totals['names'])} worse,"
        f" {totals['improving']} better; {totals['needs_attention']} need attention, {look} worth a"
        f" look{chance}. The last 30 full days against the 90 before"
    )


def _trend(row: Row) -> Iterator[str]:
    """What is said of one skill or agent and where; then its parts, now and before."""
    comparison = row["comparison"]
    where = [each["where"]["in_words"] for each in comparison["findings"]]
    places = [each for each in where if each and each not in comparison["in_words"]]
    level = f", {row['status']}" if comparison["findings"] else ""
    yield f"{titled(row)}{level}: {'; '.join([comparison['in_words'], *places])}{_pace(row)}"
    for part in row.get("by_project", ()):
        yield f"{named(part['project_name'])}: {_sides(part['compared']['success'])}"
    for part in row.get("by_type", ()):
        yield f"type {named(part['project_type'] or '(none)')}: {_sides(part['success'])}"


def _pace(row: Row) -> str:
    """Durations now and before, unless a finding tells of them."""
    comparison = row["comparison"]
    if "duration" not in comparison or any(
        each["finding"] in ("slower", "faster") for each in comparison["findings"]
    ):
        return ""
    now, before = (
        comparison["duration"][side]["typical_duration_ms"] for side in ("current", "previous")
    )
    if now is None or before is None:
        return ""
    sides = f"{text.duration(now)} now, {text.duration(before)} before"
    return f"; duration: {comparison['duration_in_words']} ({sides})"


def _sides(success: Row) -> str:
    return ", ".join(
        f"{text.percent(success[side]['success_rate'])} of"
        f" {success[side]['known_outcomes']:,} {when}"
        for side, when in (("current", "now"), ("previous", "before"))
    )


def _left_out(common: int, listed: int) -> str:
    return f"; {common - listed} without a finding are left out" if listed < common else ""


def _status(row: Row, problems: Sequence[object]) -> str:
    if not row.get("last_collect_at", row["last_success_at"]):
        fresh = "nothing collected yet"
    else:
        age = row["age_s"]
        fresh = f"last full refresh {'unknown' if age is None else _ago(age)}"
    state = text.counted(len(problems), "problem") if problems else "No problems"
    behind = f", statistics {row['stale_buckets']:,} days behind" if row["stale_buckets"] else ""
    due = f"; next due {row['next_run_at'][:16]}" if row["next_run_at"] else ""
    plan = f"{row['schedule']}{due}" if row["schedule"] else "none"
    rejected = f", {row['rejected_records']:,} unreadable" if row["rejected_records"] else ""
    names = [named(each["project_name"]) for each in row.get("projects", ()) if each["silent"]]
    silent = f"; silent for longer than usual: {_first(names)}" if names else ""
    return f"{state}; {row['rows']:,} records{rejected}, {fresh}{behind}{silent}; schedule: {plan}"


def _ago(seconds: float) -> str:
    return f"{text.duration(seconds * 1000)} ago"


def _measures(row: Row) -> str:
    uses = text.counted(row["total_invocations"], "use")
    return f"{uses}, {rate(row)}, median {text.duration(row['p50_duration_ms'])}"


def _ranked(row: Row) -> str:
    lost = row["failures"] + row["abandoned"]
    return f"{row['rank']}. {titled(row)}: {_measures(row)}; {lost:,} failed or abandoned"


def _effectiveness(row: Row) -> Iterator[str]:
    """The measures, what stands out, and the first of each list that the answer has."""
    trend = row["trend"]
    verdict = f"; trend: {word(trend['verdict'])}" if trend else ""
    yield f"{titled(row)}: {_measures(row)}{verdict}"
    yield from row["insights"]
    for title, field, of in (
        ("By project", "by_project", lambda each: _share_of(each, each["project_name"])),
        (
            "By workflow path",
            "by_workflow_path",
            lambda each: _share_of(each, each["workflow_path"] or "(no path)"),
        ),
        ("By source", "by_source", lambda each: _share_of(each, each["source"] or "(not known)")),
        ("Begun by", "by_trigger", lambda each: _share_of(each, each["trigger"] or "(not said)")),
        ("Errors", "errors", lambda each: f"{named(each['error_type'])} {each['count']:,}"),
        ("Follow-up actions", "followups", lambda e: f"{named(e['action'])} {e['count']:,}"),
    ):
        if found := row.get(field):
            yield f"{title}: {_first(list(map(of, found)))}"


def _first(listed: Sequence[str]) -> str:
    more = f"; {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return "; ".join(listed[:_LISTED]) + more


def _share_of(row: Row, what: str) -> str:
    uses = text.counted(row["total_invocations"], "use")
    rate = row["success_rate"]
    ended = "success not known" if rate is None else f"{text.percent(rate)} succeeded"
    return f"{named(what)} {ended} ({uses})"


def _compare(row: Row) -> str:
    group = row["group"]
    label = row["tag"] if group == "tag" else row["project_type"]
    where = row["project_name"] if group == "project" else f"{group} {label or '(none)'}"
    compared = row["compared"]
    sides = "" if compared is None else f"; {_sides(compared['success'])}"
    return f"{named(where)}: {_measures(row)}{sides}"


def _health(row: Row) -> str:
    if row["unused"]:
        since = f"{row['days_since_use']:,} days, after {row['uses_ever']:,} uses"
        return f"{titled(row)}: unused for {since}"
    score = "no score" if row["score"] is None else f"score {row['score']}"
    new = [f"new since {row['first_day']}"] if row["new"] else []
    facts = [word(row["status"]), row["comparison"]["in_words"], score, rate(row), *new]
    return f"{titled(row)}: {'; '.join(dict.fromkeys(facts))}"


def _totals(of: Row) -> str:
    return (
        f"{text.counted(of['total_invocations'], 'use')} of {text.counted(of['skills'], 'skill')}"
        f" and {text.counted(of['agents'], 'agent')} in {text.counted(of['projects'], 'project')}"
        f" and {text.counted(of['sessions'], 'session')},"
        f" {text.percent(of['success_rate'])} succeeded"
    )


def _parts_of_summary(row: Row) -> Iterator[str]:
    """The last days and weeks, the most used, changes, and what to do next."""
    for label, days in (
        ("Last 7 days", "last_7_days"),
        ("Previous 7 days", "previous_7_days"),
    ):
        yield f"{label} ({row[days]['since']} to {row[days]['until']}): {_totals(row[days])}"
    yield from _weeks(row["weeks"])
    for each in row["top"]:
        yield f"Most used {each['rank']}. {titled(each)}: {_measures(each)}"
    for each in row["changed"][:_MAX_CHANGED]:
        yield f"{titled(each)} {_changed(each['change'])}"
    if len(row["changed"]) > _MAX_CHANGED:
        yield f"{len(row['changed']) - _MAX_CHANGED} more changed"
    for each in row["next"]:
        effect = f" {each['effect']}" if each["effect"] else ""
        yield f"To do: {_recommendation(each)}{effect}"


def _weeks(weeks: Sequence[Row]) -> Iterator[str]:
    """As on the screen: if there are several weeks, and the current one on its own."""
    complete = [week for week in weeks if not week["is_open"]]
    uses = [week["total_invocations"] for week in complete]
    if sum(map(bool, uses)) < 2 or not weeks[-1]["is_open"]:
        return
    counts = ", ".join("unknown" if count is None else str(count) for count in uses)
    yield (
        f"Uses by week from {complete[0]['since']}: {counts}; last week"
        f" {text.percent(complete[-1]['success_rate'])} succeeded;"
        f" {text.count(weeks[-1]['total_invocations'])} so far this week"
    )


def _changed(change: Row) -> str:
    """``got worse: 59.8% of 87 ..., 80.5% of 262 before``, each with its days."""
    how = {"degrading": "got worse", "improving": "got better"}.get(change["verdict"], "changed")
    now, before = (
        f"{text.percent(side['success_rate'])} of {side['known_outcomes']:,}"
        f" ({side['since']} to {side['until']})"
        for side in (change["current"], change["previous"])
    )
    return f"{how}: {now}, {before} before"


def _anomaly(row: Row) -> str:
    spelled = _AMOUNTS[row["measure"]]
    value, low, high = (spelled(row[key]) for key in ("value", "expected_low", "expected_high"))
    who = "all together" if row["skill_name"] is None else named(row["skill_name"])
    usual = f"usually {low}-{high}"
    return f"{who}: {row['anomaly']} of {row['measure']} on {row['day']}: {value} ({usual})"


def _transition(row: Row) -> str:
    first, then = named(row["first_name"]), named(row["then_name"])
    share = f"{row['times']:,} of {row['followed']:,} times ({text.percent(row['share'])})"
    if row["follows"] == "more than chance":
        often = "usually" if row["usual_next"] else "often"
        said = f"After {first} you {often} use {then}: {share},"
        said += f" {row['expected_in_order']:.1f} expected in random order"
    else:
        said = f"{first}, then {then}: {share}"
    if row["verdict"] in ("better", "worse"):
        said += (
            f"; {then} is {row['verdict']} then: {text.percent(row['success_rate'])} succeeded,"
            f" otherwise {text.percent(row['success_rate_elsewhere'])}"
        )
    return said


def _pair(row: Row) -> str:
    pair = f"{named(row['first_name'])} with {named(row['second_name'])}"
    together = text.counted(row["sessions_together"], "session")
    expected = f"{row['expected_sessions']:.1f} expected by chance"
    return f"{pair}: {together}, {expected}; {word(row['verdict'])}"


def _recommendation(row: Row) -> str:
    what = row["action"] or f"optimizer, not checked by skillhouse ({row['advice_type']})"
    where = f" in {named(row['project_name'])}" if row["project_name"] else ""
    return f"{what}: {named(row['skill_name'])}{where}. {shortened(str(row['statement']), 200)}"


def _workflow(row: Row) -> str:
    name = "(no name)" if row["workflow_name"] is None else named(row["workflow_name"])
    return f"{name}: {text.counted(row['executions'], 'run')}, {rate(row)}"


def _project(row: Row) -> str:
    state = "" if row["is_active"] else ", unregistered"
    used, synced = (
        (row[name] or "never")[:16].replace("T", " ") for name in ("last_use_at", "last_sync_at")
    )
    state += ", silent for longer than usual" if row["silent"] else ""
    name = f"{named(row['project_name'])} ({row['project_id']})"
    return (
        f"{name}: {text.counted(row['rows'], 'record')}, last use {used}, collected {synced}{state}"
    )


def _experiment(row: Row) -> str:
    found = shortened(row["in_words"], _MAX_SENTENCE)
    return f"{named(row['experiment'])} ({row['state']}): {found}"


def _collected(row: Row) -> str:
    return f"{named(row['project_name'])}: {row['inserted']:,} new, {row['updated']:,} updated"


_SEVERAL: dict[str, Callable[[Row], Iterator[str]]] = {
    "summary": _parts_of_summary,
    "effectiveness": _effectiveness,
}
_ROWS: dict[str, Callable[[Row], str]] = {
    "top-skills": _ranked,
    "compare": _compare,
    "health": _health,
    "anomalies": _anomaly,
    "patterns transitions": _transition,
    "patterns pairs": _pair,
    "recommend": _recommendation,
    "find": on_disk.found,
    "skills": on_disk.listed,
    "experiment list": _experiment,
    "workflows": _workflow,
    "projects": _project,
    "collect": _collected,
}


def _number(value: float | None) -> str:
    return text.NOT_AVAILABLE if value is None else f"{value:.4g}"


_AMOUNTS: dict[str, Callable[[float | None], str]] = {
    "uses": _number,
    "success_rate": text.percent,
    "duration": text.duration,
}
"""How a value of an anomaly is written, by its measure."""

_SORTED = {
    "uses": "most used first",
    "effectiveness": "highest lower bound of the success rate first",
    "success-rate": "highest success rate first",
    "failures": "most failed and abandoned uses first",
    "duration": "longest mean duration first",
    "recent": "last used first",
    "tokens": "most tokens first",
}
