// ---------------------------------------------------------------- the parts of the report

const headline = () => {
  const names = byName();
  const total = inTotal();
  const skills = names.filter((each) => each.kind === "skill").length;
  const projects = isToldWhole() ? data.summary.data[0]?.all_time.projects : byProject().length;
  const facts = [
    ["Uses", number(total?.total_invocations ?? 0), `${counted(skills, "skill")}, ${counted(names.length - skills, "agent")}, ${counted(projects ?? 0, "project")}`],
    ["Success rate", percent(total?.success_rate), !total?.known_outcomes ? "" : `${between(total.success_rate_low, total.success_rate_high)} of ${number(total.known_outcomes)} known outcomes`],
  ];
  const { last_7_days: week, previous_7_days: before } = data.summary.data[0] ?? {};
  if (week && before && asked.project === "*" && asked.kind === "all") {
    facts.push(["Uses, last 7 days", number(week.total_invocations), `${number(before.total_invocations)} in the 7 days before; today is not over`]);
    facts.push(["Success, last 7 days", percent(week.success_rate), `${percent(before.success_rate)} in the 7 days before`]);
  }
  return cards("headline", "", ...facts);
};

// ---------------------------------------------------------------- advice

const evidence = (row) => (row.evidence ? make("div", {}, make("code", {}, row.evidence)) : null);
const inNumbers = (row) => (isNothing(row.success_rate) ? row.reason
  : `${row.reason}: ${percent(row.success_rate)} of ${number(row.known_outcomes)} (${between(row.success_rate_low, row.success_rate_high)})${isNothing(row.compared_success_rate) ? "" : `, compared with ${percent(row.compared_success_rate)} of ${number(row.compared_known_outcomes)}`}.`);
const effect = (row) => (isNothing(row.effect_a_month) ? null
  : make("div", {}, `Worth about ${number(row.effect_a_month)} ${row.effect} a month${isNothing(row.effect_low) ? "" : ` (${number(row.effect_low)} to ${number(row.effect_high)})`}.`));
const adviceItem = (row) => make("li", {},
  make("span", { class: "action" }, row.action), named(row.kind, row.skill_name), ...(row.project_name ? [" in ", bdi(row.project_name)] : []),
  make("div", {}, row.statement ?? inNumbers(row)), effect(row), evidence(row));
const adviceAsked = () => rowsOf("recommend").filter((row) => row.origin === "skillhouse" && row.action
  && (asked.project === "*" || isNothing(row.project_id) || row.project_id === asked.project));
const advice = () => {
  const rows = adviceAsked();
  const theirs = data.recommend.data.filter((row) => row.origin === "optimizer" && row.statement && (asked.project === "*" || row.project_id === asked.project));
  const judged = data.recommend.totals?.names_judged;
  return section("advice", rows.length ? `${counted(rows.length, "thing")} to do` : "Nothing to do",
    quiet(`Each rests on a test that is corrected for how many were made${isNothing(judged) ? "" : `; ${counted(judged, "name")} had enough known outcomes to be judged`}. Below each stands the command that shows more.`),
    make("ol", { class: "advice" }, ...rows.map(adviceItem)),
    theirs.length ? make("details", {}, make("summary", {}, `What the projects' own optimizers say: ${number(theirs.length)} (theirs, not judged here)`),
      table("theirs", "Recommendations of the projects' own optimizers", "", [["About", "name", itsName], ["Project", "name", (row) => row.project_name], ["Written", "", (row) => moment(row.recommended_at)], ["Says", "name"]], theirs,
        (row) => make("tr", {}, heading(bdi(row.skill_name ?? "")), cell(bdi(row.project_name ?? ""), "name"), cell(day(row.recommended_at), "day"), cell(bdi(row.statement), "name")))) : null);
};

// ---------------------------------------------------------------- health

