// ---------------------------------------------------------------- elements

// Text is only ever put in as text: a name can be anything.
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

// A name's own page, by its name; by its number where the name is too long for an address.
const address = (kind, name) => {
  const short = Array.from(name).length <= 90;
  const at = short ? encodeURIComponent(name.toWellFormed?.() ?? name) : `@${data.top.data.findIndex((row) => row.kind === kind && row.skill_name === name)}`;
  return `#/${kind}/${at}`;
};
const nameAt = (place) => (place.startsWith("@") ? data.top.data[Number(place.slice(1))]?.skill_name : decodeURIComponent(place));
const isOther = (name) => isNothing(name) || (data.about.public && name === "other");
const named = (kind, name) => (isOther(name) || isNothing(kind) ? make("span", {}, "other") : make("a", { href: address(kind, name) }, bdi(name)));

// ---------------------------------------------------------------- tables

const SHOWN = 50;
const cell = (content, kind = "", value = undefined) => make("td", { class: kind || null, "data-value": value }, content instanceof Node ? content : String(content ?? ""));
const heading = (...content) => make("th", { scope: "row", class: "name" }, ...content);
// `columns` are pairs of a title and a class; rows beyond what is shown wait for a button.
const table = (caption, columns, rows) => {
  const body = make("tbody", {}, ...rows.slice(0, SHOWN));
  const whole = make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...columns.map(([title, kind]) => make("th", { scope: "col", class: kind ?? null }, title)))), body));
  if (rows.length <= SHOWN) return whole;
  const more = make("button", { type: "button", onclick: () => { body.append(...rows.slice(SHOWN)); more.remove(); whole.focus(); } }, `Show all ${number(rows.length)}`);
  return make("div", {}, whole, more);
};
const OUTCOMES = [["Success", "number"], ["95% interval", "number"], ["", "drop"], ["Failed", "number drop"], ["Abandoned", "number drop"], ["Unknown", "number drop"]];
const outcomes = (row) => [
  cell(percent(row.success_rate), "number", row.success_rate), cell(between(row.success_rate_low, row.success_rate_high), "number", row.success_rate_low), cell(interval(row), "drop"),
  cell(number(row.failures), "number drop"), cell(number(row.abandoned), "number drop"), cell(number(row.unknown), "number drop")];
const uses = (row) => cell(number(row.total_invocations), "number", row.total_invocations);
const cards = (id, kind, ...facts) => make("dl", { class: `cards ${kind}`, id },
  ...facts.map(([title, value, more]) => make("div", { class: "card" }, make("dt", {}, title), make("dd", {}, value), make("dd", {}, more ?? ""))));

// ---------------------------------------------------------------- small drawings in tables

// The numbers stand beside it, so it is not read aloud.
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

// Each stands out by three to one or more from white and from black paper, and they are told apart
// by those who confuse red and green; texts and lines take the colour of what is around them.
const COLOURS = ["#0072b2", "#d55e00", "#008a64", "#b5578f", "#a67300"];
const pending = new Set();
const chart = (place, spec, told) => {
  const text = { labelColor: "currentColor", titleColor: "currentColor", labelOpacity: 0.75, titleOpacity: 0.75, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 };
  const config = {
    background: "transparent", font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", view: { stroke: null },
    axis: { ...text, gridColor: "currentColor", gridOpacity: 0.12, domainColor: "currentColor", domainOpacity: 0.3, tickColor: "currentColor", tickOpacity: 0.3 },
    legend: { ...text, labelLimit: 220, symbolStrokeWidth: 2 }, range: { category: COLOURS }, point: { filled: true }, mark: { color: COLOURS[0] },
  };
  const whole = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: 260, autosize: { type: "fit", contains: "padding" }, config, description: told, ...spec };
  const options = { actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true } };
  const drawing = vegaEmbed(place, whole, options).then(({ view }) => {
    const picture = place.querySelector("svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", told);
    return view;
  });
  pending.add(drawing);
  return drawing;
};
const LINES = { legend: { orient: "top", columns: innerWidth < 640 ? 2 : 5, title: null } };
const OVER_TIME = { field: "since", type: "temporal", title: null, axis: { format: "%Y-%m-%d", labelOverlap: true, tickCount: innerWidth < 640 ? 4 : 8, grid: false } };

// Buttons of which one is pressed.
const choice = (label, options, chosen, choose) => {
  const buttons = options.map(([value, title]) => make("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(options[at][0] === value)));
    choose(value);
  } }, title));
  return make("div", { role: "group", "aria-label": label }, ...buttons);
};
// What a chart shows, as a table for those who cannot see it, or want to know exactly.
const told = (caption, columns, rows) => make("details", {}, make("summary", {}, "The same as a table"), table(caption, columns, rows));
