// Above the fold: the selection in four numbers and one chart.

import { FEW, legend, overTime, periodName } from "./chart.js";
import { make, quiet, section, tiles } from "./elements.js";
import { asked, firstDay, PERIODS } from "./filters.js";
import { byName, byProject, comparable, inTotal, spanAsked, UNITS, wholeSeries } from "./sums.js";
import { cell, dataTable } from "./table.js";
import {
  between,
  counted,
  isNothing,
  longMonth,
  moment,
  NO_DATA,
  number,
  percent,
  points,
  shortDay,
  spanOf,
} from "./text.js";

const MARKS = new Map([
  [1, "▲"],
  [-1, "▼"],
  [0, "■"],
]);
// A change with its sign; coloured if it is good or bad, and not small.
const change = (value, words, good, small, then) => {
  const way = Math.sign(value);
  const isColoured = good !== 0 && Math.abs(value) >= small;
  const kind = isColoured ? ` ${way === good ? "good" : "bad"}` : "";
  const mark = make("span", { "aria-hidden": "true" }, `${MARKS.get(way)} `);
  return make("span", {}, make("span", { class: `change${kind}` }, mark, words), then);
};
const changeOfCount = (now, then, good, shown) => {
  if (!then) return null;
  const value = (now - then) / then;
  const words = `${value > 0 ? "+" : ""}${(value * 100).toFixed(0)}%`;
  return change(value, words, good, 0.05, shown(number(then)));
};
const changeOfRate = (now, then, shown) => {
  if (isNothing(now) || isNothing(then)) return null;
  const value = now - then;
  return change(value, `${points(value)} points`, 1, 0.01, shown(percent(then)));
};
const lostOf = (sum) => sum.failures + sum.abandoned;
// What it was before: only where the number above is about the same projects.
const compared = () => {
  const both = comparable();
  if (!both) return [null, null, null];
  const { now, then, projects } = both;
  const isSame = projects === byProject().length;
  const shown = (before) => (isSame ? ` from ${before}` : ` in ${counted(projects, "project")}`);
  return [
    changeOfCount(now.total_invocations, then.total_invocations, 0, shown),
    changeOfRate(now.success_rate, then.success_rate, shown),
    changeOfCount(lostOf(now), lostOf(then), -1, shown),
  ];
};
const facts = () => {
  const total = inTotal();
  const names = byName();
  const skills = names.filter((each) => each.kind === "skill").length;
  const [uses, rate, lost] = compared();
  const range = between(total.success_rate_low, total.success_rate_high);
  const hasOutcomes = total.known_outcomes > 0;
  const counts = [
    counted(skills, "skill"),
    counted(names.length - skills, "agent"),
    counted(byProject().length, "project"),
  ];
  return [
    ["Uses", number(total.total_invocations), uses],
    ["Success rate", percent(total.success_rate), rate ?? (hasOutcomes && `95% interval ${range}`)],
    [
      "Failed or abandoned",
      number(lostOf(total)),
      lost ?? (hasOutcomes && `of ${number(total.known_outcomes)} outcomes`),
    ],
    ["In use", number(names.length), counts.join(", ")],
  ];
};
const comparedWith = () => {
  const { before } = PERIODS[asked.period];
  if (!before) return firstDay ? `Since ${firstDay}. ` : "";
  const both = comparable();
  const projects = byProject().length;
  if (!both) return `Not compared with ${before}: nothing was recorded then. `;
  const some =
    both.projects < projects
      ? ` in the ${counted(both.projects, "project")} recorded throughout`
      : "";
  return `Changes: compared with ${before}${some}. `;
};
// The chart's data as a table.
const asTable = (id, part, periods) => {
  const columns = [
    ["Period", "day", (row) => moment(row.since)],
    ["Uses", "number", (row) => row.counts?.total_invocations],
    ["Success", "number", (row) => row.counts?.success_rate],
    ["Failed", "number", (row) => row.counts?.failures],
    ["Abandoned", "number", (row) => row.counts?.abandoned],
    ["Unknown", "number", (row) => row.counts?.unknown],
  ];
  const line = (row) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", class: "day" }, periodName(part, row)),
      ...columns
        .slice(1)
        .map(([, kind, of], at) =>
          cell(row.counts ? (at === 1 ? percent : number)(of(row)) : at ? "" : NO_DATA, kind),
        ),
    );
  return dataTable(`${id}-data`, `Uses and success by ${UNITS[part]}`, "", columns, periods, line);
};
export const timeChart = (id, { part, periods }, marks = []) => {
  const unit = UNITS[part];
  if (!periods.some((each) => each.counts?.total_invocations))
    return [quiet(`No uses by ${unit} to draw.`)];
  const label = `Uses and success rate by ${unit}. The table below has the same data.`;
  const isShown = ([day]) => periods.some((each) => each.since <= day && day <= each.until);
  const marked = marks.filter(isShown).map(([day, word]) => `${shortDay(day)} ${word}`);
  return [
    overTime({ id: `${id}-chart`, part, periods, label, marks }),
    legend(periods),
    marked.length > 0 && quiet(`Marked: ${[...new Set(marked)].join(", ")}.`),
    asTable(id, part, periods),
  ];
};
export const overview = () => {
  const { part, periods } = wholeSeries();
  const span = spanAsked();
  const first = periods[0]?.since;
  const shownSpan = span
    ? spanOf(span)
    : part === "months" && first
      ? `months since ${longMonth(first)}`
      : "all time";
  return section(
    "overview",
    "Uses and success over time",
    tiles("headline", "", facts()),
    make(
      "div",
      { class: "panel-box" },
      make("h3", { class: "chart-title" }, `By ${UNITS[part]}, ${shownSpan}`),
      ...timeChart("overview", { part, periods }),
      quiet(
        comparedWith(),
        periods.some((each) => each.isOpen) ? `The current ${UNITS[part]} is incomplete. ` : "",
        `Rates need ${FEW} outcomes.`,
      ),
    ),
  );
};
