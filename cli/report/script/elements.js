// Elements of the page. Text is only inserted as text nodes: a name can be anything.

import { addressOf, pathOf } from "./filters.js";
import { between, cut, isNothing, isOther, percent } from "./text.js";

const filled = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (!isNothing(value) && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => !isNothing(child) && child !== false));
  return element;
};
export const make = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);
export const drawn = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

export const section = (id, title, ...children) =>
  make(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    make("h2", { id: `${id}-title`, tabindex: "-1" }, title),
    ...children,
  );
export const quiet = (...children) => make("p", { class: "quiet" }, ...children);
export const bdi = (text) => make("bdi", {}, cut(text));
export const named = (kind, name) =>
  isOther(name) || isNothing(kind)
    ? make("span", {}, "other")
    : make("a", { href: addressOf(pathOf(kind, name)) }, bdi(name));
export const code = (text) => make("code", {}, text);

// Big numbers: title, value, a line below it.
export const tiles = (id, kind, facts) =>
  make(
    "dl",
    { class: `tiles ${kind}`, id },
    ...facts
      .filter(Boolean)
      .map(([title, value, ...more]) =>
        make(
          "div",
          { class: "tile" },
          make("dt", {}, title),
          make("dd", {}, value),
          ...more.filter(Boolean).map((each) => make("dd", { class: "more" }, each)),
        ),
      ),
  );

// Worse, better and the like: a word with a sign, not a colour alone.
const SIGNS = { bad: "▼", good: "▲", warn: "●", flat: "■" };
export const badge = (kind, word) =>
  make(
    "span",
    { class: `badge ${kind}` },
    make("span", { "aria-hidden": "true" }, `${SIGNS[kind]} `),
    word,
  );

// ---------------------------------------------------------------- small drawings in tables

// A rate with its 95% interval as a bar: the numbers of the interval are its name.
export const interval = (row) => {
  if (isNothing(row.success_rate)) return null;
  const at = (rate) => (3 + rate * 94).toFixed(1);
  const named = `95% interval ${between(row.success_rate_low, row.success_rate_high)}`;
  return drawn(
    "svg",
    {
      class: "interval",
      viewBox: "0 0 100 14",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": named,
      "data-value": row.success_rate_low,
    },
    drawn("title", {}, named),
    drawn("line", { class: "track", x1: 3, x2: 97, y1: 7, y2: 7 }),
    drawn("line", {
      class: "range",
      x1: at(row.success_rate_low),
      x2: at(row.success_rate_high),
      y1: 7,
      y2: 7,
    }),
    drawn("line", {
      class: "rate",
      x1: at(row.success_rate),
      x2: at(row.success_rate),
      y1: 2,
      y2: 12,
    }),
  );
};
// Small changes and few outcomes have no colour: they may be chance.
const wayOf = (before, now) => {
  const [a, b] = [before?.success_rate, now?.success_rate];
  const size = isNothing(a) || isNothing(b) ? 0 : b - a;
  const isFew = Math.min(before?.known_outcomes ?? 0, now?.known_outcomes ?? 0) < 10;
  return Math.abs(size) < 0.05 || isFew ? "same" : size < 0 ? "down" : "up";
};
// Two rates on one line from 0 to 100%: before and now, unless they have other names.
export const dumbbell = (before, now, { names = ["Before", "now"], way = null } = {}) => {
  const [a, b] = [before?.success_rate, now?.success_rate];
  if (isNothing(a) && isNothing(b)) return null;
  const at = (rate) => (4 + rate * 92).toFixed(1);
  const both = !isNothing(a) && !isNothing(b);
  const side = way ?? wayOf(before, now);
  return drawn(
    "svg",
    {
      class: "dumbbell",
      viewBox: "0 0 100 16",
      role: "img",
      "aria-label": `${names[0]} ${percent(a)}, ${names[1]} ${percent(b)}`,
    },
    drawn("line", { class: "track", x1: 4, x2: 96, y1: 8, y2: 8 }),
    both && drawn("line", { class: side, x1: at(a), x2: at(b), y1: 8, y2: 8 }),
    !isNothing(a) && drawn("circle", { class: "before", cx: at(a), cy: 8, r: 3.5 }),
    !isNothing(b) && drawn("circle", { class: `now ${side}`, cx: at(b), cy: 8, r: 4 }),
  );
};
// Uses by period; a gap where nobody looked.
export const spark = (periods, label) => {
  const most = Math.max(...periods.map((each) => each.counts?.total_invocations ?? 0), 1);
  const step = 120 / Math.max(1, periods.length);
  const bars = periods.map((each, at) => {
    if (!each.counts)
      return drawn("rect", {
        class: "gap",
        x: (at * step).toFixed(1),
        y: 21,
        width: (step * 0.8).toFixed(1),
        height: 3,
      });
    const height = Math.max(
      each.counts.total_invocations ? 1 : 0,
      (each.counts.total_invocations / most) * 22,
    );
    return drawn("rect", {
      x: (at * step).toFixed(1),
      y: (24 - height).toFixed(1),
      width: (step * 0.8).toFixed(1),
      height: height.toFixed(1),
    });
  });
  return drawn(
    "svg",
    {
      class: "spark",
      viewBox: "0 0 120 24",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    ...bars,
  );
};
