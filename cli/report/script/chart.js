// Charts over time as SVG: drawn for the width of their place, and again when that changes.

import { data } from "./data.js";
import { drawn, make } from "./elements.js";
import {
  between,
  counted,
  isNothing,
  longMonth,
  NO_DATA,
  number,
  percent,
  shortDay,
  shortMonth,
  wholePercent,
} from "./text.js";

// Rates from fewer outcomes are too noisy for a line.
export const FEW = 5;
const LEFT = 54;
const RIGHT = 14;
let patterns = 0;

// ---------------------------------------------------------------- a hint beside the pointer

const tip = make("div", { id: "tip", "aria-hidden": "true", hidden: "" });
document.body.append(tip);
const hint = (event, lines) => {
  tip.replaceChildren(...lines.map((line) => make("div", {}, line)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, innerWidth - box.width - 8);
  const above = event.clientY - box.height - 12;
  // Styles of elements are set by script, one by one: the policy allows no style attributes.
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 8 ? above : event.clientY + 16}px`;
};
const unhint = () => {
  tip.hidden = true;
};
addEventListener("scroll", unhint, { passive: true });

// ---------------------------------------------------------------- scales

const niceTop = (value) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const tops = [1, 2, 3, 4, 5, 6, 8, 10].map((each) => each * power);
  // Half of it is a whole number.
  return tops.find((each) => each >= value && each % 2 === 0);
};
// Rates are read off an axis that begins where all of them fit.
const rateFloor = (rates) =>
  [0.9, 0.8, 0.7, 0.6, 0.5].find((floor) => rates.every((rate) => rate >= floor)) ?? 0;
const durationTop = (value) =>
  data.duration_tops.find(([top]) => top >= value) ?? data.duration_tops.at(-1);

const text = (x, y, anchor, content, kind = "") =>
  drawn("text", { x, y, "text-anchor": anchor, class: kind }, content);
const gridline = (y, width) =>
  drawn("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y });
// Labels below the periods, as many as have room.
const labelsOf = (part, periods) => {
  if (part !== "months") return periods.map((each) => shortDay(each.since));
  return periods.map((each, at) =>
    at === 0 || each.since.slice(5, 7) === "01" ? longMonth(each.since) : shortMonth(each.since),
  );
};
const timeAxis = (part, periods, middle, y, room) => {
  const labels = labelsOf(part, periods);
  let free = 0;
  return labels.flatMap((label, at) => {
    const half = label.length * 3.6;
    const [x, anchor] = at === 0 && middle(0) - half < 0 ? [2, "start"] : [middle(at), "middle"];
    const begin = anchor === "start" ? x : x - half;
    const end = anchor === "start" ? x + 2 * half : x + half;
    if (begin < free || end > room) return [];
    free = end + 14;
    return [text(x.toFixed(1), y, anchor, label)];
  });
};
// Consecutive points that have a value, apart where nobody looked.
const runs = (points) => {
  const found = [[]];
  for (const point of points) {
    if (point.isGap) found.push([]);
    else if (!isNothing(point.y)) found.at(-1).push(point);
  }
  return found.filter((run) => run.length);
};
const lineOf = (points) =>
  points.map(({ x, y }, at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const bandOf = (points) => {
  const there = points.map(({ x, high }) => `${x.toFixed(1)} ${high.toFixed(1)}`);
  const back = points.map(({ x, low }) => `${x.toFixed(1)} ${low.toFixed(1)}`).reverse();
  return `M${[...there, ...back].join("L")}Z`;
};
const plotted = (points, kind = "") =>
  runs(points).flatMap((run) => [
    ...(isNothing(run[0].low) ? [] : [drawn("path", { class: "band", d: bandOf(run) })]),
    drawn("path", { class: `line ${kind}`, d: lineOf(run) }),
    ...run
      .filter((_, at) => points.length <= 40 || run.length === 1 || at === run.length - 1)
      .map(({ x, y }) =>
        drawn("circle", { class: `dot ${kind}`, cx: x.toFixed(1), cy: y.toFixed(1), r: 2.5 }),
      ),
  ]);
const hatch = (id) =>
  drawn(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    drawn("line", { class: "hatch", x1: 0, y1: 0, x2: 0, y2: 6 }),
  );
// Where nobody looked.
const gaps = (periods, left, step, top, height) => {
  const found = [];
  for (const [at, each] of periods.entries()) {
    if (each.counts) continue;
    if (found.length && found.at(-1).until === at) found.at(-1).until = at + 1;
    else found.push({ since: at, until: at + 1 });
  }
  if (!found.length) return [];
  patterns += 1;
  const id = `hatch-${patterns}`;
  return [
    drawn("defs", {}, hatch(id)),
    ...found.flatMap(({ since, until }) => {
      const [x, width] = [left + since * step, (until - since) * step];
      const mark = drawn("rect", {
        class: "gap",
        x: x.toFixed(1),
        y: top,
        width: width.toFixed(1),
        height,
        fill: `url(#${id})`,
      });
      const words =
        width > 90 && height > 40
          ? [text((x + width / 2).toFixed(1), top + height / 2, "middle", NO_DATA, "on-gap")]
          : [];
      return [mark, ...words];
    }),
  ];
};

