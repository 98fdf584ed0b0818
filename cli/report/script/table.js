// Tables that are sorted by their headings.

import { interval, make } from "./elements.js";
import { isNothing, number, percent } from "./text.js";

const SHOWN = 40;
export const cell = (content, kind = "", value = undefined) =>
  make(
    "td",
    { class: kind || null, "data-value": value },
    content instanceof Node ? content : String(content ?? ""),
  );
export const heading = (...content) => make("th", { scope: "row", class: "name" }, ...content);

// The sorting of each table (column, direction), kept when it is drawn again.
const sortings = new Map();
const words = new Intl.Collator("en", { numeric: true });
// Missing values come last in both directions.
const inOrder = (entries, by, direction) => {
  const keyed = entries.map((entry) => [by(entry.row), entry]);
  const sign = direction === "ascending" ? 1 : -1;
  const compare = ([a], [b]) => sign * (typeof a === "number" ? a - b : words.compare(a, b));
  const known = keyed.filter(([key]) => !isNothing(key)).sort(compare);
  return [...known, ...keyed.filter(([key]) => isNothing(key))].map(([, entry]) => entry);
};

// `columns`: title, class, and the sort key of a row, if sortable. `order` describes the initial
// order. `line` draws a row. A button shows the rows beyond the limit.
export const table = (id, caption, order, columns, rows, line, limited = SHOWN) => {
  const entries = rows.map((row) => ({ row }));
  const body = make("tbody");
  const title = make("caption");
  let limit = limited;
  const draw = () => {
    const [name, direction] = sortings.get(id) ?? [];
    const chosen = columns.find(([each, , by]) => by && each === name);
    for (const [at, head] of heads.entries()) {
      if (columns[at] === chosen) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
    title.textContent = chosen
      ? `${caption}, by ${name}, ${direction}`
      : `${caption}${order && `, ${order}`}`;
    const sorted = chosen ? inOrder(entries, chosen[2], direction) : entries;
    const shown = sorted.slice(0, limit);
    for (const entry of shown) entry.line ??= line(entry.row);
    body.replaceChildren(...shown.map((entry) => entry.line));
  };
  // The second click reverses the order, the third restores the initial one. Numbers start with the
  // largest.
  const sort = (name, by) => {
    const some = rows.map(by).find((key) => !isNothing(key));
    const first = typeof some === "number" ? "descending" : "ascending";
    const [before, direction] = sortings.get(id) ?? [];
    if (before !== name) sortings.set(id, [name, first]);
    else if (direction === first)
      sortings.set(id, [name, first === "ascending" ? "descending" : "ascending"]);
    else sortings.delete(id);
    draw();
  };
  const heads = columns.map(([name, kind, by], at) => {
    const sorter = by && rows.length > 1;
    const button = () =>
      make(
        "button",
        { type: "button", class: "sort", id: `${id}-by-${at}`, onclick: () => sort(name, by) },
        name,
      );
    return make("th", { scope: "col", class: kind || null }, sorter ? button() : name);
  });
  draw();
  const whole = make(
    "div",
    { class: "wide", id: `${id}-table`, tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, title, make("thead", {}, make("tr", {}, ...heads)), body),
  );
  if (rows.length <= limited) return whole;
  const more = make(
    "button",
    {
      type: "button",
      onclick: () => {
        limit = rows.length;
        draw();
        more.remove();
        whole.focus();
      },
    },
    `Show all ${number(rows.length)}`,
  );
  return make("div", {}, whole, more);
};
// The data of a chart as a table.
export const dataTable = (...parts) =>
  make("details", {}, make("summary", {}, "Show as a table"), table(...parts));

// ---------------------------------------------------------------- columns of several tables

export const USES = ["Uses", "number", (row) => row.total_invocations];
export const uses = (row) => cell(number(row.total_invocations), "number", row.total_invocations);
export const SUCCESS = [
  ["Success", "number", (row) => row.success_rate],
  ["95% interval", "drop", (row) => row.success_rate_low],
];
export const success = (row) => [
  cell(percent(row.success_rate), "number", row.success_rate),
  cell(interval(row) ?? "", "drop"),
];
export const OUTCOMES = [
  ["Failed", "number drop", (row) => row.failures],
  ["Abandoned", "number drop", (row) => row.abandoned],
  ["Unknown", "number drop", (row) => row.unknown],
];
export const outcomes = (row) => OUTCOMES.map(([, kind, of]) => cell(number(of(row)), kind));
