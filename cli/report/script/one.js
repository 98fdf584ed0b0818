// The page of one skill or agent: now against before, where, over time.

import { adviceItem } from "./advice.js";
import { smallCounts, smallDurations } from "./chart.js";
import { data, isPublic, projectById } from "./data.js";
import { bdi, code, dumbbell, make, quiet, tiles } from "./elements.js";
import { addressOf, isEverywhere, listedProjects } from "./filters.js";
import { badges, durationsOf, findingsOf, isOfSelection } from "./findings.js";
import { anomalyTable } from "./lists.js";
import { timeChart } from "./overview.js";
import { nameKey, nameSeries, ofName, sideSpans, sides, spanAsked, together } from "./sums.js";
import { cell, heading, OUTCOMES, outcomes, SUCCESS, success, table, USES, uses } from "./table.js";
import {
  between,
  counted,
  isNothing,
  isoDay,
  moment,
  number,
  percent,
  points,
  spanOf,
} from "./text.js";

const isOf = (kind, name) => (row) => row.kind === kind && row.skill_name === name;
const rateChange = (side) =>
  isNothing(side.now.success_rate) || isNothing(side.before.success_rate)
    ? null
    : side.now.success_rate - side.before.success_rate;

// ---------------------------------------------------------------- now against before

const versus = (title, then, now, ...more) =>
  make(
    "div",
    { class: "versus" },
    make("h3", {}, title),
    make(
      "p",
      { class: "versus-numbers" },
      make("span", { class: "then" }, then),
      make("span", { "aria-hidden": "true" }, " → "),
      make("strong", {}, now),
    ),
    ...more,
  );
const DAY = 86_400_000;
const inThirtyDays = (side, [since, until]) =>
  Math.round((side.total_invocations / ((moment(until) - moment(since)) / DAY + 1)) * 30);
// The comparison of the commands; with projects selected, its rates in these.
const comparison = (kind, name, state) => {
  const compared = state?.comparison;
  const { now, before } = sides("name")(nameKey(kind, name)) ?? {
    now: state?.trend?.current,
    before: state?.trend?.previous,
  };
  if (!now || !before) return [];
  const [earlier, recent] = sideSpans().length
    ? sideSpans()
    : [before, now].map((side) => [side.since, side.until]);
  const change = rateChange({ now, before });
  const pace = compared?.duration;
  const findings = findingsOf(state);
  const everywhere = isEverywhere() ? "" : " Selected projects; findings and durations: all.";
  return [
    findings.length > 0 && make("p", {}, ...badges(findings)),
    make(
      "div",
      { class: "versus-row" },
      versus(
        "Success rate",
        percent(before.success_rate),
        percent(now.success_rate),
        dumbbell(before, now),
        make(
          "p",
          {},
          compared?.change_in_words ?? "",
          isNothing(change) ? "" : ` (${points(change)} points)`,
        ),
        quiet(`${number(before.known_outcomes)} and ${number(now.known_outcomes)} outcomes`),
      ),
      pace?.ratio &&
        versus(
          "Typical duration",
          pace.previous.typical_duration,
          pace.current.typical_duration,
          make("p", {}, compared.duration_in_words),
          quiet(
            `${number(pace.previous.durations)} and ${number(pace.current.durations)} measured`,
          ),
        ),
      versus(
        "Uses in 30 days",
        number(inThirtyDays(before, earlier)),
        number(inThirtyDays(now, recent)),
        quiet(`${number(before.total_invocations)} and ${number(now.total_invocations)} uses`),
      ),
    ),
    ...findings.filter((each) => each.sentence).map((each) => make("p", {}, each.sentence)),
    quiet(`Before: ${spanOf(earlier)}. Now: ${spanOf(recent)}.${everywhere}`),
  ].filter(Boolean);
};

// ---------------------------------------------------------------- where

