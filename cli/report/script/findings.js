// What changed, what to do, and how healthy everything is.

import { smallRates } from "./chart.js";
import { isPublic } from "./data.js";
import { badge, bdi, code, dumbbell, make, named, quiet, section, tiles } from "./elements.js";
import { chosenProjects, isEverywhere, rowsOf } from "./filters.js";
import { byName, nameKey, nameSeries, sideSpans, sides } from "./sums.js";
import { cell, heading, SUCCESS, success, table, USES, uses } from "./table.js";
import {
  between,
  counted,
  isNothing,
  isOther,
  isoDay,
  moment,
  number,
  percent,
  skillsAndAgents,
  spanOf,
} from "./text.js";

const isOfProject = (row) => {
  const chosen = chosenProjects();
  return !chosen || isNothing(row.project_id) || chosen.has(row.project_id);
};
// Only what was used in the selection concerns it.
const usedNames = () => new Map(byName().map((row) => [nameKey(row.kind, row.skill_name), row]));

// ---------------------------------------------------------------- what changed

const VERDICTS = new Map([
  ["degrading", ["bad", "worse"]],
  ["improving", ["good", "better"]],
  ["stable", ["flat", "no clear change"]],
]);
export const verdict = (word) => {
  const [kind, shown] = VERDICTS.get(word) ?? ["none", "not enough data"];
  return kind === "bad" || kind === "good"
    ? badge(kind, shown)
    : make("span", { class: "quiet" }, shown);
};
const sideOf = (row, of) =>
  of(nameKey(row.kind, row.skill_name)) ?? { now: row.trend.current, before: row.trend.previous };
export const nowAndBefore = (side) =>
  make(
    "div",
    { class: "now-before" },
    make("span", { class: "then" }, percent(side.before.success_rate)),
    " → ",
    make("strong", {}, percent(side.now.success_rate)),
    make(
      "span",
      { class: "quiet" },
      ` (${number(side.before.known_outcomes)} and ${number(side.now.known_outcomes)} outcomes)`,
    ),
  );
const changeCard = (row, side, now) => {
  const { part, periods } = nameSeries(row.kind, row.skill_name);
  return make(
    "li",
    { class: "card" },
    make(
      "div",
      { class: "card-head" },
      named(row.kind, row.skill_name),
      verdict(row.trend.verdict),
    ),
    nowAndBefore(side),
    periods.length ? smallRates(`Success rate of ${row.skill_name}`, { part, periods }, now) : null,
    ...row.attention
      .filter(isOfProject)
      .map((each) => make("p", { class: "quiet" }, each.sentence)),
  );
};
export const changes = () => {
  const names = usedNames();
  const of = sides("name");
  const [before, now] = sideSpans();
  const rows = rowsOf("health").filter(
    (row) =>
      !isOther(row.skill_name) &&
      names.has(nameKey(row.kind, row.skill_name)) &&
      (["degrading", "improving"].includes(row.trend?.verdict) || row.attention?.some(isOfProject)),
  );
  const rank = (row) => ["degrading", "stable", "improving"].indexOf(row.trend.verdict);
  rows.sort((a, b) => rank(a) - rank(b));
  const lead = now
    ? quiet(
        `${spanOf(now)} compared with ${spanOf(before)}${isEverywhere() ? "" : "; numbers of the selected projects, verdicts over all"}.`,
      )
    : null;
  const title = rows.length
    ? `What changed: ${skillsAndAgents(rows.length)}`
    : "What changed: nothing clear";
  return section(
    "changes",
    title,
    lead,
    rows.length
      ? make(
          "ul",
          { class: "cards" },
          ...rows.map((row) => changeCard(row, sideOf(row, of), now?.[0])),
        )
      : null,
  );
};

// ---------------------------------------------------------------- what to do

const SHOWN = 5;
const inNumbers = (row) => {
  if (isNothing(row.success_rate)) return row.reason;
  const other = isNothing(row.compared_success_rate)
    ? ""
    : `, compared with ${percent(row.compared_success_rate)} of ${number(row.compared_known_outcomes)}`;
  return `${row.reason}: ${percent(row.success_rate)} of ${number(row.known_outcomes)} (${between(row.success_rate_low, row.success_rate_high)})${other}.`;
};
const effect = (row) => {
  if (isNothing(row.effect_a_month) || row.action === "adopt") return null;
  const range = isNothing(row.effect_low)
    ? ""
    : ` (${number(row.effect_low)}-${number(row.effect_high)})`;
  return make(
    "div",
    { class: "quiet" },
    `Would avoid about ${number(row.effect_a_month)} failures a month${range}.`,
  );
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
    row.evidence ? make("div", {}, code(row.evidence)) : null,
  );
