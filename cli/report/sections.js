// ---------------------------------------------------------------- the parts of the report

const headline = () => {
  const names = byName();
  const total = inTotal();
  const skills = names.filter((each) => each.kind === "skill").length;
  const projects = isToldWhole() ? data.summary.data[0]?.all_time.projects : byProject().length;
  const facts = [
    ["Uses", number(total?.total_invocations ?? 0), `${counted(skills, "skill")}, ${counted(names.length - skills, "agent")}, ${counted(projects ?? 0, "project")}`],
    ["Success rate", percent(total?.success_rate), !total?.known_outcomes ? "" : `${between(total.success_rate_low, total.success_rate_high)} of ${number(total.known_outcomes)} outcomes`],
  ];
  const { last_7_days: week, previous_7_days: before } = data.summary.data[0] ?? {};
  if (week && before && asked.project === "*" && asked.kind === "all") {
    facts.push(["Uses, last 7 days", number(week.total_invocations), `${number(before.total_invocations)} in the 7 days before; today is incomplete`]);
    facts.push(["Success, last 7 days", percent(week.success_rate), `${percent(before.success_rate)} in the 7 days before`]);
  }
  return cards("headline", "", ...facts);
};

// ---------------------------------------------------------------- advice

const evidence = (row) => (row.evidence ? make("div", {}, make("code", {}, row.evidence)) : null);
const inNumbers = (row) => (isNothing(row.success_rate) ? row.reason
  : `${row.reason}: ${percent(row.success_rate)} of ${number(row.known_outcomes)} (${between(row.success_rate_low, row.success_rate_high)})${isNothing(row.compared_success_rate) ? "" : `, compared with ${percent(row.compared_success_rate)} of ${number(row.compared_known_outcomes)}`}.`);
const effect = (row) => (isNothing(row.effect_a_month) || row.action === "adopt" ? null
  : make("div", {}, `Would avoid about ${number(row.effect_a_month)} failures a month${isNothing(row.effect_low) ? "" : ` (${number(row.effect_low)}-${number(row.effect_high)})`}.`));
const adviceItem = (row) => make("li", {},
  make("span", { class: "action" }, row.action), named(row.kind, row.skill_name), ...(row.project_name ? [" in ", bdi(row.project_name)] : []),
  make("div", {}, row.statement ?? inNumbers(row)), effect(row), evidence(row));
const adviceAsked = () => rowsOf("recommend").filter((row) => row.origin === "skillhouse" && row.action
  && (asked.project === "*" || isNothing(row.project_id) || row.project_id === asked.project));
const advice = () => {
  const rows = adviceAsked();
  const theirs = data.recommend.data.filter((row) => row.origin === "optimizer" && row.statement && (asked.project === "*" || row.project_id === asked.project));
  const judged = data.recommend.totals?.names_judged;
  return section("advice", rows.length ? `${counted(rows.length, "recommendation")}` : "Nothing to do",
    quiet(`Only statistically significant findings (adjusted for multiple tests)${isNothing(judged) ? "" : `. ${skillsAndAgents(judged)} had enough data`}.`),
    make("ol", { class: "advice" }, ...rows.map(adviceItem)),
    theirs.length ? make("details", {}, make("summary", {}, `From the projects' optimizers (not checked by skillhouse): ${number(theirs.length)}`),
      table("theirs", "Recommendations of the projects' optimizers", "", [["About", "name", itsName], ["Project", "name", (row) => row.project_name], ["Written", "", (row) => moment(row.recommended_at)], ["Says", "name"]], theirs,
        (row) => make("tr", {}, heading(bdi(row.skill_name ?? "")), cell(bdi(row.project_name ?? ""), "name"), cell(day(row.recommended_at), "day"), cell(bdi(row.statement), "name")))) : null);
};

// ---------------------------------------------------------------- health