const whereTable = (id, title, caption, rows) => {
  const columns = [
    [title, "name", (row) => row.name],
    ["Before", "number", (row) => row.before.success_rate],
    ["Now", "number", (row) => row.now.success_rate],
    ["0 to 100%", ""],
    ["Points", "number", rateChange],
    ["Outcomes before", "number drop", (row) => row.before.known_outcomes],
    ["Outcomes now", "number drop", (row) => row.now.known_outcomes],
  ];
  return table(
    id,
    caption,
    "largest loss first",
    columns,
    rows,
    (row) =>
      make(
        "tr",
        {},
        heading(bdi(row.name)),
        cell(percent(row.before.success_rate), "number"),
        cell(percent(row.now.success_rate), "number"),
        cell(dumbbell(row.before, row.now) ?? ""),
        cell(isNothing(rateChange(row)) ? "" : points(rateChange(row)), "number"),
        cell(number(row.before.known_outcomes), "number drop"),
        cell(number(row.now.known_outcomes), "number drop"),
      ),
    10,
  );
};
// Outcomes lost or won against the rate before: what moved the whole.
const weight = (row) => (rateChange(row) ?? 0) * row.now.known_outcomes;
const where = (kind, name) => {
  if (isPublic) return [];
  const of = sides("pair");
  const rows = listedProjects()
    .map((project) => ({
      ...project,
      name: project.project_name,
      ...of(`${nameKey(kind, name)} ${project.project_id}`),
    }))
    .filter((row) => row.now)
    .sort((a, b) => weight(a) - weight(b));
  if (!rows.length) return [];
  const types = Map.groupBy ? Map.groupBy(rows, (row) => row.project_type ?? "no type") : new Map();
  const byType = [...types]
    .map(([type, each]) => ({
      name: type,
      now: together(each.map((row) => row.now)),
      before: together(each.map((row) => row.before)),
    }))
    .sort((a, b) => weight(a) - weight(b));
  return [
    make("h3", {}, "Where"),
    ...(byType.length > 1
      ? [whereTable("one-types", "Project type", "Before and now by project type", byType)]
      : []),
    whereTable("one-where", "Project", "Before and now by project", rows),
  ];
};

// ---------------------------------------------------------------- the page

