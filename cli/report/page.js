// ---------------------------------------------------------------- the page of one skill or agent

const ofOne = (kind, name) => {
  const of = (part) => data[part].data.find((row) => row.kind === kind && row.skill_name === name);
  const [whole, state] = [of("top"), of("health")];
  const back = make("p", {}, make("a", { href: "#/" }, "Back to the report"));
  if (!whole && !state) return [make("h2", { id: "one-title", tabindex: "-1" }, "Nothing with that name in this report"), back];
  const rows = ofName(kind, name);
  const facts = whole ? [
    ["Uses", number(whole.total_invocations), isNothing(whole.projects) ? "" : `${counted(whole.projects, "project")}, ${counted(whole.sessions, "session")}`],
    ["Success rate", percent(whole.success_rate), `${between(whole.success_rate_low, whole.success_rate_high)} of ${number(known(whole))} outcomes`],
    ["Median duration", duration(whole.p50_duration_ms), `95th percentile ${duration(whole.p95_duration_ms)}`],
    ["Last used", day(whole.last_used), `first ${day(whole.first_used)}`]] : [];
  if (state) facts.push(["Score", number(state.score), state.band ?? "not enough data"], ["Trend", verdict(state.trend?.verdict), isNothing(state.trend?.change) ? "" : `${state.trend.change > 0 ? "+" : ""}${(state.trend.change * 100).toFixed(1)} points in 30 days`]);
  const todo = data.recommend.data.filter((row) => row.origin === "skillhouse" && row.action && row.kind === kind && row.skill_name === name);
  const unusual = data.anomalies.data.filter((row) => row.day && row.kind === kind && row.skill_name === name);
  const errors = (state?.errors ?? []).filter((each) => each.error_type);
  return [back, make("h2", { id: "one-title", tabindex: "-1" }, bdi(name), ` (${kind})`), quiet("All projects and all time, unless stated otherwise."), cards("one", "", ...facts),
    ...(todo.length ? [make("h3", {}, "To do"), make("ol", { class: "advice" }, ...todo.map(adviceItem))] : []),
    make("h3", {}, "Over time"), ...overTime("one", [[kind, name]]),
    make("h3", {}, "By project"), table("one-projects", asked.period === "all" ? "By project, all time" : `By project, ${spanAsked().join(" to ")}`, "", [["Project", "name", (row) => row.project_name], USES, ...OUTCOMES], rows,
      (row) => make("tr", {}, heading(bdi(row.project_name)), uses(row), ...outcomes(row))),
    ...(errors.length ? [make("h3", {}, "Errors"), table("one-errors", "Error types in the last 120 days", "", [["Error", "name", (each) => each.error_type], ["Times", "number", (each) => each.count]], errors, (each) => make("tr", {}, heading(bdi(each.error_type)), cell(number(each.count), "number")))] : []),
    ...(unusual.length ? [make("h3", {}, "Unusual days"), anomalyTable("one-unusual", unusual)] : []),
    data.about.public ? null : make("p", {}, make("code", {}, state?.evidence ?? `skillhouse top-skills --kind ${kind}`))].filter((each) => each !== null);
};

// ---------------------------------------------------------------- the report

const PARTS = [["advice", "To do"], ["health", "Health"], ["top", "Most used"], ["trends", "Trends"], ["scatter", "Success vs usage"], ["projects", "Projects"], ["anomalies", "Unusual days"], ["quality", "Data"], ["glossary", "Glossary"]];
const TITLE = document.title;
const lookedAt = new Map();
let shown = location.hash;

const route = () => {
  const [, kind, place] = location.hash.split("/");
  return kind && kind !== "at" && place ? [kind, place] : [];
};
const safely = (place) => { try { return nameAt(place); } catch { return undefined; } };
const tell = () => {
  const [since, until] = spanAsked();
  const total = inTotal();
  const [, label] = tableAsked().projects.find(([id]) => id === asked.project) ?? [null, null];
  const where = asked.project === "*" ? "all projects" : cut(label ?? "this project");
  document.getElementById("told").textContent = `${since ? `${since} to ${until}` : "All time"}, ${where}, ${asked.kind === "all" ? "skills and agents" : `${asked.kind}s only`}: ${counted(total?.total_invocations ?? 0, "use")}.`;
};
const draw = () => {
  const [kind, place] = route();
  tell();
  pending.clear();
  if (kind) {
    const name = safely(place);
    main.replaceChildren(...ofOne(kind, name));
    document.title = `${cut(name ?? "")} (${kind}): skillhouse report`;
    return;
  }
  document.title = TITLE;
  if (!data.top.data.length) {
    main.replaceChildren(make("h2", {}, "No data yet"), ...[...data.top.warnings, ...data.status.warnings].map((each) => make("p", {}, each)),
      make("p", {}, make("code", {}, "skillhouse register-project PATH"), ", then ", make("code", {}, "skillhouse refresh")), quality(), glossary());
    return;
  }
  main.replaceChildren(headline(), advice(), health(), top(), trends(), scatter(), projects(), anomalies(), quality(), glossary());
};

const several = new Map([...data.months.projects, ...data.weeks.projects].filter(([id, name]) => id && name));
document.getElementById("project").append(make("option", { value: "*" }, "all projects"),
  ...[...several].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([id, name]) => make("option", { value: id }, cut(name))));
if (data.about.public) document.querySelectorAll("#period option:not([value=all])").forEach((each) => each.remove());
for (const name of ["project", "kind", "period"]) {
  const select = document.getElementById(name);
  // A browser may restore the previous selection.
  select.value = asked[name];
  select.addEventListener("change", () => { asked[name] = select.value; draw(); });
}
document.getElementById("parts").append(...PARTS.map(([part, title]) => make("a", { href: `#/at/${part}` }, title)));
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); main.scrollIntoView(); });

const theme = document.getElementById("theme");
const wear = (dark) => { document.documentElement.dataset.theme = dark ? "dark" : "light"; theme.setAttribute("aria-pressed", String(dark)); };
theme.addEventListener("click", () => wear(theme.getAttribute("aria-pressed") !== "true"));
const preferred = matchMedia("(prefers-color-scheme: dark)");
preferred.addEventListener("change", () => wear(preferred.matches));
wear(preferred.matches);

addEventListener("scroll", () => { lookedAt.set(shown, scrollY); }, { passive: true });
addEventListener("hashchange", () => {
  const [, at, part] = location.hash.split("/");
  const stays = at === "at" && (shown === "" || shown === "#/" || shown.startsWith("#/at/"));
  const before = lookedAt.get(location.hash) ?? 0;
  shown = location.hash;
  if (!stays) draw();
  const target = at === "at" ? document.getElementById(`${part}-title`) : document.getElementById("one-title") ?? main;
  target?.focus({ preventScroll: true });
  if (at === "at") target?.scrollIntoView();
  else scrollTo({ top: before, behavior: "instant" });
});
for (const hidden of ["filters", "parts"]) document.getElementById(hidden).hidden = false;
draw();
await Promise.all(pending);
document.documentElement.dataset.drawn = performance.now().toFixed(0);
