// Above the fold: the selection in four numbers and one chart.

import { FEW, legend, overTime, periodName } from "./chart.js";
import { make, quiet, section, tiles } from "./elements.js";
import { asked, firstDay, PERIODS } from "./filters.js";
import { byName, byProject, comparable, inTotal, spanAsked, UNITS, wholeSeries } from "./sums.js";
import { cell, told } from "./table.js";
import {
  between,
  counted,
  isNothing,
  longMonth,
  moment,
  number,
  percent,
  points,
  spanOf,
} from "./text.js";

const change = (value, words, isGood) => {
  const sign = value > 0 ? "▲" : value < 0 ? "▼" : "■";
  const kind = isGood === null || value === 0 ? "" : value > 0 === isGood ? "good" : "bad";
  return make(
    "span",
    { class: `change ${kind}` },
    make("span", { "aria-hidden": "true" }, `${sign} `),
    words,
  );
};
const against = (value, words, isGood, then) =>
  make("span", {}, change(value, words, isGood), ` ${then}`);
const share = (now, then) => (then ? (now - then) / then : null);
const signedShare = (value) => `${value > 0 ? "+" : ""}${(value * 100).toFixed(0)}%`;

const facts = () => {
  const total = inTotal();
  const names = byName();
  const projects = byProject();
  const skills = names.filter((each) => each.kind === "skill").length;
  const lost = total.failures + total.abandoned;
  const both = comparable();
  const more = [null, null, null];
  if (both) {
    const { now, then } = both;
    const uses = share(now.total_invocations, then.total_invocations);
    if (!isNothing(uses))
      more[0] = against(uses, signedShare(uses), null, `from ${number(then.total_invocations)}`);
    if (!isNothing(now.success_rate) && !isNothing(then.success_rate)) {
      const rate = now.success_rate - then.success_rate;
      more[1] = against(
        Math.round(rate * 1000),
        `${points(rate)} points`,
        true,
        `from ${percent(then.success_rate)}`,
      );
    }
    const before = then.failures + then.abandoned;
    const fails = share(now.failures + now.abandoned, before);
    if (!isNothing(fails))
      more[2] = against(fails, signedShare(fails), false, `from ${number(before)}`);
  }
  return [
    ["Uses", number(total.total_invocations), more[0]],
    [
      "Success rate",
      percent(total.success_rate),
      more[1] ??
        (total.known_outcomes
          ? `95% interval ${between(total.success_rate_low, total.success_rate_high)}`
          : null),
    ],
    [
      "Failed or abandoned",
      number(lost),
      more[2] ?? (total.known_outcomes ? `of ${number(total.known_outcomes)} outcomes` : null),
    ],
    [
      "In use",
      counted(names.length, "name").replace(/ names?$/, ""),
      [
        counted(skills, "skill"),
        counted(names.length - skills, "agent"),
        counted(projects.length, "project"),
      ].join(", "),
    ],
  ];
};
const comparedWith = () => {
  const { before } = PERIODS[asked.period];
  if (!before) return firstDay ? `Since ${firstDay}. ` : "";
  const both = comparable();
  const projects = byProject().length;
  if (!both) return `Not compared with ${before}: nothing was recorded then. `;
  const some =
    both.projects < projects ? ` in the ${counted(both.projects, "project")} recorded then` : "";
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
          cell(
            row.counts ? (at === 1 ? percent : number)(of(row)) : at ? "" : "no data collected",
            kind,
          ),
        ),
    );
  return told(`${id}-told`, `Uses and success by ${UNITS[part]}`, "", columns, periods, line);
};
export const timeChart = (id, { part, periods }, marks = []) => {
  const unit = UNITS[part];
  if (!periods.some((each) => each.counts?.total_invocations))
    return [quiet(`No uses by ${unit} to draw.`)];
  const label = `Uses and success rate by ${unit}. The table below has the same data.`;
  return [
    overTime({ id: `${id}-chart`, part, periods, label, marks }),
    legend(),
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
