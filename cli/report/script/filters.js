// What is selected, and the address that says so.

import { data, isPublic, projectById } from "./data.js";

// The periods that can be selected, and which counts lists and charts use.
export const PERIODS = {
  recent: {
    title: "Last 4 full weeks",
    before: "the 4 weeks before",
    list: "weeks",
    chart: "days",
  },
  weeks: {
    title: "Last 12 full weeks",
    before: "the 12 weeks before",
    list: "weeks",
    chart: "weeks",
  },
  months: {
    title: "Last 12 full months",
    before: "the 12 months before",
    list: "months",
    chart: "months",
  },
  all: { title: "All time", before: null, list: "months", chart: null },
};
// The days of a project that were observed, for a kind or for both; null where nothing was used.
export const observedDays = (project, kind) => project.observed[kind] ?? null;
const firstDays = data.projects.map((each) => observedDays(each, "all")?.[0]).filter(Boolean);
export const firstDay = firstDays.sort()[0] ?? null;
// A young warehouse shows everything, an older one what is recent.
const isYoung = isPublic || !firstDay || firstDay > data.spans.weeks[0][0];
export const DEFAULTS = { project: "*", type: "*", kind: "all", period: isYoung ? "all" : "weeks" };
export const asked = { ...DEFAULTS };

export const types = [
  ...new Set(data.projects.map((each) => each.project_type).filter(Boolean)),
].sort();
const isPossible = {
  project: (value) => projectById.has(value),
  type: (value) => types.includes(value),
  kind: (value) => value === "skill" || value === "agent",
  period: (value) => Object.hasOwn(PERIODS, value) && (!isPublic || value === "all"),
};

// The projects that are selected; null: all of them.
export const chosenProjects = () => {
  if (asked.project !== "*") return new Set([asked.project]);
  if (asked.type === "*") return null;
  const ofType = data.projects.filter((each) => each.project_type === asked.type);
  return new Set(ofType.map((each) => each.project_id));
};
export const listedProjects = () => {
  const chosen = chosenProjects();
  return data.projects.filter((each) => !chosen || chosen.has(each.project_id));
};
export const isEverywhere = () => asked.project === "*" && asked.type === "*";
export const isKind = (kind) => asked.kind === "all" || kind === asked.kind;
export const isUnfiltered = () => isEverywhere() && asked.kind === "all" && asked.period === "all";
// The rows of an answer about the kinds that are selected.
export const rowsOf = (part) => data[part].data.filter((row) => !row.kind || isKind(row.kind));

// `#/path?project=...`: what is not the default is named.
export const addressOf = (path) => {
  const named = Object.entries(asked).filter(([name, value]) => value !== DEFAULTS[name]);
  const query = new URLSearchParams(named).toString();
  return `#${path}${query && `?${query}`}`;
};
export const pathAsked = () => location.hash.slice(1).split("?")[0];
export const readAddress = () => {
  const given = new URLSearchParams(location.hash.split("?")[1] ?? "");
  for (const name of Object.keys(asked)) {
    const value = given.get(name);
    asked[name] = value !== null && isPossible[name](value) ? value : DEFAULTS[name];
  }
  settle();
};
// A project of another type than the one that is selected is none.
export const settle = () => {
  const type = projectById.get(asked.project)?.project_type;
  if (asked.type !== "*" && asked.project !== "*" && type !== asked.type) asked.project = "*";
};
export const writeAddress = () => history.replaceState(null, "", addressOf(pathAsked() || "/"));

// The page of a skill, by its name, or by its number if the name is too long for a URL.
export const pathOf = (kind, name) => {
  if (Array.from(name).length <= 90)
    return `/${kind}/${encodeURIComponent(name.toWellFormed?.() ?? name)}`;
  const isIt = (row) => row.kind === kind && row.skill_name === name;
  return `/${kind}/@${data.top.data.findIndex(isIt)}`;
};
export const nameAt = (place) => {
  if (place.startsWith("@")) {
    const row = data.top.data[Number(place.slice(1))];
    if (row) return row.skill_name;
  }
  try {
    return decodeURIComponent(place);
  } catch {
    return undefined;
  }
};