const durations = (kind, name) => {
  const found = durationsOf(kind, name);
  if (!found) return [];
  const label = `Median duration of ${name}`;
  return [make("h3", {}, "Median duration"), quiet("All projects."), smallDurations(label, found)];
};
// Days to be marked in the chart: a new text, and what was unusual.
const marksOf = (kind, name, unusual) => {
  const shown = new Set(listedProjects().map((each) => each.project_id));
  // A text that is nobody's own is used in every project.
  const concerns = (row) => shown.has(row.project_id) || !projectById.has(row.project_id);
  const texts = data.texts.filter((row) => isOf(kind, name)(row) && concerns(row));
  return [
    ...texts.map((row) => [row.day, "text changed"]),
    ...unusual.map((row) => [row.day, `unusual ${(row.measure ?? "").replace("_", " ")}`]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
};
const adoption = (kind, name) => {
  const found = data.adoption.find(isOf(kind, name));
  if (!found || found.weeks.length < 2) return [];
  const periods = found.weeks.map((each) => ({ ...each, counts: {} }));
  const last = found.weeks.at(-1).projects;
  const label = `Projects that had used ${name} by each week since its first use`;
  return [
    make("h3", {}, "Adoption"),
    quiet(
      `${number(last)} of ${counted(found.active, "active project")} have used it since ${found.weeks[0].since}.`,
    ),
    smallCounts(label, { part: "weeks", periods }, Math.max(found.active, 1)),
  ];
};
// Who began its uses and what recorded them: known of transcripts only.
const ORIGINS = [
  ["trigger", "Begun by"],
  ["source", "Recorded by"],
];
const origins = (kind, name) =>
  ORIGINS.flatMap(([dimension, title]) => {
    const rows = data.origins
      .filter((row) => isOf(kind, name)(row) && row.dimension === dimension)
      .map((row) => ({ ...row, ...together([row]) }));
    if (!rows.some((row) => row.value)) return [];
    const stated = rows.some((row) => row.tokens);
    const columns = [
      [title, "name", (row) => row.value],
      USES,
      ...SUCCESS,
      ...(stated ? [["Tokens", "number", (row) => row.tokens]] : []),
    ];
    const line = (row) =>
      make(
        "tr",
        {},
        heading(row.value ?? "(not recorded)"),
        uses(row),
        ...success(row),
        ...(stated ? [cell(number(row.tokens), "number")] : []),
      );
    return [
      table(`one-${dimension}`, `${title}, all projects and all time`, "", columns, rows, line),
    ];
  });
const facts = (whole) => [
  [
    "Uses",
    number(whole.total_invocations),
    isNothing(whole.projects)
      ? null
      : `${counted(whole.projects, "project")}, ${counted(whole.sessions, "session")}`,
  ],
  [
    "Success rate",
    percent(whole.success_rate),
    `95% interval ${between(whole.success_rate_low, whole.success_rate_high)}`,
  ],
  ["Median duration", whole.p50_duration, `95th percentile ${whole.p95_duration}`],
  ["Last used", isoDay(whole.last_used), `first ${isoDay(whole.first_used)}`],
  whole.tokens && [
    "Tokens",
    number(whole.tokens.total_tokens),
    `${counted(whole.tokens.runs, "run")}: ${number(whole.tokens.input_tokens)} in, ${number(whole.tokens.output_tokens)} out`,
  ],
];

export const ofOne = (kind, name) => {
  const [whole, state] = [
    data.top.data.find(isOf(kind, name)),
    data.health.data.find(isOf(kind, name)),
  ];
  const back = make(
    "p",
    {},
    make("a", { href: addressOf("/"), class: "back" }, "← Back to the report"),
  );
  if (!whole && !state)
    return [
      make("h2", { id: "one-title", tabindex: "-1" }, "Nothing with that name in this report"),
      back,
    ];
  const rows = ofName(kind, name);
  const todo = data.recommend.data.filter(
    (row) => row.origin === "skillhouse" && row.action && isOf(kind, name)(row),
  );
  const unusual = data.anomalies.data.filter(
    (row) => row.day && isOf(kind, name)(row) && isOfSelection(row),
  );
  const errors = (state?.errors ?? []).filter((each) => each.error_type);
  const span = spanAsked();
  return [
    back,
    make("h2", { id: "one-title", tabindex: "-1" }, bdi(name), ` (${kind})`),
    ...comparison(kind, name, state),
    ...where(kind, name),
    make("h3", {}, "Over time"),
    ...timeChart("one", nameSeries(kind, name), marksOf(kind, name, unusual)),
    ...durations(kind, name),
    ...adoption(kind, name),
    ...(todo.length
      ? [make("h3", {}, "What to do"), make("ol", { class: "advice" }, ...todo.map(adviceItem))]
      : []),
    make("h3", {}, "All projects and all time"),
    whole ? tiles("one", "", facts(whole)) : null,
    ...origins(kind, name),
    make("h3", {}, "By project"),
    table(
      "one-projects",
      span ? `By project, ${span.join(" to ")}` : "By project, all time",
      "",
      [["Project", "name", (row) => row.project_name], USES, ...SUCCESS, ...OUTCOMES],
      rows,
      (row) =>
        make(
          "tr",
          {},
          heading(bdi(row.project_name)),
          uses(row),
          ...success(row),
          ...outcomes(row),
        ),
      10,
    ),
    ...(errors.length
      ? [
          make("h3", {}, "Errors"),
          table(
            "one-errors",
            "Error types in the last 120 days",
            "",
            [
              ["Error", "name", (each) => each.error_type],
              ["Times", "number", (each) => each.count],
            ],
            errors,
            (each) =>
              make("tr", {}, heading(bdi(each.error_type)), cell(number(each.count), "number")),
          ),
        ]
      : []),
    ...(unusual.length
      ? [make("h3", {}, "Unusual days"), anomalyTable("one-unusual", unusual)]
      : []),
    isPublic
      ? null
      : make("p", {}, code(state?.evidence ?? `skillhouse top-skills --kind ${kind}`)),
  ].filter(Boolean);
};
