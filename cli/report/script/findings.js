// What changed and how healthy everything is: the findings of the commands, with what is selected.

import { smallDurations, smallRates } from "./chart.js";
import { data, isPublic } from "./data.js";
import { badge, dumbbell, make, named, quiet, section, tiles } from "./elements.js";
import { asked, chosenProjects, isEverywhere, rowsOf } from "./filters.js";
import { byName, chartAsked, nameKey, nameSeries, sideSpans, sides } from "./sums.js";
import { cell, heading, SUCCESS, success, table } from "./table.js";
import { isNothing, isOther, number, percent, skillsAndAgents, spanOf } from "./text.js";

// Only what was used in the selection concerns it.
export const usedNames = () =>
  new Map(byName().map((row) => [nameKey(row.kind, row.skill_name), row]));
export const isOfSelection = (row) =>
  isEverywhere() || (row.projects ?? []).some((each) => chosenProjects().has(each.project_id));
// A change everywhere, on a path or with an error concerns every project.
const concerns = (finding) => {
  const chosen = chosenProjects();
  const ids = finding.where?.project_ids ?? [];
  return !chosen || !ids.length || ids.some((id) => chosen.has(id));
};
// A public page has no findings, as they name projects and paths: what it has is the comparison.
const published = ({ success, duration, level }) => {
  const findingOf = (finding, now, before) => ({ finding, level, current: now, compared: before });
  const found = [];
  if (["worse", "better"].includes(success.change_in_words))
    found.push(findingOf(success.change_in_words, success.current, success.previous));
  if (["slower", "faster"].includes(duration.change_in_words))
    found.push(findingOf(duration.change_in_words, duration.current, duration.previous));
  return found;
};
export const findingsOf = (row) => {
  if (!row?.comparison) return [];
  const found = row.comparison.findings ?? published(row.comparison);
  return found.filter(concerns);
};
const ofLevel = (row, level) => findingsOf(row).some((each) => each.level === level);
// Sure and bad, sure and good, not sure; none.
const rank = (row) => {
  if (ofLevel(row, "needs attention")) return 0;
  if (ofLevel(row, null)) return 1;
  return ofLevel(row, "worth a look") ? 2 : 3;
};
// As the summary lists them.
const placeInSummary = (row) => {
  const { changed = [], worth_a_look: looks = [] } = data.summary.data[0] ?? {};
  const isIt = (each) => each.kind === row.kind && each.skill_name === row.skill_name;
  const place = [...changed, ...looks].findIndex(isIt);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
};

// ---------------------------------------------------------------- badges

const BAD = ["worse", "slower", "failing", "low"];
export const badges = (findings) =>
  findings.map((each) => {
    const word = each.finding === "low" ? "low success" : each.finding;
    if (each.level === "worth a look") return badge("warn", `worth a look: ${word}`);
    return badge(BAD.includes(each.finding) ? "bad" : "good", word);
  });
// The words of the comparison, the same as those of every command.
export const changeInWords = (row) => {
  const { change_in_words: rate, duration_in_words: pace } = row.comparison ?? {};
  const news = ["slower", "faster"].includes(pace);
  if (!news) return rate ?? "not enough data";
  return ["worse", "better"].includes(rate) ? `${rate}, ${pace}` : pace;
};

// ---------------------------------------------------------------- what changed

const isPace = (finding) => finding.finding === "slower" || finding.finding === "faster";
const shownOf = (finding, side) =>
  isPace(finding) ? side?.typical_duration : percent(side?.success_rate);
// Before and now, or elsewhere and there; of an error the rate of all uses, as it is drawn.
const numbersOf = (row, finding) => {
  const { success } = row.comparison;
  const isError = finding.where?.group === "error";
  const now = isError ? success.current : finding.current;
  const before = isError ? success.previous : finding.compared;
  const isThere = finding.finding === "failing";
  return make(
    "div",
    { class: "now-before" },
    before && make("span", { class: "then" }, shownOf(finding, before)),
    before && (isThere ? " elsewhere, " : " → "),
    make("strong", {}, shownOf(finding, now)),
    isThere && " there",
  );
};
// Medians of an answer, over all projects: they cannot be added up.
export const durationsOf = (kind, name) => {
  const part = chartAsked();
  const grain = { days: "daily", weeks: "weekly", months: "monthly" }[part];
  const row = data[grain].data.find((each) => each.kind === kind && each.skill_name === name);
  const periods = (row?.periods ?? [])
    .filter((each) => each.since && !each.is_open)
    .map((each) => ({
      ...each,
      duration: each.p50_duration_ms,
      counts: each.is_observed === false ? null : {},
    }));
  return periods.some((each) => each.duration) ? { part, periods } : null;
};
const drawing = (row, finding, now) => {
  const { kind, skill_name: name } = row;
  if (isPace(finding)) {
    const durations = durationsOf(kind, name);
    return durations && smallDurations(`Median duration of ${name}`, durations, now);
  }
  const rates = nameSeries(kind, name);
  return rates.periods.length ? smallRates(`Success rate of ${name}`, rates, now) : null;
};
const inSelection = (row, of) => {
  const side = isEverywhere() ? null : of(nameKey(row.kind, row.skill_name));
  if (!side) return null;
  const { now, before } = side;
  return quiet(
    `Selected projects: ${percent(before.success_rate)} of ${number(before.known_outcomes)} before, ${percent(now.success_rate)} of ${number(now.known_outcomes)} now.`,
  );
};
const card = (row, of, now) => {
  const findings = findingsOf(row);
  const [first] = findings;
  return make(
    "li",
    { class: "card" },
    make(
      "div",
      { class: "card-head" },
      named(row.kind, row.skill_name),
      make("span", { class: "badges" }, ...badges(findings)),
    ),
    numbersOf(row, first),
    drawing(row, first, now),
    ...findings
      .filter((each) => each.sentence)
      .map((each) => make("p", { class: "quiet" }, each.sentence)),
    inSelection(row, of),
  );
};
export const changes = () => {
  const names = usedNames();
  const of = sides("name");
  const [before, now] = sideSpans();
  const rows = rowsOf("health")
    .filter((row) => !isOther(row.skill_name) && names.has(nameKey(row.kind, row.skill_name)))
    .filter((row) => findingsOf(row).length);
  rows.sort((a, b) => rank(a) - rank(b) || placeInSummary(a) - placeInSummary(b));
  const sure = rows.filter((row) => rank(row) < 2);
  const unsure = rows.filter((row) => rank(row) >= 2);
  const cards = (some) =>
    make("ul", { class: "cards" }, ...some.map((row) => card(row, of, now?.[0])));
  const chance = data.health.totals?.expected_by_chance;
  const span = asked.period === "all" ? "all time" : "the selected period";
  return section(
    "changes",
    sure.length ? `What changed: ${skillsAndAgents(sure.length)}` : "What changed: nothing certain",
    now &&
      quiet(
        `${spanOf(now)} compared with ${spanOf(before)}. The charts show ${span}; the last days are shaded.`,
      ),
    sure.length > 0 && cards(sure),
    unsure.length > 0 && make("h3", {}, `Worth a look: ${number(unsure.length)}, not certain`),
    unsure.length > 0 &&
      !isNothing(chance) &&
      quiet(`If nothing had changed, about ${number(chance)} would be here by chance.`),
    unsure.length > 0 && cards(unsure),
  );
};

