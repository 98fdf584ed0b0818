// The report's data, and what the page computes from it: sums, rates and intervals.

const main = document.getElementById("main");
if (!("DecompressionStream" in window)) {
  main.append("This browser is too old for this report.");
  return;
}
const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
const data = await new Response(unpacked).json();

// ---------------------------------------------------------------- numbers as text

const NOT_AVAILABLE = "n/a";
const isNothing = (value) => value === null || value === undefined;
const number = (value) => (isNothing(value) ? NOT_AVAILABLE : value.toLocaleString("en", { maximumFractionDigits: 1 }));
const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
const skillsAndAgents = (value) => `${number(value)} ${value === 1 ? "skill or agent" : "skills and agents"}`;
const percent = (rate) => (isNothing(rate) ? NOT_AVAILABLE : `${(rate * 100).toFixed(1)}%`);
const between = (low, high) => (isNothing(low) ? NOT_AVAILABLE : `${(low * 100).toFixed(0)}-${(high * 100).toFixed(0)}%`);
const duration = (ms) => {
  if (isNothing(ms)) return NOT_AVAILABLE;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${(minutes / 1440).toFixed(1)} days`;
};
// By code points: half of a surrogate pair is not a character.
const cut = (text) => {
  if (isNothing(text)) return "other";
  const letters = Array.from(text);
  return letters.length > 90 ? `${letters.slice(0, 60).join("")}…${letters.slice(-25).join("")}` : text;
};
const day = (instant) => (instant ? instant.slice(0, 10) : NOT_AVAILABLE);
const minute = (instant) => (instant ? instant.slice(0, 16).replace("T", " ") : NOT_AVAILABLE);

// The 95% Wilson interval, as in the warehouse; null without outcomes.
const wilson = (successes, known) => {
  if (!known) return [null, null];
  const z = 1.959963984540054;
  const p = successes / known;
  const spread = (z * z) / known;
  const centre = (p + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((p * (1 - p)) / known + spread / (4 * known));
  return [successes ? Math.max(0, centre - half) : 0, successes === known ? 1 : Math.min(1, centre + half)];
};

// ---------------------------------------------------------------- filters

const asked = { project: "*", kind: "all", period: "all" };
const isWhole = () => asked.project === "*" && asked.period === "all";
const COUNTED = ["successful_completions", "failures", "abandoned", "unknown"];

// Counts by week for spans of weeks; otherwise by month, with everything earlier as one period.
const tableAsked = () => (asked.period === "weeks" || asked.period === "recent" ? data.weeks : data.months);
const spanAsked = () => data.spans[asked.period] ?? [null, null];
const isKind = (kind) => asked.kind === "all" || kind === asked.kind;
const rowsOf = (part) => data[part].data.filter((row) => isKind(row.kind) || isNothing(row.kind));

// Rates of counts.
const follow = (sum) => {
  sum.known_outcomes = sum.successful_completions + sum.failures + sum.abandoned;
  sum.total_invocations = sum.known_outcomes + sum.unknown;
  sum.success_rate = sum.known_outcomes ? sum.successful_completions / sum.known_outcomes : null;
  [sum.success_rate_low, sum.success_rate_high] = wilson(sum.successful_completions, sum.known_outcomes);
  return sum;
};
const nothing = () => ({ successful_completions: 0, failures: 0, abandoned: 0, unknown: 0 });
// Sums of a table grouped by `key`; rows with a null key are skipped.
const sums = (table, key) => {
  const found = new Map();
  for (let row = 0; row < table.name.length; row += 1) {
    if (asked.project !== "*" && table.projects[table.project[row]][0] !== asked.project) continue;
    if (!isKind(table.names[table.name[row]][0])) continue;
    const name = key(row);
    if (name === null) continue;
    let sum = found.get(name);
    if (!sum) found.set(name, (sum = { key: name, ...nothing() }));
    for (const each of COUNTED) sum[each] += table[each][row];
  }
  for (const sum of found.values()) follow(sum);
  return [...found.values()].sort((a, b) => b.total_invocations - a.total_invocations);
};
// The same for the selected period.
const addedUp = (key) => {
  const table = tableAsked();
  const [since, until] = spanAsked();
  const wanted = table.periods.map(([first, last, isOpen]) => since === null || (!isOpen && first >= since && last <= until));
  return sums(table, (row) => (wanted[table.period[row]] ? key(row, table) : null));
};
// Public counts by project lack small groups, so the totals come from an answer.
const isToldWhole = () => data.about.public && isWhole();
const known = (row) => row.successful_completions + row.failures + row.abandoned;
const byName = () => {
  if (isToldWhole()) return rowsOf("top").map((row) => ({ ...row, known_outcomes: known(row) }));
  return addedUp((row, table) => table.name[row]).map((sum) => {
    const [kind, skill_name] = tableAsked().names[sum.key];
    return { ...sum, kind, skill_name };
  }).sort((a, b) => b.total_invocations - a.total_invocations || (cut(a.skill_name) < cut(b.skill_name) ? -1 : 1));
};
const byProject = () => addedUp((row, table) => table.project[row]).map((sum) => {
  const [project_id, project_name] = tableAsked().projects[sum.key];
  return { ...sum, project_id, project_name };
});
const ofName = (kind, name) => addedUp((row, table) => {
  const [its, called] = table.names[table.name[row]];
  return its === kind && called === name ? table.project[row] : null;
}).map((sum) => ({ ...sum, project_name: tableAsked().projects[sum.key][1] }));
const inTotal = () => {
  if (!isToldWhole()) return addedUp(() => 0)[0] ?? null;
  const whole = nothing();
  for (const row of rowsOf("top")) for (const each of COUNTED) whole[each] += row[each] ?? 0;
  return follow(whole);
};

// ---------------------------------------------------------------- periods in a row

// The full periods of a skill: those of the trends, or sums for a single project.
const series = (grain, kind, name) => {
  if (asked.project === "*" || data.about.public) {
    const row = data[grain].data.find((each) => each.kind === kind && each.skill_name === name);
    return (row?.periods ?? []).filter((each) => each.since && !each.is_open && !isNothing(each.total_invocations));
  }
  if (grain === "daily") return [];
  const table = grain === "weekly" ? data.weeks : data.months;
  const first = grain === "weekly" ? data.spans.weeks[0] : data.spans.months[0];
  const rows = sums(table, (row) => {
    const [its, called] = table.names[table.name[row]];
    const [since, , isOpen] = table.periods[table.period[row]];
    return its === kind && called === name && !isOpen && since >= first ? table.period[row] : null;
  });
  const found = new Map(rows.map((sum) => [sum.key, sum]));
  return table.periods.map(([since, , isOpen], key) => ({ ...(found.get(key) ?? follow(nothing())), since, isOpen }))
    .filter((each) => !each.isOpen && each.since >= first).sort((a, b) => (a.since < b.since ? -1 : 1));
};