const VERDICTS = new Map([["degrading", ["bad", "↓ worse"]], ["improving", ["good", "↑ better"]], ["stable", [null, "no clear change"]]]);
const RANKS = new Map([["degrading", 0], ["stable", 1], ["improving", 2]]);
const verdict = (word) => {
  const [kind, shown] = VERDICTS.get(word) ?? [null, "not enough data"];
  return make("span", { class: kind }, shown);
};
const BANDS = [["excellent", "Excellent"], ["good", "Good"], ["needs_work", "Needs work"], ["critical", "Critical"], ["insufficient_data", "Not enough data"]];
const listed = (title, rows) => (rows.length ? make("p", {}, `${title}: `, ...rows.flatMap((row, at) => [at ? ", " : "", named(row.kind, row.skill_name), row.days_since_use > 30 ? ` (${number(row.days_since_use)} days ago)` : ""])) : null);
const health = () => {
  const rows = rowsOf("health").filter((row) => !isOther(row.skill_name));
  const scored = rows.filter((row) => !isNothing(row.score)).sort((a, b) => a.score - b.score);
  const count = (band) => (band === "insufficient_data" ? rows.length - scored.length : scored.filter((row) => row.band === band.replace("_", " ")).length);
  const worse = rows.filter((row) => row.trend?.verdict === "degrading").length;
  const better = rows.filter((row) => row.trend?.verdict === "improving").length;
  const title = worse || better ? `Health: ${number(worse)} worse, ${number(better)} better` : "Health: no clear change";
  return section("health", title,
    quiet("All projects. Score: 50 points for success in the last 120 days, 30 for the last 30 days, 20 for few error types. Trend: the last 30 days compared with the 90 days before. Today is excluded."),
    cards("bands", "small", ...BANDS.map(([band, called]) => [called, number(count(band))])),
    listed("Unused", rows.filter((row) => row.unused)), listed("New", rows.filter((row) => row.new)),
    table("health", "Health", "the lowest score first", [["Name", "name", itsName], ["Kind", "drop", (row) => row.kind], ["Score", "number", (row) => row.score], ["Band", "", (row) => row.score], ["Outcomes", "number drop", (row) => row.known_outcomes],
      ["Success", "number", (row) => row.success_rate], ["95% interval", "number drop", (row) => row.success_rate_low], ["", "drop"], ["Trend", "", (row) => RANKS.get(row.trend?.verdict)]], scored,
      (row) => make("tr", {}, heading(named(row.kind, row.skill_name)), cell(row.kind, "drop"), cell(number(row.score), "number"), cell(row.band), cell(number(row.known_outcomes), "number drop"),
        cell(percent(row.success_rate), "number"), cell(between(row.success_rate_low, row.success_rate_high), "number drop"), cell(interval(row), "drop"), cell(verdict(row.trend?.verdict)))));
};

// ---------------------------------------------------------------- use

const top = () => {
  const whole = new Map(data.top.data.map((row) => [`${row.kind} ${row.skill_name}`, row]));
  const rows = byName();
  const grain = asked.project === "*" ? "26" : "12";
  const exactly = (row) => whole.get(`${row.kind} ${row.skill_name}`);
  const columns = [["Name", "name", itsName], ["Kind", "drop", (row) => row.kind], USES, [`${grain} weeks`, "drop"], ...OUTCOMES];
  if (isWhole()) columns.push(["Median", "number drop", (row) => exactly(row)?.p50_duration_ms], ["Last used", "drop", (row) => moment(exactly(row)?.last_used)]);
  return section("top", "Most used",
    table("top", skillsAndAgents(rows.length), "most used first", columns, rows, (row) => {
      const exact = exactly(row);
      const weeks = series("weekly", row.kind, row.skill_name).map((each) => each.total_invocations);
      return make("tr", { "data-kind": row.kind, "data-name": isNothing(row.skill_name) ? "" : cut(row.skill_name) }, heading(named(row.kind, row.skill_name)), cell(row.kind ?? "", "drop"), uses(row),
        cell(weeks.length ? spark(weeks, `Uses by week: ${weeks.join(", ")}`) : "", "drop"), ...outcomes(row),
        ...(isWhole() ? [cell(duration(exact?.p50_duration_ms), "number drop"), cell(day(exact?.last_used), "day drop")] : []));
    }));
};

// ---------------------------------------------------------------- trends

