// The page: which part is shown, filters, theme.

import { advice } from "./advice.js";
import { drawCharts } from "./chart.js";
import { data, isPublic, main } from "./data.js";
import { disk } from "./disk.js";
import { code, make } from "./elements.js";
import {
  addressOf,
  asked,
  listedProjects,
  nameAt,
  PERIODS,
  pathAsked,
  readAddress,
  settle,
  types,
  writeAddress,
} from "./filters.js";
import { changes, health } from "./findings.js";
import { anomalies, glossary, projects, quality, top } from "./lists.js";
import { ofOne } from "./one.js";
import { overview } from "./overview.js";
import { forget, inTotal, spanAsked } from "./sums.js";
import { team } from "./team.js";
import { counted, cut } from "./text.js";

const PARTS = [
  ["overview", "Overview"],
  ["changes", "What changed"],
  ["advice", "What to do"],
  ["health", "Health"],
  ...(data.team ? [["team", "Team"]] : []),
  ["top", "Most used"],
  ["projects", "Projects"],
  ...(data.disk.rows.length ? [["disk", "On disk"]] : []),
  ["anomalies", "Unusual days"],
  ["quality", "Data"],
  ["glossary", "Glossary"],
];
const TITLE = document.title;
const byId = (id) => document.getElementById(id);

// `/skill/name`, `/agent/name`, or `/at/section`.
const route = () => {
  const [, kind, place] = pathAsked().split("/");
  return kind && kind !== "at" && place ? [kind, place] : [];
};
const option = (value, title) => make("option", { value }, title);
const refill = (id, options) => {
  const select = byId(id);
  select.replaceChildren(...options);
  select.value = asked[id];
};
const showFilters = () => {
  const ofType = data.projects.filter(
    (each) => asked.type === "*" || each.project_type === asked.type,
  );
  const sorted = ofType.toSorted
    ? ofType.toSorted((a, b) => (a.project_name < b.project_name ? -1 : 1))
    : ofType;
  refill("project", [
    option("*", "All projects"),
    ...sorted.map((each) => option(each.project_id, cut(each.project_name))),
  ]);
  refill("type", [option("*", "All types"), ...types.map((type) => option(type, cut(type)))]);
  byId("type").closest("label").hidden = !types.length;
  refill("kind", [
    option("all", "Skills and agents"),
    option("skill", "Skills"),
    option("agent", "Agents"),
  ]);
  const periods = Object.entries(PERIODS).filter(([period]) => !isPublic || period === "all");
  refill(
    "period",
    periods.map(([period, { title }]) => option(period, title)),
  );
};
const tell = () => {
  const span = spanAsked();
  const [only] = listedProjects();
  const type = asked.type === "*" ? "all projects" : `projects of type ${asked.type}`;
  const where = asked.project === "*" ? type : cut(only?.project_name ?? "this project");
  const kinds = asked.kind === "all" ? "skills and agents" : `${asked.kind}s only`;
  byId("announcement").textContent =
    `${span ? span.join(" to ") : "All time"}, ${where}, ${kinds}: ${counted(inTotal().total_invocations, "use")}.`;
};
const link = () => {
  byId("home").href = addressOf("/");
  byId("parts").replaceChildren(
    ...PARTS.map(([part, title]) => make("a", { href: addressOf(`/at/${part}`) }, title)),
  );
};
const command = (text) => make("li", {}, code(text));
const empty = () => [
  make("h2", {}, "No data yet"),
  make("p", {}, "Register a repository, then collect what its tools have recorded:"),
  make("ol", {}, command("skillhouse register-project PATH"), command("skillhouse refresh")),
  quality(),
  glossary(),
];
// What every answer begins with, such as that nothing new was recorded.
const warnings = () =>
  [...new Set([...data.summary.warnings, ...data.top.warnings])].map((each) =>
    make("p", { class: "banner" }, each),
  );
const draw = () => {
  forget();
  showFilters();
  link();
  tell();
  const [kind, place] = route();
  const isEmpty = !data.top.data.length;
  byId("filters").hidden = isEmpty;
  byId("parts").hidden = Boolean(kind) || isEmpty;
  if (kind) {
    const name = nameAt(place);
    main.replaceChildren(...ofOne(kind, name));
    document.title = `${cut(name ?? "")} (${kind}): skillhouse report`;
  } else {
    document.title = TITLE;
    main.replaceChildren(
      ...(!isEmpty
        ? [
            ...warnings(),
            overview(),
            changes(),
            advice(),
            health(),
            ...team(),
            top(),
            projects(),
            ...disk(),
            anomalies(),
            quality(),
            glossary(),
          ]
        : empty()),
    );
  }
  drawCharts();
};

for (const name of Object.keys(asked)) {
  byId(name).addEventListener("change", (event) => {
    asked[name] = event.target.value;
    settle();
    writeAddress();
    draw();
  });
}
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
  main.scrollIntoView();
});

const theme = byId("theme");
const wear = (dark) => {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  theme.setAttribute("aria-pressed", String(dark));
};
theme.addEventListener("click", () => wear(theme.getAttribute("aria-pressed") !== "true"));
const preferred = matchMedia("(prefers-color-scheme: dark)");
preferred.addEventListener("change", () => wear(preferred.matches));
wear(preferred.matches);

// Where each path was scrolled to, for the button of the browser that goes back.
const scrolled = new Map();
let shown = location.hash;
const pathOfHash = (hash) => hash.slice(1).split("?")[0];
const isReport = (path) => path === "" || path === "/" || path.startsWith("/at/");
addEventListener("scroll", () => scrolled.set(pathOfHash(shown), scrollY), { passive: true });
addEventListener("hashchange", () => {
  const [, at, part] = pathAsked().split("/");
  const before = scrolled.get(pathAsked()) ?? 0;
  const stays =
    at === "at" &&
    isReport(pathOfHash(shown)) &&
    location.hash.split("?")[1] === shown.split("?")[1];
  shown = location.hash;
  readAddress();
  if (!stays) draw();
  const target = at === "at" ? byId(`${part}-title`) : (byId("one-title") ?? main);
  target?.focus({ preventScroll: true });
  if (at === "at") target?.scrollIntoView();
  else scrollTo({ top: before, behavior: "instant" });
});

readAddress();
draw();
if (pathAsked().startsWith("/at/")) byId(`${pathAsked().split("/")[2]}-title`)?.scrollIntoView();
document.documentElement.dataset.drawn = performance.now().toFixed(0);