// ---------------------------------------------------------------- drawing

// Fixed sizes would not fit a phone and a wide screen.
const places = new Map();
const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const place = places.get(target);
    if (!place || Math.abs(place.width - contentRect.width) < 2) continue;
    place.width = contentRect.width;
    target.replaceChildren(place.draw(Math.max(contentRect.width, 120)));
  }
});
const drawnIn = (kind, attributes, draw) => {
  const place = make("div", { class: `chart ${kind}`, ...attributes });
  places.set(place, { width: 0, draw });
  resized.observe(place);
  return place;
};
// To be called once the places of all charts are in the page.
export const drawCharts = () => {
  for (const [place, known] of places) {
    if (!place.isConnected) {
      resized.unobserve(place);
      places.delete(place);
    } else if (!known.width) {
      known.width = place.getBoundingClientRect().width;
      place.replaceChildren(known.draw(Math.max(known.width, 120)));
    }
  }
};
const picture = (width, height, label, ...children) =>
  drawn(
    "svg",
    { viewBox: `0 0 ${width.toFixed(0)} ${height}`, role: "img", "aria-label": label },
    ...children,
  );
const hits = (periods, left, step, height, lines) =>
  periods.map((each, at) =>
    drawn("rect", {
      class: "hit",
      x: (left + at * step).toFixed(1),
      y: 0,
      width: step.toFixed(1),
      height,
      onpointermove: (event) => hint(event, lines(each)),
      onpointerdown: (event) => hint(event, lines(each)),
      onpointerleave: unhint,
    }),
  );
export const periodName = (part, each) => {
  if (part === "days") return each.since;
  return part === "months" ? longMonth(each.since) : `${each.since} to ${each.until}`;
};
const rateOf = (counts) => (counts && counts.known_outcomes >= FEW ? counts.success_rate : null);
const described = (part, each) => {
  const { counts } = each;
  const when = `${periodName(part, each)}${each.isOpen ? " (incomplete)" : ""}`;
  if (!counts) return [when, NO_DATA];
  const lines = [when, counted(counts.total_invocations, "use")];
  if (counts.known_outcomes)
    lines.push(
      `Success ${percent(counts.success_rate)} (${between(counts.success_rate_low, counts.success_rate_high)})`,
    );
  if (counts.failures + counts.abandoned)
    lines.push(`${number(counts.failures + counts.abandoned)} failed or abandoned`);
  return lines;
};

// Success above, uses below, on one axis of time. `marks`: days with a word.
export const overTime = ({ id, part, periods, label, marks = [] }) =>
  drawnIn("large", { id }, (width) => {
    const [top, rateHeight, between_, useHeight] =
      width < 560 ? [22, 92, 34, 60] : [24, 130, 38, 88];
    const [rateEnd, useTop] = [top + rateHeight, top + rateHeight + between_];
    const useEnd = useTop + useHeight;
    const height = useEnd + 24;
    const step = (width - LEFT - RIGHT) / periods.length;
    const middle = (at) => LEFT + (at + 0.5) * step;
    const rates = periods.map((each) => rateOf(each.counts));
    const floor = rateFloor(
      periods.filter((_, at) => !isNothing(rates[at])).map((each) => each.counts.success_rate_low),
    );
    const rateY = (rate) => rateEnd - ((rate - floor) / (1 - floor)) * rateHeight;
    const most = niceTop(Math.max(...periods.map((each) => each.counts?.total_invocations ?? 0)));
    const useY = (uses) => useEnd - (uses / most) * useHeight;
    const points = periods.map(({ counts }, at) =>
      isNothing(rates[at])
        ? { isGap: !counts }
        : {
            x: middle(at),
            y: rateY(rates[at]),
            low: rateY(counts.success_rate_low),
            high: rateY(counts.success_rate_high),
          },
    );
    const bar = Math.min(step * 0.72, 36);
    const bars = periods.flatMap(({ counts, isOpen }, at) => {
      if (!counts?.total_invocations) return [];
      let below = 0;
      return [
        ["good", counts.successful_completions],
        ["bad", counts.failures + counts.abandoned],
        ["unknown", counts.unknown],
      ]
        .filter(([, count]) => count)
        .map(([kind, count]) => {
          const [y, end] = [useY(below + count), useY(below)];
          below += count;
          return drawn("rect", {
            class: `bar ${kind}${isOpen ? " open" : ""}`,
            x: (middle(at) - bar / 2).toFixed(1),
            y: y.toFixed(1),
            width: bar.toFixed(1),
            height: Math.max(end - y, 0.5).toFixed(1),
          });
        });
    });
    const at = (day) => periods.findIndex((each) => each.since <= day && day <= each.until);
    const marked = marks
      .filter(([day]) => at(day) >= 0)
      .flatMap(([day, word]) => {
        const x = middle(at(day)).toFixed(1);
        return [
          drawn(
            "line",
            { class: "mark", x1: x, x2: x, y1: top, y2: useEnd },
            drawn("title", {}, word),
          ),
          drawn("circle", { class: "mark", cx: x, cy: top, r: 3.5 }),
        ];
      });
    return picture(
      width,
      height,
      label,
      text(0, 12, "start", "Success rate", "panel"),
      text(0, useTop - 10, "start", "Uses", "panel"),
      ...[floor, (floor + 1) / 2, 1].flatMap((rate) => [
        gridline(rateY(rate).toFixed(1), width),
        text(LEFT - 8, (rateY(rate) + 4).toFixed(1), "end", wholePercent(rate)),
      ]),
      ...[0, most / 2, most].flatMap((uses) => [
        gridline(useY(uses).toFixed(1), width),
        text(LEFT - 8, (useY(uses) + 4).toFixed(1), "end", number(uses)),
      ]),
      ...gaps(periods, LEFT, step, top, rateHeight),
      ...gaps(periods, LEFT, step, useTop, useHeight),
      ...bars,
      ...plotted(points),
      ...marked,
      ...timeAxis(part, periods, middle, height - 6, width),
      ...hits(periods, LEFT, step, useEnd, (each) => described(part, each)),
    );
  });

