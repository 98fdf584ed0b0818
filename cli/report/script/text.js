// Numbers and names as text. Durations and sentences come as texts from the answers.

import { isPublic } from "./data.js";

export const NOT_AVAILABLE = "n/a";
export const NO_DATA = isPublic ? "too few uses to publish" : "no data collected";
export const isNothing = (value) => value === null || value === undefined;

const plainNumber = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const tenths = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
const share = new Intl.NumberFormat("en", tenths);
const wholeShare = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const signs = { signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 };
const signed = new Intl.NumberFormat("en", signs);
const monthOf = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });

const shown = (value, format) => (isNothing(value) ? NOT_AVAILABLE : format.format(value));
export const number = (value) => shown(value, plainNumber);
export const percent = (rate) => shown(rate, share);
export const wholePercent = (rate) => shown(rate, wholeShare);
export const points = (change) => shown(isNothing(change) ? null : change * 100, signed);
export const between = (low, high) =>
  isNothing(low) ? NOT_AVAILABLE : `${wholePercent(low).slice(0, -1)}-${wholePercent(high)}`;
export const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
export const skillsAndAgents = (value) =>
  `${number(value)} ${value === 1 ? "skill or agent" : "skills and agents"}`;

// By code points: half of a surrogate pair is not a character.
export const cut = (text) => {
  if (isNothing(text)) return "other";
  const letters = Array.from(text);
  if (letters.length <= 90) return text;
  return `${letters.slice(0, 60).join("")}…${letters.slice(-25).join("")}`;
};
export const isOther = (name) => isNothing(name) || (isPublic && name === "other");

export const moment = (text) => (text ? Date.parse(text) : null);
export const isoDay = (instant) => (instant ? instant.slice(0, 10) : NOT_AVAILABLE);
export const minute = (instant) =>
  instant ? instant.slice(0, 16).replace("T", " ") : NOT_AVAILABLE;
export const shortMonth = (day) => monthOf.format(moment(day));
// `28 Nov`, for people.
export const shortDay = (day) =>
  day ? `${Number(day.slice(8, 10))} ${shortMonth(day)}` : NOT_AVAILABLE;
export const longMonth = (day) => `${shortMonth(day)} ${day.slice(0, 4)}`;
export const spanOf = ([since, until]) => {
  if (since?.slice(0, 4) === until?.slice(0, 4)) return `${shortDay(since)} to ${shortDay(until)}`;
  return `${shortDay(since)} ${since?.slice(0, 4)} to ${shortDay(until)} ${until?.slice(0, 4)}`;
};