const GRAINS = [["daily", "Days"], ["weekly", "Weeks"], ["monthly", "Months"]];
const MEASURES = [["success_rate", "Success rate"], ["total_invocations", "Uses"], ["p50_duration_ms", "Median duration"]];
const shownAs = { success_rate: percent, total_invocations: number, p50_duration_ms: duration };
const picked = { grain: "weekly", measure: "success_rate" };
const axisOf = { success_rate: { scale: { domain: [0, 1] }, axis: { format: ".0%" } }, total_invocations: { axis: { tickMinStep: 1 } }, p50_duration_ms: { axis: { labelExpr: "datum.value >= 60 ? format(datum.value / 60, '.3~g') + ' min' : format(datum.value, '.3~g') + ' s'" } } };
// Rates from fewer outcomes are too noisy for a line.
const FEW = 5;
// Lines differ by more than their colour.
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]];
// Charts over time with selectable grain and measure; `names` are pairs of kind and name.
const overTime = (id, names) => {
  const place = make("div", { class: "chart", id: `${id}-chart` });
  const below = make("div", {});
  const ofProject = asked.project !== "*" && !data.about.public;
  if (ofProject && picked.grain === "daily") picked.grain = "weekly";
  if (ofProject && picked.measure === "p50_duration_ms") picked.measure = "success_rate";
  const draw = () => {
    const { grain, measure } = picked;
    const title = MEASURES.find(([each]) => each === measure)[1];
    const lines = names.map(([kind, name], at) => ({ at, name: cut(name), periods: series(grain, kind, name) }));
    const scale = measure === "p50_duration_ms" ? 1000 : 1;
    const values = lines.flatMap((line) => line.periods.filter((each) => !isNothing(each[measure]) && !(measure === "success_rate" && each.known_outcomes < FEW)).map((each) => ({ at: line.at, name: line.name, since: each.since, value: each[measure] / scale, told: shownAs[measure](each[measure]), n: each.total_invocations })));
    const days = [...new Set(lines.flatMap((line) => line.periods.map((each) => each.since)))].sort();
    const unit = { daily: "day", weekly: "week", monthly: "month" }[grain];
    const caption = `${title} by ${unit}${ofProject ? ", in the project" : ", all projects"}; the current ${unit} is excluded`;
    const at = (line, since) => line.periods.find((one) => one.since === since);
    below.replaceChildren(told(`${id}-told`, caption, "", [["Since", "", moment], ...lines.map((line) => [line.name, "number", (since) => at(line, since)?.[measure]])], days, (since) => make("tr", {}, make("th", { scope: "row" }, since),
      ...lines.map((line) => { const each = at(line, since); return cell(each ? `${shownAs[measure](each[measure])}${measure === "total_invocations" ? "" : ` (${number(each.total_invocations)})`}` : NOT_AVAILABLE, "number"); }))));
    if (!values.length) { place.classList.add("empty"); inTurn(place, () => { place.replaceChildren(quiet(`Not enough data for a chart by ${unit}.`)); return null; }); return; }
    place.classList.remove("empty");
    const many = lines.length > 1;
    const shownNames = lines.map((line) => line.name);
    chart(place, { params: [{ name: LABELS, value: shownNames }], data: { values }, mark: { type: "line", point: { size: 30 }, strokeWidth: 2 }, encoding: { x: OVER_TIME,
      y: { field: "value", type: "quantitative", title, ...axisOf[measure] },
      ...(many ? { color: { field: "at", type: "nominal", sort: null, scale: { domain: lines.map((line) => line.at) }, ...LINES }, strokeDash: { condition: DASHES.map((value, at) => ({ test: `datum.at === ${at}`, value })), value: [1, 0] } } : {}),
      tooltip: [{ field: "name", title: "Name" }, { field: "since", title: "Since" }, { field: "told", title }, { field: "n", title: "Uses" }] } },
    `${caption}, of ${shownNames.join(", ")}. The table below has the same data.`);
  };
  draw();
  const set = (part) => (value) => { picked[part] = value; draw(); };
  return [make("div", { class: "choice" },
    choice("Periods of the chart", GRAINS.filter(([grain]) => !ofProject || grain !== "daily"), picked.grain, set("grain")),
    choice("Measure of the chart", MEASURES.filter(([measure]) => !ofProject || measure !== "p50_duration_ms"), picked.measure, set("measure"))), place, below];
};
const trends = () => {
  const names = byName().filter((row) => !isOther(row.skill_name)).slice(0, 5).map((row) => [row.kind, row.skill_name]);
  return section("trends", "Trends", quiet(`The ${names.length === 1 ? "most used skill or agent" : `${names.length} most used skills and agents`}. Unfinished periods and rates from fewer than ${FEW} uses are hidden (see table).`), ...overTime("trends", names));
};

