// Sums of counts for what is selected, and the rates and intervals that follow from them.

import { data, isPublic, projectById } from "./data.js";
import {
  asked,
  chosenProjects,
  isEverywhere,
  isKind,
  listedProjects,
  observedDays,
  PERIODS,
  rowsOf,
} from "./filters.js";
import { cut } from "./text.js";

const COUNTED = ["successful_completions", "failures", "abandoned", "unknown"];

// The 95% Wilson interval, as in the warehouse; null without outcomes.
const wilson = (successes, known) => {
  if (!known) return [null, null];
  const z = 1.959963984540054;
  const rate = successes / known;
  const spread = (z * z) / known;
  const centre = (rate + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((rate * (1 - rate)) / known + spread / (4 * known));
  const low = successes ? Math.max(0, centre - half) : 0;
  return [low, successes === known ? 1 : Math.min(1, centre + half)];
};
const nothing = () => ({ successful_completions: 0, failures: 0, abandoned: 0, unknown: 0 });
const follow = (sum) => {
  sum.known_outcomes = sum.successful_completions + sum.failures + sum.abandoned;
  sum.total_invocations = sum.known_outcomes + sum.unknown;
  sum.success_rate = sum.known_outcomes ? sum.successful_completions / sum.known_outcomes : null;
  [sum.success_rate_low, sum.success_rate_high] = wilson(
    sum.successful_completions,
    sum.known_outcomes,
  );
  return sum;
};
export const together = (each) => {
  const sum = nothing();
  for (const one of each) for (const name of COUNTED) sum[name] += one[name] ?? 0;
  return follow(sum);
};

// For each grouping: the number of a row's group, and the name of a group by its number.
const GROUPS = {
  whole: () => [() => 0, () => "*"],
  project: (table) => [(row) => table.project[row], (at) => table.projects[at]],
  name: (table) => [(row) => table.name[row], (at) => table.names[at].join(" ")],
  pair: (table) => {
    const count = table.projects.length;
    const called = (at) =>
      `${table.names[Math.floor(at / count)].join(" ")} ${table.projects[at % count]}`;
    return [(row) => table.name[row] * count + table.project[row], called];
  },
};
export const nameKey = (kind, name) => `${kind} ${name}`;
let known = new Map();
export const forget = () => {
  known = new Map();
};
// The counts of each key (`whole`, `project`, `name` or `pair`) in each period of a table.
const gathered = (part, by) => {
  const place = `${part} ${by}`;
  if (known.has(place)) return known.get(place);
  const table = data[part];
  const chosen = chosenProjects();
  const isIn = table.projects.map((id) => !chosen || chosen.has(id));
  const isOf = table.names.map(([kind]) => isKind(kind));
  const [group, called] = GROUPS[by](table);
  const groups = new Map();
  for (let row = 0; row < table.period.length; row += 1) {
    if (!isIn[table.project[row]] || !isOf[table.name[row]]) continue;
    const at = group(row);
    let periods = groups.get(at);
    if (!periods) {
      periods = new Array(table.periods.length);
      groups.set(at, periods);
    }
    periods[table.period[row]] ??= nothing();
    const sum = periods[table.period[row]];
    sum.successful_completions += table.successful_completions[row];
    sum.failures += table.failures[row];
    sum.abandoned += table.abandoned[row];
    sum.unknown += table.unknown[row];
  }
  const found = new Map([...groups].map(([at, periods]) => [called(at), periods]));
  known.set(place, found);
  return found;
};
const isWithin = ([first, last, isOpen], span) =>
  !span || (!isOpen && first >= span[0] && last <= span[1]);
const summed = (part, by, span) => {
  const wanted = data[part].periods.map((period) => isWithin(period, span));
  const found = new Map();
  for (const [key, periods] of gathered(part, by)) {
    const some = periods.filter((each, at) => each && wanted[at]);
    if (some.length) found.set(key, together(some));
  }
  return found;
};

// ---------------------------------------------------------------- the selected period

export const spanAsked = () => data.spans[asked.period]?.[0] ?? null;
export const spanBefore = () => data.spans[asked.period]?.[1] ?? null;
const list = () => PERIODS[asked.period].list;
const mostUsed = (a, b) =>
  b.total_invocations - a.total_invocations || (cut(a.skill_name) < cut(b.skill_name) ? -1 : 1);
// Public counts by project lack small groups, so totals come from an answer.
const isToldWhole = () => isPublic && isEverywhere();

export const byName = () => {
  if (isToldWhole()) return rowsOf("top").map((row) => ({ ...row, ...together([row]) }));
  const found = summed(list(), "name", spanAsked());
  const before = spanBefore() && summed(list(), "name", spanBefore());
  const names = new Map(data[list()].names.map((each) => [each.join(" "), each]));
  return [...found]
    .map(([key, sum]) => {
      const [kind, skill_name] = names.get(key);
      return { ...sum, kind, skill_name, before: before?.get(key) ?? null };
    })
    .sort(mostUsed);
};
export const byProject = () => {
  const before = spanBefore() && summed(list(), "project", spanBefore());
  return [...summed(list(), "project", spanAsked())]
    .map(([id, sum]) => ({
      ...sum,
      ...(projectById.get(id) ?? { project_id: id, project_name: id }),
      before: before?.get(id) ?? null,
    }))
    .sort(mostUsed);
};
export const inTotal = () => {
  if (isToldWhole()) return together(rowsOf("top"));
  return summed(list(), "whole", spanAsked()).get("*") ?? together([]);
};
// One skill or agent in each project.
export const ofName = (kind, name) =>
  listedProjects()
    .map((project) => [
      project,
      summed(list(), "pair", spanAsked()).get(`${nameKey(kind, name)} ${project.project_id}`),
    ])
    .filter(([, sum]) => sum)
    .map(([project, sum]) => ({ ...sum, ...project }))
    .sort(mostUsed);

// ---------------------------------------------------------------- compared with before

const observed = (project) => observedDays(project, asked.kind);
// Like with like: only projects that were observed from the first day to the last.
export const comparable = () => {
  const before = spanBefore();
  if (!before) return null;
  const isThroughout = ([since, until]) => since <= before[0] && until >= spanAsked()[1];
  const projects = listedProjects().filter(
    (each) => observed(each) && isThroughout(observed(each)),
  );
  if (!projects.length) return null;
  const ids = projects.map((each) => each.project_id);
  const [now, then] = [spanAsked(), before].map((span) => {
    const sums = summed(list(), "project", span);
    return together(ids.map((id) => sums.get(id)).filter(Boolean));
  });
  return { now, then, projects: ids.length };
};
// The last days and the days before, as health compares them, in the selection.
export const sides = (by) => {
  const [before, now] = data.sides.periods;
  if (!now) return () => null;
  const sums = [summed("sides", by, now), summed("sides", by, before)];
  return (key) => {
    const [current, previous] = sums.map((each) => each.get(key));
    return current || previous
      ? { now: current ?? together([]), before: previous ?? together([]) }
      : null;
  };
};
export const sideSpans = () => data.sides.periods.map(([since, until]) => [since, until]);

// ---------------------------------------------------------------- series

// Whether any of the projects was observed in a period.
const isObserved = ([since, until], projects) =>
  projects.some(
    (each) => observed(each) && observed(each)[0] <= until && since <= observed(each)[1],
  );
// The finest counts that reach back to the first use.
const chartOfAll = () => {
  const first = listedProjects()
    .map((each) => observed(each)?.[0])
    .filter(Boolean)
    .sort()[0];
  return ["days", "weeks"].find((part) => first && data[part].periods[0]?.[0] <= first) ?? "months";
};
export const chartAsked = () => PERIODS[asked.period].chart ?? chartOfAll();
export const UNITS = { days: "day", weeks: "week", months: "month" };
// Periods of an answer that adds up nothing: of a public report, or of the days of one skill.
const ofAnswer = (rows) => {
  const found = new Map();
  for (const each of rows.flatMap((row) => row.periods ?? []).filter((period) => period.since)) {
    // Nothing was observed then.
    if (each.is_observed === false) {
      const { since, until, is_open: isOpen } = each;
      if (!found.has(since)) found.set(since, { since, until, isOpen, all: [] });
      continue;
    }
    const known = each.known_outcomes ?? 0;
    const good = each.successful_completions ?? 0;
    const unknown = (each.total_invocations ?? 0) - known;
    const sum = found.get(each.since) ?? {
      since: each.since,
      until: each.until,
      isOpen: each.is_open,
      all: [],
    };
    sum.all.push({ successful_completions: good, failures: known - good, abandoned: 0, unknown });
    found.set(each.since, sum);
  }
  return [...found.values()]
    .filter((each) => isWithin([each.since, each.until, each.isOpen], spanAsked()))
    .map(({ all, ...each }) => ({ ...each, counts: all.length ? together(all) : null }))
    .sort((a, b) => (a.since < b.since ? -1 : 1));
};
// Consecutive periods of what is selected, by `whole` or `name`: counts, or null where nobody looked.
const ofCounts = (part, by, key) => {
  const span = spanAsked();
  const projects = listedProjects();
  const table = data[part];
  const counts = gathered(part, by).get(key) ?? [];
  const open = table.periods.findIndex(([, , isOpen]) => isOpen);
  const found = table.periods
    .slice(0, open + 1)
    .map((period, at) => {
      const isSeen = counts[at] || isObserved(period, projects);
      const [since, until, isOpen] = period;
      return { since, until, isOpen, counts: isSeen ? together([counts[at] ?? {}]) : null };
    })
    .filter((each) => isWithin([each.since, each.until, each.isOpen], span));
  // All time begins with the first use.
  const begin = span ? 0 : found.findIndex((each) => each.counts?.total_invocations);
  return begin < 0 ? [] : found.slice(begin);
};
// Every month on a public page: those of one skill with too few uses are not known.
const publicMonths = (rows) => {
  const known = new Map(ofAnswer(rows).map((each) => [each.since, each]));
  const all = ofAnswer(data.monthly.data);
  const first = all.findIndex((each) => known.has(each.since));
  if (first < 0) return [];
  return all.slice(first).map((each) => known.get(each.since) ?? { ...each, counts: null });
};
export const wholeSeries = () => {
  const part = chartAsked();
  if (!isPublic) return { part, periods: ofCounts(part, "whole", "*") };
  return { part, periods: isEverywhere() ? publicMonths(rowsOf("monthly")) : [] };
};
export const nameSeries = (kind, name) => {
  const rows = (grain) =>
    data[grain].data.filter((row) => row.kind === kind && row.skill_name === name);
  const part = chartAsked();
  if (isPublic)
    return { part: "months", periods: isEverywhere() ? publicMonths(rows("monthly")) : [] };
  if (part === "days" && isEverywhere()) return { part, periods: ofAnswer(rows("daily")) };
  const counted = part === "days" ? "weeks" : part;
  return { part: counted, periods: ofCounts(counted, "name", nameKey(kind, name)) };
};
