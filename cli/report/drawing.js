// ---------------------------------------------------------------- elements

// Text is only inserted as text nodes: a name can be anything.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (!isNothing(value) && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => !isNothing(child)));
  return element;
};
const drawn = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const section = (id, title, ...children) => make("section", { id, "aria-labelledby": `${id}-title` },
  make("h2", { id: `${id}-title`, tabindex: "-1" }, title), ...children);
const quiet = (...children) => make("p", { class: "quiet" }, ...children);
const bdi = (text) => make("bdi", {}, cut(text));

// The page of a skill, by its name, or by its number if the name is too long for a URL.
const address = (kind, name) => {
  const short = Array.from(name).length <= 90;
  const at = short ? encodeURIComponent(name.toWellFormed?.() ?? name) : `@${data.top.data.findIndex((row) => row.kind === kind && row.skill_name === name)}`;
  return `#/${kind}/${at}`;
};
const nameAt = (place) => (place.startsWith("@") ? data.top.data[Number(place.slice(1))]?.skill_name : decodeURIComponent(place));
const isOther = (name) => isNothing(name) || (data.about.public && name === "other");
// The sort key of a row's name; `other` has none.
const itsName = (row) => (isOther(row.skill_name) ? null : row.skill_name);
const named = (kind, name) => (isOther(name) || isNothing(kind) ? make("span", {}, "other") : make("a", { href: address(kind, name) }, bdi(name)));

// ---------------------------------------------------------------- tables

const SHOWN = 50;
const cell = (content, kind = "", value = undefined) => make("td", { class: kind || null, "data-value": value }, content instanceof Node ? content : String(content ?? ""));
const heading = (...content) => make("th", { scope: "row", class: "name" }, ...content);

// The sorting of each table (column, direction), kept when it is drawn again.
const sortings = new Map();
const WORDS = new Intl.Collator("en", { numeric: true });
const moment = (text) => (text ? Date.parse(text) : null);
// Missing values come last in both directions.
const inOrder = (entries, by, direction) => {
  const keyed = entries.map((entry) => [by(entry.row), entry]);
  const sign = direction === "ascending" ? 1 : -1;
  const known = keyed.filter(([key]) => !isNothing(key)).sort(([a], [b]) => sign * (typeof a === "number" ? a - b : WORDS.compare(a, b)));
  return [...known, ...keyed.filter(([key]) => isNothing(key))].map(([, entry]) => entry);
};
// `columns`: title, class, and the sort key of a row, if sortable. `order` describes the initial
// order. `line` draws a row. A button shows the rows beyond the limit.
const table = (id, caption, order, columns, rows, line) => {
  const entries = rows.map((row) => ({ row }));
  const body = make("tbody");
  const title = make("caption");
  let limit = SHOWN;
  const draw = () => {
    const [name, direction] = sortings.get(id) ?? [];
    const chosen = columns.find(([each, , by]) => by && each === name);
    heads.forEach((head, at) => (columns[at] === chosen ? head.setAttribute("aria-sort", direction) : head.removeAttribute("aria-sort")));
    title.textContent = chosen ? `${caption}, by ${name}, ${direction}` : `${caption}${order && `, ${order}`}`;
    const sorted = chosen ? inOrder(entries, chosen[2], direction) : entries;
    body.replaceChildren(...sorted.slice(0, limit).map((entry) => (entry.line ??= line(entry.row))));
  };
  // The second click reverses the order, the third restores the initial one. Numbers start with the
  // largest.
  const sort = (name, by) => {
    const first = typeof rows.map(by).find((key) => !isNothing(key)) === "number" ? "descending" : "ascending";
    const [before, direction] = sortings.get(id) ?? [];
    if (before !== name) sortings.set(id, [name, first]);
    else if (direction === first) sortings.set(id, [name, first === "ascending" ? "descending" : "ascending"]);
    else sortings.delete(id);
    draw();
  };
  const heads = columns.map(([name, kind, by], at) => make("th", { scope: "col", class: kind || null },
    by && rows.length > 1 ? make("button", { type: "button", class: "sort", id: `${id}-by-${at}`, onclick: () => sort(name, by) }, name) : name));
  draw();
  const whole = make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption }, make("table", {}, title, make("thead", {}, make("tr", {}, ...heads)), body));
  if (rows.length <= SHOWN) return whole;
  const more = make("button", { type: "button", onclick: () => { limit = rows.length; draw(); more.remove(); whole.focus(); } }, `Show all ${number(rows.length)}`);
  return make("div", {}, whole, more);
};
const OUTCOMES = [["Success", "number", (row) => row.success_rate], ["95% interval", "number", (row) => row.success_rate_low], ["", "drop"],
  ["Failed", "number drop", (row) => row.failures], ["Abandoned", "number drop", (row) => row.abandoned], ["Unknown", "number drop", (row) => row.unknown]];