// A small line with its first, last and extreme values; `since`: where "now" begins.
const small = (label, part, periods, measured, scale, now) =>
  drawnIn("small", {}, (width) => {
    const [top, bottom, height] = [10, 78, 96];
    const step = (width - LEFT - RIGHT) / periods.length;
    const middle = (at) => LEFT + (at + 0.5) * step;
    const { floor, ceiling, ticks } = scale(
      periods.map(measured).filter((value) => !isNothing(value)),
    );
    const y = (value) => bottom - ((value - floor) / (ceiling - floor)) * (bottom - top);
    const points = periods.map((each, at) => {
      const value = measured(each);
      return isNothing(value) ? { isGap: !each.counts } : { x: middle(at), y: y(value) };
    });
    const begin = now ? periods.findIndex((each) => each.until >= now) : -1;
    const shade =
      begin < 0
        ? null
        : drawn("rect", {
            class: "now",
            x: (LEFT + begin * step).toFixed(1),
            y: top,
            width: ((periods.length - begin) * step).toFixed(1),
            height: bottom - top,
          });
    return picture(
      width,
      height,
      label,
      shade,
      ...ticks.flatMap(([value, words]) => [
        gridline(y(value).toFixed(1), width),
        text(LEFT - 8, (y(value) + 4).toFixed(1), "end", words),
      ]),
      ...gaps(periods, LEFT, step, top, bottom - top),
      ...plotted(points),
      ...timeAxis(part, periods, middle, height - 3, width),
    );
  });
const rateScale = (rates) => {
  const floor = rateFloor(rates);
  return {
    floor,
    ceiling: 1,
    ticks: [
      [floor, wholePercent(floor)],
      [1, "100%"],
    ],
  };
};
const durationScale = (values) => {
  const [ceiling, end, half] = durationTop(Math.max(...values, 1));
  return {
    floor: 0,
    ceiling,
    ticks: [
      [0, "0"],
      [ceiling / 2, half],
      [ceiling, end],
    ],
  };
};
export const smallRates = (label, { part, periods }, now) =>
  small(label, part, periods, (each) => rateOf(each.counts), rateScale, now);
// How many projects had used something by each week, of `most`.
export const smallCounts = (label, { part, periods }, most) => {
  const ticks = [0, most].map((count) => [count, number(count)]);
  const scale = () => ({ floor: 0, ceiling: most, ticks });
  return small(label, part, periods, (each) => each.projects, scale);
};
// Medians of an answer: `periods` have a `duration` in ms.
export const smallDurations = (label, { part, periods }, now) =>
  small(label, part, periods, (each) => each.duration, durationScale, now);
export const legend = (periods) => {
  const hasUnknown = periods.some((each) => each.counts?.unknown);
  const keys = [
    ["line", "Success rate with its 95% interval"],
    ["good", "Success"],
    ["bad", "Failed or abandoned"],
    hasUnknown && ["unknown", "Unknown outcome"],
  ].filter(Boolean);
  const key = ([kind, word]) =>
    make("span", {}, make("i", { class: `key ${kind}`, "aria-hidden": "true" }), word);
  return make("p", { class: "legend quiet" }, ...keys.map(key));
};