const optimizers = (rows) => {
  const columns = [
    ["About", "name", (row) => row.skill_name],
    ["Project", "name", (row) => row.project_name],
    ["Written", "day", (row) => moment(row.recommended_at)],
    ["Says", "name"],
  ];
  return make(
    "details",
    {},
    make(
      "summary",
      {},
      `From the projects' optimizers (not checked by skillhouse): ${number(rows.length)}`,
    ),
    table("theirs", "Recommendations of the projects' optimizers", "", columns, rows, (row) =>
      make(
        "tr",
        {},
        heading(bdi(row.skill_name ?? "")),
        cell(bdi(row.project_name ?? ""), "name"),
        cell(isoDay(row.recommended_at), "day"),
        cell(bdi(row.statement), "name"),
      ),
    ),
  );
};
export const advice = () => {
  const names = usedNames();
  // What is unused was not used in the period either.
  const concerns = (row) => row.action === "retire" || names.has(nameKey(row.kind, row.skill_name));
  const rows = rowsOf("recommend").filter(
    (row) => row.origin === "skillhouse" && row.action && isOfProject(row) && concerns(row),
  );
  const theirs = rowsOf("recommend").filter(
    (row) => row.origin === "optimizer" && row.statement && isOfProject(row),
  );
  const items = rows.map(adviceItem);
  const list = make("ol", { class: "advice" }, ...items.slice(0, SHOWN));
  const more = make(
    "button",
    {
      type: "button",
      onclick: () => {
        list.append(...items.slice(SHOWN));
        more.remove();
        list.children[SHOWN].querySelector("a")?.focus();
      },
    },
    `Show all ${number(rows.length)}`,
  );
  return section(
    "advice",
    rows.length ? `What to do: ${counted(rows.length, "recommendation")}` : "What to do: nothing",
    quiet("Only statistically significant findings (adjusted for multiple tests)."),
    list,
    rows.length > SHOWN ? more : null,
    theirs.length ? optimizers(theirs) : null,
  );
};

// ---------------------------------------------------------------- health

const BANDS = [
  ["excellent", "Excellent"],
  ["good", "Good"],
  ["needs work", "Needs work"],
  ["critical", "Critical"],
  [null, "Not enough data"],
];
const RANKS = new Map([
  ["degrading", 0],
  ["stable", 1],
  ["improving", 2],
]);
const listed = (title, rows) =>
  rows.length
    ? make(
        "p",
        { class: "listed" },
        `${title}: `,
        ...rows.flatMap((row, at) => [
          at ? ", " : "",
          named(row.kind, row.skill_name),
          row.days_since_use > 30 ? ` (${number(row.days_since_use)} days ago)` : "",
        ]),
      )
    : null;
const worstFirst = (a, b) =>
  (RANKS.get(a.trend?.verdict) ?? 1) - (RANKS.get(b.trend?.verdict) ?? 1) || a.score - b.score;
export const health = () => {
  const names = usedNames();
  const of = sides("name");
  const all = rowsOf("health").filter((row) => !isOther(row.skill_name));
  const rows = all
    .map((row) => ({
      ...row,
      used: names.get(nameKey(row.kind, row.skill_name)),
      side: isPublic ? null : of(nameKey(row.kind, row.skill_name)),
    }))
    .filter((row) => row.used);
  const scored = rows.filter((row) => !isNothing(row.score)).sort(worstFirst);
  const count = (band) =>
    band ? scored.filter((row) => row.band === band).length : rows.length - scored.length;
  const worse = rows.filter((row) => row.trend?.verdict === "degrading").length;
  const better = rows.filter((row) => row.trend?.verdict === "improving").length;
  const title =
    worse || better
      ? `Health: ${number(worse)} worse, ${number(better)} better`
      : "Health: no clear change";
  const columns = [
    ["Name", "name", (row) => row.skill_name],
    ["Trend", "", (row) => RANKS.get(row.trend?.verdict)],
    ["Before", "number drop", (row) => row.side?.before.success_rate],
    ["Now", "number", (row) => row.side?.now.success_rate],
    ["0 to 100%", "drop"],
    ["Score", "number", (row) => row.score],
    ["Band", "drop", (row) => row.score],
    USES,
    ...SUCCESS,
  ];
  return section(
    "health",
    title,
    quiet(
      `Score: 50 points for success in the last 120 days, 30 for the last 30 days, 20 for few error types. Trend: the last 30 days compared with the 90 days before. Today is excluded.${isEverywhere() ? "" : " Score and trend are over all projects; the other numbers are those of the selection."}`,
    ),
    tiles(
      "bands",
      "small",
      BANDS.map(([band, called]) => [called, number(count(band))]),
    ),
    listed(
      "Unused",
      all.filter((row) => row.unused),
    ),
    listed(
      "New",
      rows.filter((row) => row.new),
    ),
    table("health", "Health", "worse first, then the lowest score", columns, scored, (row) =>
      make(
        "tr",
        {},
        heading(named(row.kind, row.skill_name)),
        cell(verdict(row.trend?.verdict)),
        cell(percent(row.side?.before.success_rate), "number drop"),
        cell(percent(row.side?.now.success_rate), "number"),
        cell(row.side ? (dumbbell(row.side.before, row.side.now) ?? "") : "", "drop"),
        cell(number(row.score), "number"),
        cell(row.band, "drop"),
        uses(row.used),
        ...success(row.used),
      ),
    ),
  );
};
export const isOfSelection = (row) =>
  isEverywhere() || (row.projects ?? []).some((each) => chosenProjects().has(each.project_id));