const outcomes = (row) => [
  cell(percent(row.success_rate), "number", row.success_rate), cell(between(row.success_rate_low, row.success_rate_high), "number", row.success_rate_low), cell(interval(row), "drop"),
  cell(number(row.failures), "number drop"), cell(number(row.abandoned), "number drop"), cell(number(row.unknown), "number drop")];
const USES = ["Uses", "number", (row) => row.total_invocations];
const uses = (row) => cell(number(row.total_invocations), "number", row.total_invocations);
const cards = (id, kind, ...facts) => make("dl", { class: `cards ${kind}`, id },
  ...facts.map(([title, value, more]) => make("div", { class: "card" }, make("dt", {}, title), make("dd", {}, value), make("dd", {}, more ?? ""))));

// ---------------------------------------------------------------- small drawings in tables

// Hidden from screen readers: the numbers are next to it.
const interval = (row) => {
  if (isNothing(row.success_rate)) return "";
  const at = (rate) => (3 + rate * 94).toFixed(1);
  return drawn("svg", { class: "interval", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("line", { class: "track", x1: 3, x2: 97, y1: 7, y2: 7 }),
    drawn("line", { class: "range", x1: at(row.success_rate_low), x2: at(row.success_rate_high), y1: 7, y2: 7 }),
    drawn("circle", { class: "rate", cx: at(row.success_rate), cy: 7, r: 3 }));
};
const spark = (values, told) => {
  const most = Math.max(...values, 1);
  const step = 116 / Math.max(1, values.length - 1);
  const line = values.map((value, place) => `${place ? "L" : "M"}${(2 + place * step).toFixed(1)} ${(22 - (value / most) * 20).toFixed(1)}`).join("");
  return drawn("svg", { class: "spark", viewBox: "0 0 120 24", role: "img", "aria-label": told }, drawn("path", { d: line }));
};

// ---------------------------------------------------------------- charts

// Contrast of at least 3:1 on white and on black, distinguishable with red-green blindness; texts and
// lines use the current colour.
const COLOURS = ["#0072b2", "#d55e00", "#008a64", "#b5578f", "#a67300"];
const pending = new Set();
const latest = new WeakMap();
const queues = new WeakMap();
// Drawing takes a while: only the last request for a place is drawn after the current one.
const inTurn = (place, work) => {
  latest.set(place, work);
  const turn = (queues.get(place) ?? Promise.resolve(null)).catch(() => null)
    .then((before) => (latest.get(place) === work ? (before?.finalize(), work()) : before));
  queues.set(place, turn);
  pending.add(turn);
  return turn;
};
const chart = (place, spec, told) => {
  const text = { labelColor: "currentColor", titleColor: "currentColor", labelOpacity: 0.75, titleOpacity: 0.75, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 };
  const config = {
    // Screen readers read one sentence, not every mark.
    aria: false, background: "transparent", font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", view: { stroke: null },
    axis: { ...text, gridColor: "currentColor", gridOpacity: 0.12, domainColor: "currentColor", domainOpacity: 0.3, tickColor: "currentColor", tickOpacity: 0.3 },
    legend: { ...text, labelLimit: 220, symbolStrokeWidth: 2 }, range: { category: COLOURS }, point: { filled: true }, mark: { color: COLOURS[0] },
  };
  const whole = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: 260, autosize: { type: "fit", contains: "padding" }, config, description: told, ...spec };
  const options = { actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true } };
  return inTurn(place, async () => {
    const { view } = await vegaEmbed(place, whole, options);
    const picture = place.querySelector("svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", told);
    return view;
  });
};
// The library groups by keys of plain objects, where names like "constructor" already exist. So a
// chart groups by the number `at` and looks its labels up in the list `labels`.
const LABELS = "labels";
const LABEL = `${LABELS}[datum.value]`;
const LINES = { legend: { labelExpr: LABEL, orient: "top", columns: innerWidth < 640 ? 2 : 5, title: null } };
const OVER_TIME = { field: "since", type: "temporal", title: null, axis: { format: "%Y-%m-%d", labelOverlap: true, tickCount: innerWidth < 640 ? 4 : 8, grid: false } };

// Buttons of which one is selected.
const choice = (label, options, chosen, choose) => {
  const buttons = options.map(([value, title]) => make("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(options[at][0] === value)));
    choose(value);
  } }, title));
  return make("div", { role: "group", "aria-label": label }, ...buttons);
};
// The data of a chart as a table.
const told = (...parts) => make("details", {}, make("summary", {}, "Show as a table"), table(...parts));