const scatter = () => {
  const rows = byName().filter((row) => row.known_outcomes >= 10 && !isOther(row.skill_name));
  const lead = quiet("Bottom right = used often, fails often. Only skills and agents with at least 10 outcomes.");
  if (!rows.length) return section("scatter", "Success vs usage", quiet("Not enough data: none has 10 outcomes."));
  const place = make("div", { class: "chart" });
  const values = rows.map((row, at) => ({ at, name: cut(row.skill_name), kind: row.kind, uses: row.total_invocations, rate: row.success_rate, told: `${percent(row.success_rate)} (${between(row.success_rate_low, row.success_rate_high)})`, known: row.known_outcomes }));
  const low = values.reduce((least, each) => (each.rate < least.rate ? each : least));
  const drawing = chart(place, { height: 320, data: { values }, layer: [
    { mark: { type: "point", filled: true, size: 90, opacity: 0.85, cursor: "pointer" }, encoding: {
      color: { field: "kind", type: "nominal", scale: { domain: ["skill", "agent"] }, legend: { orient: "top", title: null } }, shape: { field: "kind", type: "nominal", scale: { domain: ["skill", "agent"] }, legend: { orient: "top", title: null } },
      tooltip: [{ field: "name", title: "Name" }, { field: "uses", title: "Uses", format: "," }, { field: "told", title: "Success rate" }, { field: "known", title: "Outcomes", format: "," }] } },
    { transform: [{ filter: { field: "at", equal: low.at } }], mark: { type: "text", dy: -12, align: "center", color: "currentColor", fontSize: 12 }, encoding: { text: { field: "name" } } },
  ], encoding: { x: { field: "uses", type: "quantitative", scale: { type: "log", nice: false, padding: 16 }, title: "Uses (log scale)", axis: { format: ",d", tickCount: 5 } }, y: { field: "rate", type: "quantitative", title: "Success rate", scale: { zero: false, nice: true }, axis: { format: ".0%", tickCount: 5 } } } },
  `Success rate against uses of ${skillsAndAgents(values.length)}; lowest: ${low.name}, ${percent(low.rate)}.`);
  drawing.then((view) => view?.addEventListener("click", (_, item) => {
    const row = rows[item?.datum?.at];
    if (row) location.hash = address(row.kind, row.skill_name);
  }));
  return section("scatter", "Success vs usage", lead, place);
};

// ---------------------------------------------------------------- projects

const projects = () => {
  const rows = byProject();
  const columns = [["Project", "name", (row) => row.project_name], USES, ...OUTCOMES];
  return section("projects", "Projects",
    data.about.public ? quiet("Projects are pseudonyms. Skills and agents with fewer than five uses in a project are merged into other.") : null,
    table("projects", counted(rows.length, "project"), "most active first", columns, rows, (row) => make("tr", { "data-project": row.project_id }, heading(bdi(row.project_name)), uses(row), ...outcomes(row))));
};

// ---------------------------------------------------------------- anomalies

const MEASURED = new Map([["uses", ["Uses", number]], ["success_rate", ["Success rate", percent]], ["duration", ["Duration", duration]]]);
// Values have different units, so they are not sortable.
const anomalyTable = (id, rows) => table(id, "Unusual days", "", [["Day", "day", (row) => moment(row.day)], ["Name", "name", itsName], ["What", "", (row) => row.measure], ["Value", "number"], ["Expected", "number"], ["n", "number drop", (row) => row.n], ["Mostly in", "name drop", (row) => row.projects?.[0]?.project_name]],
  rows, (row) => {
    const [measure, shown] = MEASURED.get(row.measure) ?? [row.measure, number];
    return make("tr", {}, cell(row.day ?? "", "day"), heading(row.skill_name ? named(row.kind, row.skill_name) : "everything"), cell(`${measure}: ${row.anomaly ?? ""} ${row.direction ?? ""}`),
      cell(shown(row.value), "number"), cell(isNothing(row.expected_low) ? NOT_AVAILABLE : `${shown(row.expected_low)} to ${shown(row.expected_high)}`, "number"), cell(number(row.n), "number drop"),
      cell(bdi((row.projects ?? []).slice(0, 3).map((each) => cut(each.project_name)).join(", ")), "name drop"));
  });
