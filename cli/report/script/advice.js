// What to do: the recommendations of the commands that concern the selection.

import { data } from "./data.js";
import { bdi, code, make, named, quiet, section } from "./elements.js";
import { chosenProjects, rowsOf } from "./filters.js";
import { usedNames } from "./findings.js";
import { nameKey } from "./sums.js";
import { cell, heading, table } from "./table.js";
import { between, counted, isNothing, isoDay, moment, number, percent } from "./text.js";

const SHOWN = 5;
const isOfProject = (row) => {
  const chosen = chosenProjects();
  const ids = row.project_id ? [row.project_id] : (row.where?.project_ids ?? []);
  return !chosen || !ids.length || ids.some((id) => chosen.has(id));
};
// Sentences are withheld from a public page: the numbers stay.
const inNumbers = (row) => {
  if (isNothing(row.success_rate)) return row.reason;
  const other = isNothing(row.compared_success_rate)
    ? ""
    : `, compared with ${percent(row.compared_success_rate)} of ${number(row.compared_known_outcomes)}`;
  const rate = `${percent(row.success_rate)} of ${number(row.known_outcomes)}`;
  return `${row.reason}: ${rate} (${between(row.success_rate_low, row.success_rate_high)})${other}.`;
};
const effect = (row) => {
  if (isNothing(row.effect_a_month) || row.effect !== "fewer failures") return null;
  const range = isNothing(row.effect_low)
    ? ""
    : ` (${number(row.effect_low)}-${number(row.effect_high)})`;
  const words = `Would avoid about ${number(row.effect_a_month)} failures a month${range}.`;
  return make("div", { class: "quiet" }, words);
};
export const adviceItem = (row) =>
  make(
    "li",
    {},
    make("span", { class: "action" }, row.action),
    named(row.kind, row.skill_name),
    ...(row.project_name ? [" in ", bdi(row.project_name)] : []),
    make("div", {}, row.statement ?? inNumbers(row)),
    effect(row),
    row.evidence && make("div", {}, code(row.evidence)),
  );
const optimizers = (rows) => {
  const columns = [
    ["About", "name", (row) => row.skill_name],
    ["Project", "name", (row) => row.project_name],
    ["Written", "day", (row) => moment(row.recommended_at)],
    ["Says", "name"],
  ];
  const line = (row) =>
    make(
      "tr",
      {},
      heading(bdi(row.skill_name ?? "")),
      cell(bdi(row.project_name ?? ""), "name"),
      cell(isoDay(row.recommended_at), "day"),
      cell(bdi(row.statement), "name"),
    );
  const title = `From the projects' optimizers (not checked by skillhouse): ${number(rows.length)}`;
  const caption = "Recommendations of the projects' optimizers";
  return make(
    "details",
    {},
    make("summary", {}, title),
    table("theirs", caption, "", columns, rows, line),
  );
};
const EXPERIMENT_COLUMNS = [
  ["Experiment", "name", (row) => row.experiment],
  ["Found", "name"],
  ["Control", "number", (row) => row.arms[0].success_rate],
  ["Treatment", "number", (row) => row.arms[1].success_rate],
  ["Week", "number", (row) => row.week],
];
const experiments = (rows) => {
  const rate = (arm) =>
    isNothing(arm.success_rate)
      ? "n/a"
      : `${percent(arm.success_rate)} of ${number(arm.known)} (${between(arm.low, arm.high)})`;
  const line = (row) =>
    make(
      "tr",
      {},
      heading(bdi(row.experiment)),
      cell(make("div", {}, row.in_words, ...row.notes.map((note) => quiet(note))), "name"),
      ...row.arms.map((arm) => cell(rate(arm), "number")),
      cell(`${number(row.week)} of ${number(row.of_weeks)}`, "number"),
    );
  return make(
    "details",
    { open: "" },
    make("summary", {}, `Experiments: ${number(rows.length)}`),
    table("experiments", "Experiments", "newest first", EXPERIMENT_COLUMNS, rows, line),
  );
};
export const advice = () => {
  const names = usedNames();
  // What is unused was not used in the period either.
  const concerns = (row) => row.action === "retire" || names.has(nameKey(row.kind, row.skill_name));
  const rows = rowsOf("recommend").filter(isOfProject);
  const all = rows.filter((row) => row.origin === "skillhouse" && row.action && concerns(row));
  // What works elsewhere can wait: it is nothing that is wrong here.
  const ours = all.filter((row) => row.action !== "adopt");
  const adopt = all.filter((row) => row.action === "adopt");
  const theirs = rows.filter((row) => row.origin === "optimizer" && row.statement);
  const items = ours.map(adviceItem);
  const list = make("ol", { class: "advice" }, ...items.slice(0, SHOWN));
  const show = () => {
    list.append(...items.slice(SHOWN));
    more.remove();
    list.children[SHOWN].querySelector("a")?.focus();
  };
  const more = make("button", { type: "button", onclick: show }, `Show all ${number(ours.length)}`);
  return section(
    "advice",
    ours.length ? `What to do: ${counted(ours.length, "recommendation")}` : "What to do: nothing",
    quiet("Only statistically significant findings (adjusted for multiple tests)."),
    list,
    ours.length > SHOWN && more,
    adopt.length > 0 &&
      make(
        "details",
        {},
        make("summary", {}, `Works elsewhere and could be adopted: ${number(adopt.length)}`),
        make("ol", { class: "advice" }, ...adopt.map(adviceItem)),
      ),
    data.experiments.length > 0 && experiments(data.experiments),
    theirs.length > 0 && optimizers(theirs),
  );
};