const VERDICTS = new Map([["degrading", ["bad", "↓ "]], ["improving", ["good", "↑ "]]]);
const RANKS = new Map([["degrading", 0], ["stable", 1], ["improving", 2]]);
const verdict = (word) => {
  const [kind, sign] = VERDICTS.get(word) ?? [null, ""];
  return make("span", { class: kind }, `${sign}${word ?? "insufficient data"}`);
};
const BANDS = [["excellent", "Excellent"], ["good", "Good"], ["needs_work", "Needs work"], ["critical", "Critical"], ["insufficient_data", "Insufficient data"]];
const listed = (title, rows) => (rows.length ? make("p", {}, `${title}: `, ...rows.flatMap((row, at) => [at ? ", " : "", named(row.kind, row.skill_name), row.days_since_use > 30 ? ` (${number(row.days_since_use)} days ago)` : ""])) : null);
const health = () => {
  const rows = rowsOf("health").filter((row) => !isOther(row.skill_name));
  const scored = rows.filter((row) => !isNothing(row.score)).sort((a, b) => a.score - b.score);
  const count = (band) => (band === "insufficient_data" ? rows.length - scored.length : scored.filter((row) => row.band === band.replace("_", " ")).length);
  const worse = rows.filter((row) => row.trend?.verdict === "degrading").length;
  const better = rows.filter((row) => row.trend?.verdict === "improving").length;
  const title = worse || better ? `${counted(worse, "name")} getting worse, ${number(better)} better` : "Health: nothing gets better or worse beyond chance";
  return section("health", title,
    quiet("Over all projects. The score has 50 points for success in the last 120 complete days, 30 for the last 30 of them, 20 for few kinds of errors; the trend compares the last 30 complete days with the 90 before."),
    cards("bands", "small", ...BANDS.map(([band, called]) => [called, number(count(band))])),
    listed("Not used for long", rows.filter((row) => row.unused)), listed("New", rows.filter((row) => row.new)),
    table("health", "Health", "the lowest score first", [["Name", "name", itsName], ["Kind", "drop", (row) => row.kind], ["Score", "number", (row) => row.score], ["Band", "", (row) => row.score], ["Known", "number drop", (row) => row.known_outcomes],
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
    table("top", counted(rows.length, "name"), "the most used first", columns, rows, (row) => {
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
// Known outcomes below which a rate jumps about, and is no point of a line.
const FEW = 5;
// Lines are told apart by more than their colour.
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]];
// Charts of names over time, to be switched; `names` are pairs of a kind and a name.
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
    const caption = `${title} by ${unit}${ofProject ? ", in the project" : ", all projects"}; the ${unit} that is open is left out`;
    const at = (line, since) => line.periods.find((one) => one.since === since);
    below.replaceChildren(told(`${id}-told`, caption, "", [["Since", "", moment], ...lines.map((line) => [line.name, "number", (since) => at(line, since)?.[measure]])], days, (since) => make("tr", {}, make("th", { scope: "row" }, since),
      ...lines.map((line) => { const each = at(line, since); return cell(each ? `${shownAs[measure](each[measure])}${measure === "total_invocations" ? "" : ` (${number(each.total_invocations)})`}` : NOT_AVAILABLE, "number"); }))));
    if (!values.length) { place.classList.add("empty"); inTurn(place, () => { place.replaceChildren(quiet(`Insufficient data: nothing to draw by ${unit}.`)); return null; }); return; }
    place.classList.remove("empty");
    const many = lines.length > 1;
    const shownNames = lines.map((line) => line.name);
    chart(place, { params: [{ name: LABELS, value: shownNames }], data: { values }, mark: { type: "line", point: { size: 30 }, strokeWidth: 2 }, encoding: { x: OVER_TIME,
      y: { field: "value", type: "quantitative", title, ...axisOf[measure] },
      ...(many ? { color: { field: "at", type: "nominal", sort: null, scale: { domain: lines.map((line) => line.at) }, ...LINES }, strokeDash: { condition: DASHES.map((value, at) => ({ test: `datum.at === ${at}`, value })), value: [1, 0] } } : {}),
      tooltip: [{ field: "name", title: "Name" }, { field: "since", title: "Since" }, { field: "told", title }, { field: "n", title: "Uses" }] } },
    `${caption}, of ${shownNames.join(", ")}. The same stands in the table below.`);
  };
  draw();
  const set = (part) => (value) => { picked[part] = value; draw(); };
  return [make("div", { class: "choice" },
    choice("Periods of the chart", GRAINS.filter(([grain]) => !ofProject || grain !== "daily"), picked.grain, set("grain")),
    choice("Measure of the chart", MEASURES.filter(([measure]) => !ofProject || measure !== "p50_duration_ms"), picked.measure, set("measure"))), place, below];
};
const trends = () => {
  const names = byName().filter((row) => !isOther(row.skill_name)).slice(0, 5).map((row) => [row.kind, row.skill_name]);
  return section("trends", "Trends", quiet(`The ${names.length === 1 ? "most used one" : `${names.length} most used`}. What is not over yet is left out, and so are rates of fewer than ${FEW} known outcomes; the table has these.`), ...overTime("trends", names));
};

const scatter = () => {
  const rows = byName().filter((row) => row.known_outcomes >= 10 && !isOther(row.skill_name));
  const lead = quiet("What stands low and on the right fails often where it is used much. Only names with 10 known outcomes or more; the same numbers stand in the table above.");
  if (!rows.length) return section("scatter", "Success against use", quiet("Insufficient data: nothing has 10 known outcomes."));
  const place = make("div", { class: "chart" });
  const values = rows.map((row, at) => ({ at, name: cut(row.skill_name), kind: row.kind, uses: row.total_invocations, rate: row.success_rate, told: `${percent(row.success_rate)} (${between(row.success_rate_low, row.success_rate_high)})`, known: row.known_outcomes }));
  const low = values.reduce((least, each) => (each.rate < least.rate ? each : least));
  const drawing = chart(place, { height: 320, data: { values }, layer: [
    { mark: { type: "point", filled: true, size: 90, opacity: 0.85, cursor: "pointer" }, encoding: {
      color: { field: "kind", type: "nominal", scale: { domain: ["skill", "agent"] }, legend: { orient: "top", title: null } }, shape: { field: "kind", type: "nominal", scale: { domain: ["skill", "agent"] }, legend: { orient: "top", title: null } },
      tooltip: [{ field: "name", title: "Name" }, { field: "uses", title: "Uses", format: "," }, { field: "told", title: "Success rate" }, { field: "known", title: "Known outcomes", format: "," }] } },
    { transform: [{ filter: { field: "at", equal: low.at } }], mark: { type: "text", dy: -12, align: "center", color: "currentColor", fontSize: 12 }, encoding: { text: { field: "name" } } },
  ], encoding: { x: { field: "uses", type: "quantitative", scale: { type: "log", nice: false, padding: 16 }, title: "Uses (each step to the right is a multiple)", axis: { format: ",d", tickCount: 5 } }, y: { field: "rate", type: "quantitative", title: "Success rate", scale: { zero: false, nice: true }, axis: { format: ".0%", tickCount: 5 } } } },
  `Success rate against uses of ${counted(values.length, "name")}; lowest is ${low.name} with ${percent(low.rate)}.`);
  drawing.then((view) => view?.addEventListener("click", (_, item) => {
    const row = rows[item?.datum?.at];
    if (row) location.hash = address(row.kind, row.skill_name);
  }));
  return section("scatter", "Success against use", lead, place);
};

// ---------------------------------------------------------------- projects

const projects = () => {
  const rows = byProject();
  const columns = [["Project", "name", (row) => row.project_name], USES, ...OUTCOMES];
  return section("projects", "Projects side by side",
    data.about.public ? quiet("Projects are pseudonyms; names with fewer than five uses in a project count as other.") : null,
    table("projects", counted(rows.length, "project"), "the most active first", columns, rows, (row) => make("tr", { "data-project": row.project_id }, heading(bdi(row.project_name)), uses(row), ...outcomes(row))));
};

// ---------------------------------------------------------------- anomalies

const MEASURED = new Map([["uses", ["Uses", number]], ["success_rate", ["Success rate", percent]], ["duration", ["Duration", duration]]]);
// What is measured differs from row to row, so nothing is sorted by its value.
const anomalyTable = (id, rows) => table(id, "What was unusual", "", [["Day", "day", (row) => moment(row.day)], ["Name", "name", itsName], ["What", "", (row) => row.measure], ["Value", "number"], ["Expected", "number"], ["n", "number drop", (row) => row.n], ["Most of it in", "name drop", (row) => row.projects?.[0]?.project_name]],
  rows, (row) => {
    const [measure, shown] = MEASURED.get(row.measure) ?? [row.measure, number];
    return make("tr", {}, cell(row.day ?? "", "day"), heading(row.skill_name ? named(row.kind, row.skill_name) : "everything at once"), cell(`${measure}: ${row.anomaly ?? ""} ${row.direction ?? ""}`),
      cell(shown(row.value), "number"), cell(isNothing(row.expected_low) ? NOT_AVAILABLE : `${shown(row.expected_low)} to ${shown(row.expected_high)}`, "number"), cell(number(row.n), "number drop"),
      cell(bdi((row.projects ?? []).slice(0, 3).map((each) => cut(each.project_name)).join(", ")), "name drop"));
  });
const anomalies = () => {
  const rows = rowsOf("anomalies").filter((row) => row.day && (asked.project === "*" || (row.projects ?? []).some((each) => each.project_id === asked.project)));
  const { judged_since: since, judged_until: until } = data.anomalies.totals ?? {};
  const title = rows.length ? `Unusual: ${counted(rows.length, "day")} or what began then` : "Nothing was unusual";
  const lead = quiet(since ? `Judged from ${since} to ${until}: each day's uses, success rate and duration against the name's own history of that weekday.` : "Too little history for anything to be judged yet.", data.anomalies.warnings.length ? ` ${data.anomalies.warnings.join(" ")}` : "");
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
  `When something was unusual, from ${since} to ${until}; the same stands in the table below.`);
  return section("anomalies", title, lead, place, anomalyTable("unusual", rows));
};

// ---------------------------------------------------------------- data quality, glossary

const quality = () => {
  const [state] = data.status.data;
  if (!state) return section("quality", "How good the data is", quiet("What is told of the state of a warehouse stays with its owner."));
  const total = inTotal();
  const unknown = total?.total_invocations ? `${percent(total.unknown / total.total_invocations)} of the uses asked about` : "";
  const troubles = [...new Set(data.status.warnings)];
  return section("quality", troubles.length || state.rejected_records ? "How good the data is: look at what follows" : "How good the data is: nothing is wrong with it",
    ...troubles.map((each) => make("p", { class: "bad" }, cut(each))),
    cards("state", "small",
      ["Last collected", minute(state.last_collect_at), state.last_outcome ?? "never"],
      ["Summed up", state.stale_buckets ? `${number(state.stale_buckets)} days behind` : "up to date", state.stale_buckets ? "counted from single rows" : ""],
      ["Refused records", number(state.rejected_records), state.rejected_records ? "skillhouse doctor" : ""],
      ["Unknown outcomes", number(total?.unknown ?? 0), unknown],
      ["Next pass", state.next_run_at ? minute(state.next_run_at) : "none planned", state.schedule ?? "skillhouse schedule"]),
    make("details", {}, make("summary", {}, "When each project was collected last"), table("collected", "Projects and their last collection", "", [["Project", "name", (each) => each.project_name], ["Collected", "", (each) => moment(each.last_sync_at)]], state.projects,
      (each) => make("tr", {}, heading(bdi(each.project_name)), cell(each.last_sync_at ? minute(each.last_sync_at) : "never", "day")))));
};

const GLOSSARY = [
  ["Use", "One invocation of a skill or one execution of an agent, as the project's own files tell of it."],
  ["Success rate", "Successes divided by successes, failures and abandoned ones. Unknown outcomes are no part of it; n/a where nothing is known. Never an average of averages."],
  ["95% interval", "The Wilson interval of the success rate. Few outcomes make it wide; two that overlap much may well be the same."],
  ["Failed, abandoned", "Not completed, with an error; not completed, without one."],
  ["Unknown", "The file gives no usable verdict."],
  ["Median", "Half of the measured durations are shorter. What was not measured does not count. Medians cannot be added up, so they are shown for all projects and all time only."],
  ["Score", "100 at best. 90 and more is excellent, 70 good, 50 needs work, below is critical. None below the outcomes that can carry it."],
  ["Trend", "Improving or degrading only where the last 30 complete days differ from the 90 before by 5 points or more, and by more than chance, corrected for the number of names."],
  ["Left its own band", "A day's uses, success rate or duration beyond what the name's own history of that weekday makes likely. A shift stays away, a spike or a drop comes back."],
  ["Insufficient data", "An answer: fewer than 10 known outcomes, or too few days, say nothing either way."],
  ["Open period", "Today, this week and this month are not over, and never compared with whole ones. All time counts them."],
];
const glossary = () => section("glossary", "What the words mean",
  make("p", {}, data.about.timezone ? `Days, weeks (from Monday) and months are cut on the clock of ${data.about.timezone}.` : "Days, weeks (from Monday) and months are cut on the clock of one zone."),
  make("dl", { class: "glossary" }, ...GLOSSARY.flatMap(([word, meaning]) => [make("dt", {}, word), make("dd", {}, meaning)])));
