// The team: my skills beside all members' uses of them, what members like me use, what changed for all.

import { data } from "./data.js";
import { badge, bdi, dumbbell, interval, make, named, quiet, section } from "./elements.js";
import { isEverywhere, isKind } from "./filters.js";
import { cell, heading, table } from "./table.js";
import { counted, isNothing, minute, number, percent, points, spanOf } from "./text.js";

const KINDS = { better: "good", worse: "bad" };
const WAYS = { better: "up", worse: "down" };
const verdict = (word) => (KINDS[word] ? badge(KINDS[word], word) : word);
const hasPage = (row) =>
  data.top.data.some((each) => each.kind === row.kind && each.skill_name === row.skill_name);
const nameOf = (row) => (hasPage(row) ? named(row.kind, row.skill_name) : bdi(row.skill_name));
// A skill that both files and transcripts tell of has a row of each.
const measuredColumns = (rows) =>
  new Set(rows.map((row) => row.measured)).size > 1
    ? [["Measured", "drop", (row) => row.measured]]
    : [];
const measuredCells = (columns, row) => columns.map(([, kind, of]) => cell(of(row), kind));

const ORDER = ["worse", "better", "like the community", "insufficient data"];
const compared = (rows) => {
  const measured = measuredColumns(rows);
  const columns = [
    ["Name", "name", (row) => row.skill_name],
    ["Verdict", "", (row) => ORDER.indexOf(row.verdict)],
    ["Mine", "number", (row) => row.mine.success_rate],
    ["Expected", "number", (row) => row.expected_rate],
    ["0 to 100%", "drop"],
    ["Points", "number", (row) => row.difference],
    ["95% interval", "number drop"],
    ["My uses", "number drop", (row) => row.mine.total_invocations],
    ["Members", "number drop", (row) => row.community.members],
    ["My median", "number drop", (row) => row.mine.p50_duration_ms],
    ["Team's", "number drop", (row) => row.community.p50_duration_ms],
    ...measured,
  ];
  const line = (row) => {
    const [theirs, mine] = [{ success_rate: row.expected_rate }, row.mine];
    const told = { names: ["Expected", "mine"], way: WAYS[row.verdict] ?? "same" };
    const range = isNothing(row.difference_low)
      ? ""
      : `${points(row.difference_low)} to ${points(row.difference_high)}`;
    return make(
      "tr",
      { "data-verdict": row.verdict },
      heading(nameOf(row)),
      cell(verdict(row.verdict)),
      cell(percent(mine.success_rate), "number"),
      cell(percent(row.expected_rate), "number"),
      cell(dumbbell(theirs, mine, told) ?? "", "drop"),
      cell(points(row.difference), "number"),
      cell(range, "number drop"),
      cell(number(mine.total_invocations), "number drop"),
      cell(number(row.community.members), "number drop"),
      cell(mine.p50_duration, "number drop"),
      cell(row.community.p50_duration, "number drop"),
      ...measuredCells(measured, row),
    );
  };
  return table(
    "team-mine",
    "My skills beside the team's",
    "worse and better first",
    columns,
    rows,
    line,
    20,
  );
};
const suggested = (rows) => {
  const measured = measuredColumns(rows);
  const columns = [
    ["Name", "name", (row) => row.skill_name],
    ["Used by", "number", (row) => row.share],
    ["Success", "number", (row) => row.success_rate],
    ["95% interval", "drop", (row) => row.success_rate_low],
    ["Kind", "drop", (row) => row.kind],
    ...measured,
  ];
  const line = (row) =>
    make(
      "tr",
      {},
      heading(nameOf(row)),
      cell(`${number(row.members)} of ${number(row.of_members)}`, "number"),
      cell(percent(row.success_rate), "number"),
      cell(isNothing(row.success_rate_low) ? "" : (interval(row) ?? ""), "drop"),
      cell(row.kind, "drop"),
      ...measuredCells(measured, row),
    );
  const who = rows[0].basis === "all members" ? "all members" : "members like me";
  return [
    make("h3", {}, `What ${who} use and I do not`),
    table("team-suggested", "Used by others", "most used first", columns, rows, line, 10),
  ];
};
const changed = (rows) => {
  const columns = [
    ["Name", "name", (row) => row.skill_name],
    ["Change", "", (row) => row.change_in_words],
    ["Before", "number", (row) => row.previous],
    ["Now", "number", (row) => row.current],
    ["Members", "number drop", (row) => row.members],
  ];
  const line = (row) =>
    make(
      "tr",
      {},
      heading(nameOf(row)),
      cell(verdict(row.change_in_words)),
      cell(percent(row.previous), "number"),
      cell(percent(row.current), "number"),
      cell(number(row.members), "number drop"),
    );
  return [
    make("h3", {}, "What changed in the whole team"),
    quiet("The last 4 weeks compared with the 12 before, each member with themselves."),
    table("team-changes", "Changes of the team", "", columns, rows, line, 10),
  ];
};
const titleOf = (rows) => {
  const count = (word) => rows.filter((row) => row.verdict === word).length;
  const parts = ["worse", "better"].filter(count).map((word) => `${count(word)} ${word}`);
  return `Beside my team: ${parts.join(", ") || "no clear difference"}`;
};
// Nothing for those who are in no team.
export const team = () => {
  if (!data.team) return [];
  const about = data.team;
  const of = (rows) => rows.filter((row) => isKind(row.kind));
  const [mine, others, changes] = [of(about.mine), of(about.suggested), of(about.changes)];
  const weeks = spanOf([about.since, about.until]);
  return [
    section(
      "team",
      titleOf(mine),
      ...about.warnings.map((each) => make("p", { class: "banner" }, each)),
      quiet(
        `${about.team_name}: ${counted(about.team_members, "member")}, ${weeks}. The team's numbers were published at ${minute(about.published_at)}, ${about.age}.`,
        isEverywhere() ? "" : " All my projects are compared, whatever is selected.",
      ),
      quiet(
        "Expected: the team's success rate in projects of the same types as mine. My own uses are part of the team's, so differences look smaller than they are.",
      ),
      mine.length ? compared(mine) : quiet("None of my skills is known to the team."),
      ...(others.length ? suggested(others) : []),
      ...(changes.length ? changed(changes) : []),
    ),
  ];
};