const anomalies = () => {
  const rows = rowsOf("anomalies").filter((row) => row.day && (asked.project === "*" || (row.projects ?? []).some((each) => each.project_id === asked.project)));
  const { judged_since: since, judged_until: until } = data.anomalies.totals ?? {};
  const title = rows.length ? `${number(rows.length)} unusual ${rows.length === 1 ? "day or shift" : "days or shifts"}` : "No unusual days";
  const lead = quiet(since ? `${since} to ${until}: uses, success rate and duration of each day, compared with the same weekday before.` : "Too little history yet.", data.anomalies.warnings.length ? ` ${data.anomalies.warnings.join(" ")}` : "");
  if (!rows.length) return section("anomalies", title, lead);
  const place = make("div", { class: "chart empty" });
  const nameOf = (row) => (row.skill_name ? cut(row.skill_name) : "everything");
  const shownNames = [...new Set(rows.map(nameOf))].sort();
  const placeOf = new Map(shownNames.map((name, at) => [name, at]));
  const values = rows.map((row) => ({ at: placeOf.get(nameOf(row)), name: nameOf(row), since: row.day, what: `${MEASURED.get(row.measure)?.[0] ?? row.measure} ${row.direction}`, anomaly: row.anomaly }));
  chart(place, { height: 80 + 26 * shownNames.length, params: [{ name: LABELS, value: shownNames }], data: { values }, mark: { type: "point", filled: true, size: 130, opacity: 0.9 }, encoding: {
    x: { ...OVER_TIME, scale: since ? { domain: [since, until] } : undefined, axis: { ...OVER_TIME.axis, grid: true } }, y: { field: "at", type: "nominal", title: null, axis: { labelExpr: LABEL, labelLimit: innerWidth < 640 ? 110 : 220, grid: true } },
    color: { field: "what", type: "nominal", legend: { orient: "top", title: null } },
    shape: { field: "what", type: "nominal", legend: { orient: "top", title: null } },
    tooltip: [{ field: "name", title: "Name" }, { field: "since", title: "Day" }, { field: "what", title: "What" }, { field: "anomaly", title: "Kind" }] } },
  `Unusual days from ${since} to ${until}. The table below has the same data.`);
  return section("anomalies", title, lead, place, anomalyTable("unusual", rows));
};

// ---------------------------------------------------------------- data quality, glossary

const quality = () => {
  const [state] = data.status.data;
  if (!state) return section("quality", "Data quality", quiet("Not part of a public report."));
  const total = inTotal();
  const unknown = total?.total_invocations ? `${percent(total.unknown / total.total_invocations)} of the selected uses` : "";
  const troubles = [...new Set(data.status.warnings)];
  return section("quality", troubles.length || state.rejected_records ? "Data quality: see below" : "Data quality: no problems",
    ...troubles.map((each) => make("p", { class: "bad" }, cut(each))),
    cards("state", "small",
      ["Last collected", minute(state.last_collect_at), state.last_outcome ?? "never"],
      ["Statistics", state.stale_buckets ? `${number(state.stale_buckets)} days behind` : "up to date", state.stale_buckets ? "computed from records" : ""],
      ["Rejected records", number(state.rejected_records), state.rejected_records ? "skillhouse doctor" : ""],
      ["Unknown outcomes", number(total?.unknown ?? 0), unknown],
      ["Next refresh", state.next_run_at ? minute(state.next_run_at) : "no schedule", state.schedule ?? "skillhouse schedule"]),
    make("details", {}, make("summary", {}, "Last refresh of each project"), table("collected", "Projects and their last refresh", "", [["Project", "name", (each) => each.project_name], ["Collected", "", (each) => moment(each.last_sync_at)]], state.projects,
      (each) => make("tr", {}, heading(bdi(each.project_name)), cell(each.last_sync_at ? minute(each.last_sync_at) : "never", "day")))));
};

const GLOSSARY = [
  ["Use", "One use of a skill or one run of an agent, as recorded in the project's files."],
  ["Success rate", "Successes divided by outcomes (success, failed, abandoned). Unknown outcomes are excluded; n/a without outcomes."],
  ["95% interval", "The Wilson interval of the success rate. Few outcomes make it wide; rates whose intervals overlap a lot may be the same."],
  ["Failed, abandoned", "Not completed, with an error; not completed, without one."],
  ["Unknown", "The file does not record a usable outcome."],
  ["Median", "Half of the measured durations are shorter. Medians cannot be added up, so they are only shown for all projects and all time."],
  ["Score", "0 to 100: 90 and above is excellent, 70 good, 50 needs work, below is critical. No score below 10 outcomes."],
  ["Trend", "Worse or better only if the last 30 days differ from the 90 days before by 5 points or more and by more than chance (adjusted for multiple tests)."],
  ["Unusual day", "Uses, success rate or duration outside the usual range of that weekday. A shift lasts, a spike or a drop does not."],
  ["Not enough data", "Fewer than 10 outcomes, or too few days, to conclude anything."],
  ["Current period", "Today, this week and this month are incomplete and never compared with full ones. All time includes them."],
];
const glossary = () => section("glossary", "Glossary",
  make("p", {}, data.about.timezone ? `Days, weeks (from Monday) and months are in the reporting zone ${data.about.timezone}.` : "Days, weeks (from Monday) and months are in one reporting zone."),
  make("dl", { class: "glossary" }, ...GLOSSARY.flatMap(([word, meaning]) => [make("dt", {}, word), make("dd", {}, meaning)])));