// ---------------------------------------------------------------- health

// A finding leads: who has one is not counted as good.
const BANDS = ["excellent", "good", "needs work", "critical"];
const LEVELS = ["needs attention", "worth a look"];
const levelOf = (row) =>
  LEVELS.find((level) => (isPublic ? row.status === level : ofLevel(row, level))) ??
  (isNothing(row.score) ? "not enough data" : row.band);
const STATUSES = [...LEVELS, ...BANDS, "not enough data"];
const statusOf = (row) => {
  const level = levelOf(row);
  if (level === "needs attention") return badge("bad", level);
  return level === "worth a look" ? badge("warn", level) : level;
};
const capital = (word) => `${word[0].toUpperCase()}${word.slice(1)}`;
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
const leadingFirst = (a, b) =>
  Math.min(STATUSES.indexOf(levelOf(a)), 2) - Math.min(STATUSES.indexOf(levelOf(b)), 2) ||
  a.score - b.score;
const COLUMNS = [
  ["Name", "name", (row) => row.skill_name],
  ["Status", "", (row) => STATUSES.indexOf(levelOf(row))],
  ["Change", "drop", changeInWords],
  ["Before", "number drop", (row) => row.side?.before.success_rate],
  ["Now", "number", (row) => row.side?.now.success_rate],
  ["0 to 100%", "drop"],
  ["Score", "number", (row) => row.score],
  ["Uses", "number drop", (row) => row.used.total_invocations],
  ...SUCCESS.map(([title, kind, by]) => [title, `${kind} drop`, by]),
];
const line = (row) => {
  const [rate, interval] = success(row.used);
  rate.classList.add("drop");
  return make(
    "tr",
    {},
    heading(named(row.kind, row.skill_name)),
    cell(statusOf(row)),
    cell(changeInWords(row), "drop"),
    cell(percent(row.side?.before.success_rate), "number drop"),
    cell(percent(row.side?.now.success_rate), "number"),
    cell((row.side && dumbbell(row.side.before, row.side.now)) ?? "", "drop"),
    cell(number(row.score), "number"),
    cell(number(row.used.total_invocations), "number drop"),
    rate,
    interval,
  );
};
export const health = () => {
  const names = usedNames();
  const of = sides("name");
  const all = rowsOf("health").filter((row) => !isOther(row.skill_name));
  const rows = all
    .map((row) => {
      const key = nameKey(row.kind, row.skill_name);
      const { current: now, previous: before } = row.comparison?.success ?? {};
      return {
        ...row,
        used: names.get(key),
        side: of(key) ?? (isPublic && now && { now, before }),
      };
    })
    .filter((row) => row.used);
  const shown = rows.filter((row) => levelOf(row) !== "not enough data").sort(leadingFirst);
  const count = (level) => rows.filter((row) => levelOf(row) === level).length;
  const attention = count("needs attention");
  return section(
    "health",
    `Health: ${attention ? `${number(attention)} of ${skillsAndAgents(rows.length)} need${attention === 1 ? "s" : ""} attention` : "nothing needs attention"}`,
    quiet(
      `Score: 50 points for success in the last 120 days, 30 for the last 30 days, 20 for few error types. Change: the last 30 days compared with the 90 days before. Days that are not complete are excluded.${isEverywhere() ? "" : " Status, change and score are over all projects; the other numbers are those of the selection."}`,
    ),
    tiles(
      "bands",
      "small",
      STATUSES.map((level) => [capital(level), number(count(level))]),
    ),
    listed(
      "Unused",
      all.filter((row) => row.unused),
    ),
    listed(
      "New",
      rows.filter((row) => row.new),
    ),
    table(
      "health",
      "Health",
      "what needs attention first, then the lowest score",
      COLUMNS,
      shown,
      line,
    ),
  );
};
