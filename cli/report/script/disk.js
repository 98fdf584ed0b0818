// Skills on disk: where each is, whether it is used, and what a model is shown of them.

import { data } from "./data.js";
import { bdi, make, quiet, section } from "./elements.js";
import { addressOf, isEverywhere, isKind, listedProjects, pathOf } from "./filters.js";
import { cell, heading, table } from "./table.js";
import { counted, isoDay, moment, number, percent } from "./text.js";

// Uses of commands are recorded as those of skills.
const usedAs = (row) => (row.kind === "agent" ? "agent" : "skill");
const hasPage = (row) =>
  data.top.data.some((each) => each.kind === usedAs(row) && each.skill_name === row.skill_name);
const nameOf = (row) =>
  hasPage(row)
    ? make("a", { href: addressOf(pathOf(usedAs(row), row.skill_name)) }, bdi(row.skill_name))
    : bdi(row.skill_name);
const changeOf = ({ changed }) =>
  changed
    ? `${changed.day}: ${percent(changed.before)} to ${percent(changed.after)}, ${changed.words}`
    : "";
const FILES = [
  ["Skill", "name", (row) => row.skill_name],
  ["Kind", "drop", (row) => row.kind],
  ["Project", "name", (row) => row.project_name],
  ["State", "", (row) => row.state],
  ["Category", "drop", (row) => row.category],
  ["Uses there", "number", (row) => row.total_invocations],
  ["Success", "number", (row) => row.success_rate],
  ["Last used", "day drop", (row) => moment(row.last_used)],
  ["Related", "drop", (row) => row.related[0]],
  ["Text changed", "drop", (row) => moment(row.changed?.day)],
];
const fileLine = (row) =>
  make(
    "tr",
    { "data-state": row.state },
    heading(nameOf(row)),
    cell(row.kind, "drop"),
    cell(bdi(row.project_name), "name"),
    cell(row.state),
    cell(row.category ?? "", "drop"),
    cell(number(row.total_invocations), "number"),
    cell(percent(row.success_rate), "number"),
    cell(row.last_used ? isoDay(row.last_used) : "never", "day drop"),
    cell(bdi(row.related.slice(0, 2).join(", ")), "drop"),
    cell(changeOf(row), "drop"),
  );
const LISTINGS = [
  ["Project", "name", (each) => each.project_name],
  ["Characters", "number", (each) => each.characters],
  ["Shown at most", "number", (each) => each.budget],
  ["Without description", "number", (each) => each.without],
  ["These, least used first", "name drop"],
];
const listingLine = (each) =>
  make(
    "tr",
    {},
    heading(bdi(each.project_name)),
    cell(number(each.characters), "number"),
    cell(number(each.budget), "number"),
    cell(number(each.without), "number"),
    cell(bdi(each.over.join(", ")), "name drop"),
  );
const listed = () => {
  const names = new Set(listedProjects().map((each) => each.project_name));
  const rows = data.disk.listings.filter((each) => names.has(each.project_name));
  if (!rows.length) return [];
  const over = rows.filter((each) => each.without).length;
  return [
    make("h3", {}, "What a model is shown"),
    quiet(
      over
        ? `In ${counted(over, "project")} names and descriptions do not fit: the least used skills lose their description.`
        : "All descriptions fit.",
    ),
    table("disk-listings", "Names and descriptions", "", LISTINGS, rows, listingLine, 10),
  ];
};
export const disk = () => {
  const ids = new Set(listedProjects().map((each) => each.project_id));
  // What is the user's own is there in every project.
  const isHere = (row) => isEverywhere() || !row.project_id || ids.has(row.project_id);
  const rows = data.disk.rows.filter((row) => isHere(row) && isKind(usedAs(row)));
  if (!rows.length) return [];
  const summary = `${counted(rows.length, "file")}; uses are those in the file's project.`;
  return [
    section(
      "disk",
      "Skills on disk",
      quiet(summary),
      table("disk-files", "Skill files", "by name", FILES, rows, fileLine, 20),
      ...listed(),
    ),
  ];
};
