"use strict";
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = await new Response(stream).json();
  const NOT_AVAILABLE = "n/a";
  const SHOWN = 25;

  // ------------------------------------------------------------ the page's own small tools

  // Text is only ever put in as text: a name can be anything.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const number = (value) => (value === null || value === undefined ? NOT_AVAILABLE : value.toLocaleString("en"));
  const percent = (rate) => (rate === null || rate === undefined ? NOT_AVAILABLE : `${(rate * 100).toFixed(1)}%`);
  const between = (low, high) => (low === null ? NOT_AVAILABLE : `${(low * 100).toFixed(0)}-${(high * 100).toFixed(0)}%`);
  const points = (change) => (change === null ? NOT_AVAILABLE : `${change > 0 ? "+" : ""}${(change * 100).toFixed(1)} points`);
  const duration = (ms) => {
    if (ms === null || ms === undefined) return NOT_AVAILABLE;
    if (ms < 999.5) return `${ms.toFixed(0)} ms`;
    if (ms < 59950) return `${(ms / 1000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${(minutes / 1440).toFixed(1)} days`;
  };
  const cut = (text) => (text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-59)}` : text);
  const day = (instant) => (instant ? instant.slice(0, 10) : NOT_AVAILABLE);

  // The Wilson score interval at 95 %, as the warehouse computes it.
  const wilson = (successes, known) => {
    if (!known) return [null, null];
    const z = 1.959963984540054, p = successes / known, z2n = (z * z) / known;
    const centre = (p + z2n / 2) / (1 + z2n);
    const half = (z / (1 + z2n)) * Math.sqrt((p * (1 - p)) / known + z2n / (4 * known));
    return [successes ? Math.max(0, centre - half) : 0, successes === known ? 1 : Math.min(1, centre + half)];
  };

  // ------------------------------------------------------------ what is asked

  const asked = { project: "*", kind: "all", period: "all" };
  const COUNTED = ["total_invocations", "successful_completions", "failures", "abandoned", "unknown"];

  const isAsked = (table, row) => {
    if (asked.project !== "*" && table.projects[table.project[row]] !== asked.project) return false;
    return asked.kind === "all" || table.names[table.name[row]][0] === asked.kind;
  };
  const periodsAsked = () => {
    const table = asked.period === "weeks" || asked.period === "recent" ? data.weeks : data.months;
    const closed = table.periods.filter((each) => !each[2]).map((each) => each[0]).sort();
    const count = { all: Infinity, months: 12, weeks: 12, recent: 4 }[asked.period];
    const first = count === Infinity ? "" : closed[Math.max(0, closed.length - count)] ?? "";
    const wanted = table.periods.map((each) => count === Infinity || (!each[2] && each[0] >= first));
    return { table, wanted, since: first, until: closed.length ? table.periods.filter((each) => !each[2]).map((each) => each[1]).sort().at(-1) : null };
  };
  // Counts of whatever `key` tells apart, added up over the weeks or months asked for.
  const addedUp = (key) => {
    const { table, wanted } = periodsAsked();
    const found = new Map();
    for (let row = 0; row < table.name.length; row += 1) {
      if (!wanted[table.period[row]] || !isAsked(table, row)) continue;
      const [name, label] = key(table, row);
      let sums = found.get(name);
      if (!sums) found.set(name, (sums = { label, total_invocations: 0, successful_completions: 0, failures: 0, abandoned: 0, unknown: 0 }));
      for (const counted of COUNTED) sums[counted] += table[counted][row];
    }
    for (const sums of found.values()) {
      sums.known = sums.successful_completions + sums.failures + sums.abandoned;
      sums.success_rate = sums.known ? sums.successful_completions / sums.known : null;
      [sums.low, sums.high] = wilson(sums.successful_completions, sums.known);
    }
    return [...found.values()].sort((a, b) => b.total_invocations - a.total_invocations);
  };
  const byName = () => addedUp((table, row) => [table.name[row], table.names[table.name[row]]]);
  const byProject = () => addedUp((table, row) => [table.project[row], table.projects[table.project[row]]]);
  const inTotal = () => addedUp(() => [0, null])[0];
  const rowsOf = (part) => data[part].data.filter((row) => asked.kind === "all" || !row.kind || row.kind === asked.kind);

  // ------------------------------------------------------------ charts

  const drawn = new Set();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const chart = (place, spec, told) => {
    const config = {
      background: "transparent", font: "system-ui, sans-serif",
      axis: { labelColor: css("--quiet"), titleColor: css("--quiet"), gridColor: css("--line"), domainColor: css("--line"), tickColor: css("--line"), titleFontWeight: 500 },
      legend: { labelColor: css("--ink"), titleColor: css("--quiet") },
      view: { stroke: null },
      range: { category: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] },
    };
    const whole = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: 260, autosize: { type: "fit", contains: "padding" }, config, description: told, ...spec };
    const drawing = vegaEmbed(place, whole, { actions: false, renderer: "svg", ast: true, tooltip: true }).then((result) => {
      place.querySelector("svg").setAttribute("role", "img");
      place.querySelector("svg").setAttribute("aria-label", told);
      return result;
    });
    drawn.add(drawing);
    return drawing;
  };
  const spark = (values, told) => {
    const given = values.filter((value) => value !== null);
    const most = Math.max(...given, 1), svgNS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(svgNS, "svg");
    svg.setAttribute("class", "spark");
    svg.setAttribute("viewBox", "0 0 120 24");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", told);
    const path = document.createElementNS(svgNS, "path");
    const step = 116 / Math.max(1, values.length - 1);
    let line = "", pen = "M";
    values.forEach((value, place) => {
      if (value === null) { pen = "M"; return; }
      line += `${pen}${(2 + place * step).toFixed(1)} ${(22 - (value / most) * 20).toFixed(1)}`;
      pen = "L";
    });
    path.setAttribute("d", line);
    svg.append(path);
    return svg;
  };

  // ------------------------------------------------------------ pieces

  const address = (kind, name) => `#/${kind}/${encodeURIComponent(name)}`;
  const named = (kind, name) => make("a", { href: address(kind, name), title: name.length > 120 ? null : name }, make("bdi", {}, cut(name)));
  const cell = (content, kind = "", attributes = {}) => make("td", { class: kind, ...attributes }, content instanceof Node ? content : document.createTextNode(String(content)));
  const table = (caption, columns, rows) => make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...columns.map(([title, kind]) => make("th", { scope: "col", class: kind ?? "" }, title)))),
      make("tbody", {}, ...rows)));
  const section = (id, title, ...children) => make("section", { id, "aria-labelledby": `${id}-title` }, make("h2", { id: `${id}-title` }, title), ...children);
  const verdict = (word) => make("span", { class: { degrading: "bad", improving: "good", worse: "bad", better: "good" }[word] ?? "" }, word ?? NOT_AVAILABLE);

  const headline = () => {
    const total = inTotal(), names = byName(), projects = byProject();
    const skills = names.filter((each) => each.label[0] === "skill").length;
    const [week, before] = [data.summary.data[0]?.last_7_days, data.summary.data[0]?.previous_7_days];
    const cards = [["Uses", number(total?.total_invocations ?? 0), `${number(skills)} skills, ${number(names.length - skills)} agents, ${number(projects.length)} projects`],
      ["Success rate", percent(total?.success_rate ?? null), total ? `${between(total.low, total.high)} of ${number(total.known)} known outcomes` : ""]];
    if (week && asked.project === "*" && asked.kind === "all") {
      cards.push(["Last 7 days", number(week.total_invocations), `${number(before.total_invocations)} in the 7 before (today is open)`],
        ["Success, last 7 days", percent(week.success_rate), `${percent(before.success_rate)} in the 7 before`]);
    }
    return make("dl", { class: "cards", id: "headline" }, ...cards.map(([title, value, more]) => make("div", { class: "card" }, make("dt", {}, title), make("dd", {}, value), make("dd", {}, more))));
  };

  const advice = () => {
    const told = data.recommend.data.filter((row) => row.origin === "skillhouse" && (asked.kind === "all" || row.kind === asked.kind) && (asked.project === "*" || row.project_name === null || row.project_name === asked.project));
    const theirs = data.recommend.data.length - data.recommend.data.filter((row) => row.origin === "skillhouse").length;
    const items = told.slice(0, SHOWN).map((row) => make("li", {},
      make("strong", {}, row.action, " "), named(row.kind, row.skill_name), row.project_name ? ` in ${row.project_name}` : "",
      row.statement ? make("div", {}, row.statement) : null, row.effect_words ? make("div", {}, row.effect_words) : null,
      row.evidence ? make("div", {}, make("code", {}, row.evidence)) : null));
    return section("advice", told.length ? `${number(told.length)} ${told.length === 1 ? "thing" : "things"} to do` : "Nothing to do",
      make("p", { class: "quiet" }, "Each rests on a test that is corrected for how many were made; fewer than 10 known outcomes say nothing."),
      make("ol", { class: "advice" }, ...items),
      theirs ? make("p", { class: "quiet" }, `The projects' own optimizers say ${number(theirs)} things more: skillhouse recommend.`) : null);
  };

  const health = () => {
    const rows = rowsOf("health").filter((row) => row.score !== null).sort((a, b) => a.score - b.score);
    const without = rowsOf("health").length - rows.length;
    return section("health", "Health",
      make("p", { class: "quiet" }, "Lowest score first: 50 success in the last 120 complete days, 30 success in the last 30, 20 for few kinds of errors. ", `${number(without)} have too few known outcomes for a score.`),
      table("Health of skills and agents, all projects", [["Name", "name"], ["Kind", "drop"], ["Score", "number"], ["Band"], ["Known", "number"], ["Success", "number"], ["95% interval", "number drop"], ["Trend"]],
        rows.slice(0, SHOWN).map((row) => make("tr", {}, make("th", { scope: "row", class: "name" }, named(row.kind, row.skill_name)), cell(row.kind, "drop"), cell(number(row.score), "number"), cell(row.band), cell(number(row.known_outcomes), "number"), cell(percent(row.success_rate), "number"), cell(between(row.success_rate_low, row.success_rate_high), "number drop"), cell(verdict(row.trend?.verdict))))));
  };

  const top = () => {
    const weekly = new Map(data.weekly.data.map((row) => [`${row.kind} ${row.skill_name}`, row.periods]));
    const exact = new Map(data.top.data.map((row) => [`${row.kind} ${row.skill_name}`, row]));
    const isWhole = asked.project === "*" && asked.period === "all";
    const rows = byName();
    const columns = [["Name", "name"], ["Kind", "drop"], ["Uses", "number"], ["26 weeks", "drop"], ["Success", "number"], ["95% interval", "number"], ["Failed", "number drop"], ["Abandoned", "number drop"]];
    if (isWhole) columns.push(["Median", "number drop"], ["Last used", "drop"]);
    return section("top", "Most used",
      table(`${Math.min(rows.length, 100)} of ${number(rows.length)} skills and agents`, columns, rows.slice(0, 100).map((row) => {
        const [kind, name] = row.label, key = `${kind} ${name}`, told = exact.get(key);
        const uses = weekly.get(key)?.filter((each) => !each.is_open).map((each) => each.total_invocations);
        return make("tr", { "data-name": name }, make("th", { scope: "row", class: "name" }, named(kind, name)), cell(kind, "drop"), cell(number(row.total_invocations), "number"),
          cell(uses ? spark(uses, `Uses in 26 weeks, all projects: ${uses.join(", ")}`) : "", "drop"),
          cell(percent(row.success_rate), "number"), cell(between(row.low, row.high), "number"), cell(number(row.failures), "number drop"), cell(number(row.abandoned), "number drop"),
          ...(isWhole ? [cell(duration(told?.p50_duration_ms), "number drop"), cell(day(told?.last_used), "drop")] : []));
      })));
  };

  const GRAINS = [["daily", "Days"], ["weekly", "Weeks"], ["monthly", "Months"]];
  const switched = (id, choose) => {
    const place = make("div", { class: "chart", id: `${id}-chart` });
    const buttons = GRAINS.map(([grain, title]) => make("button", { type: "button", "aria-pressed": "false", onclick: () => pick(grain) }, title));
    const pick = (grain) => {
      buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(GRAINS[at][0] === grain)));
      choose(grain, place);
    };
    queueMicrotask(() => pick("weekly"));
    return [make("div", { class: "choice", role: "group", "aria-label": "Period of the chart" }, ...buttons), place];
  };
  const trends = () => {
    const names = byName().slice(0, 5).map((row) => row.label);
    return section("trends", "Trends", make("p", { class: "quiet" }, "Success rate of the five most used, all projects. The open period is left out."),
      ...switched("trends", (grain, place) => {
        const values = data[grain].data.filter((row) => names.some(([kind, name]) => kind === row.kind && name === row.skill_name))
          .flatMap((row) => row.periods.filter((each) => !each.is_open && each.success_rate !== null).map((each) => ({ name: cut(row.skill_name), since: each.since, rate: each.success_rate, known: each.known_outcomes })));
        chart(place, { data: { values }, mark: { type: "line", point: { size: 25 }, strokeWidth: 2 }, encoding: {
          x: { field: "since", type: "temporal", title: null }, y: { field: "rate", type: "quantitative", title: "Success rate", scale: { domain: [0, 1] }, axis: { format: ".0%" } },
          color: { field: "name", type: "nominal", title: null, sort: names.map((each) => cut(each[1])), legend: { orient: "top", columns: 3 } }, strokeDash: { field: "name", type: "nominal", legend: null },
          tooltip: [{ field: "name", title: "Name" }, { field: "since", title: "Since" }, { field: "rate", title: "Success rate", format: ".1%" }, { field: "known", title: "Known outcomes" }] } },
        `Success rate by ${grain} period of ${names.map((each) => cut(each[1])).join(", ")}; the numbers are on each one's page.`);
      }));
  };

  const scatter = () => {
    const values = byName().filter((row) => row.known >= 10).map((row) => ({ name: cut(row.label[1]), kind: row.label[0], uses: row.total_invocations, rate: row.success_rate, known: row.known, href: address(...row.label) }));
    const place = make("div", { class: "chart" });
    queueMicrotask(() => chart(place, { height: 320, data: { values }, mark: { type: "point", filled: true, size: 90, opacity: 0.8 }, encoding: {
      x: { field: "uses", type: "quantitative", scale: { type: "log" }, title: "Uses" }, y: { field: "rate", type: "quantitative", title: "Success rate", scale: { zero: false, nice: true }, axis: { format: ".0%" } },
      color: { field: "kind", type: "nominal", title: null, legend: { orient: "top" } }, shape: { field: "kind", type: "nominal", legend: null }, href: { field: "href" },
      tooltip: [{ field: "name", title: "Name" }, { field: "uses", title: "Uses", format: "," }, { field: "rate", title: "Success rate", format: ".1%" }, { field: "known", title: "Known outcomes", format: "," }] } },
    "Success rate against uses; the same numbers stand in the table above."));
    return section("scatter", "Success against use", make("p", { class: "quiet" }, "What stands low on the right fails often where it is used most. Names with 10 known outcomes and more."), place);
  };

  const projects = () => {
    const rows = byProject();
    return section("projects", "Projects", table("Projects side by side", [["Project", "name"], ["Uses", "number"], ["Success", "number"], ["95% interval", "number"], ["Failed", "number drop"], ["Abandoned", "number drop"], ["Unknown", "number drop"]],
      rows.slice(0, 300).map((row) => make("tr", { "data-project": row.label }, make("th", { scope: "row", class: "name" }, make("bdi", {}, cut(row.label))), cell(number(row.total_invocations), "number"), cell(percent(row.success_rate), "number"), cell(between(row.low, row.high), "number"), cell(number(row.failures), "number drop"), cell(number(row.abandoned), "number drop"), cell(number(row.unknown), "number drop")))));
  };

  const anomalies = () => {
    const rows = rowsOf("anomalies");
    const found = rows.length ? `${number(rows.length)} ${rows.length === 1 ? "day or stretch of days" : "days or stretches of days"} stood out in the last 90` : "No day stood out in the last 90";
    return section("anomalies", found, rows.length ? table("Anomalies, newest first", [["Day"], ["Name", "name"], ["What"], ["Value", "number"], ["Expected", "number"], ["Most in", "name drop"]],
      rows.slice(0, 100).map((row) => make("tr", {}, cell(row.day ?? row.since ?? ""), make("th", { scope: "row", class: "name" }, row.skill_name ? named(row.kind, row.skill_name) : "everything"), cell(`${row.anomaly ?? row.finding ?? ""} of ${row.measure ?? ""}`), cell(number(row.value), "number"), cell(`${number(row.expected_low)}-${number(row.expected_high)}`, "number"), cell((row.projects ?? row.causes ?? []).map((each) => each.project_name).join(", "), "name drop")))) : null);
  };

  const GLOSSARY = [
    ["Use", "One invocation of a skill or one execution of an agent, as the project's own files tell of it."],
    ["Success rate", "Successes divided by successes, failures and abandoned ones. Unknown outcomes are no part of it; n/a where nothing is known."],
    ["95% interval", "The Wilson interval of the success rate: few outcomes make it wide."],
    ["Failed, abandoned, unknown", "Not completed with an error; not completed without one; without a usable verdict."],
    ["Median", "Half of the measured durations are shorter. Durations that were not measured do not count."],
    ["Score", "100 at best: 50 for the success rate of the last 120 complete days, 30 for that of the last 30, 20 for few kinds of errors. 90 is excellent, 70 good, 50 needs work."],
    ["Trend", "The last 30 complete days against the 90 before: better or worse only where it is 5 points or more and more than chance, corrected for the number of names."],
    ["Open period", "Today, this week and this month are not over and are never compared with whole ones."],
  ];
  const glossary = () => section("glossary", "What the words mean", make("p", {}, data.about.timezone ? `Days, weeks (from Monday) and months are those of the zone ${data.about.timezone}.` : "Days, weeks (from Monday) and months are those of one zone."),
    make("dl", { class: "glossary" }, ...GLOSSARY.flatMap(([word, meaning]) => [make("dt", {}, word), make("dd", {}, meaning)])));

  const ofOne = (kind, name) => {
    const of = (part) => data[part].data.find((row) => row.kind === kind && row.skill_name === name);
    const whole = of("top"), state = of("health");
    if (!whole && !state) return [make("p", {}, "There is nothing of that name in this report. ", make("a", { href: "#/" }, "To the report"))];
    const rows = addedUp((tab, row) => (tab.names[tab.name[row]][0] === kind && tab.names[tab.name[row]][1] === name ? [tab.project[row], tab.projects[tab.project[row]]] : [-1, null])).filter((row) => row.label !== null);
    const cards = whole ? [["Uses", number(whole.total_invocations), `${number(whole.projects)} projects, ${number(whole.sessions)} sessions`], ["Success rate", percent(whole.success_rate), between(whole.success_rate_low, whole.success_rate_high)], ["Median duration", duration(whole.p50_duration_ms), `95th percentile ${duration(whole.p95_duration_ms)}`], ["Last used", day(whole.last_used), `first ${day(whole.first_used)}`]] : [];
    if (state) cards.push(["Score", number(state.score), state.band ?? "insufficient data"]);
    return [make("p", {}, make("a", { href: "#/" }, "Back to the report")), make("h2", { tabindex: "-1", id: "one" }, make("bdi", {}, cut(name)), ` (${kind})`),
      make("dl", { class: "cards" }, ...cards.map(([title, value, more]) => make("div", { class: "card" }, make("dt", {}, title), make("dd", {}, value), make("dd", {}, more)))),
      ...switched("one", (grain, place) => {
        const values = (data[grain].data.find((row) => row.kind === kind && row.skill_name === name)?.periods ?? []).filter((each) => !each.is_open);
        chart(place, { data: { values }, vconcat: [
          { width: "container", height: 120, mark: { type: "bar", color: css("--accent") }, encoding: { x: { field: "since", type: "temporal", title: null }, y: { field: "total_invocations", type: "quantitative", title: "Uses" }, tooltip: [{ field: "since", title: "Since" }, { field: "total_invocations", title: "Uses" }] } },
        ], height: undefined, width: undefined }, `Uses of ${cut(name)} by ${grain} period`);
      }),
      table(`${cut(name)} by project, in the period asked for`, [["Project", "name"], ["Uses", "number"], ["Success", "number"], ["95% interval", "number"]], rows.map((row) => make("tr", {}, make("th", { scope: "row", class: "name" }, make("bdi", {}, cut(row.label))), cell(number(row.total_invocations), "number"), cell(percent(row.success_rate), "number"), cell(between(row.low, row.high), "number"))))];
  };

  // ------------------------------------------------------------ the whole

  const main = document.getElementById("main");
  const draw = () => {
    const [, kind, name] = location.hash.split("/");
    const { since, until } = periodsAsked();
    document.getElementById("told").textContent = asked.period === "all" ? "All time." : `${since} to ${until}.`;
    if (kind && name) main.replaceChildren(...ofOne(kind, decodeURIComponent(name)));
    else main.replaceChildren(headline(), advice(), health(), top(), trends(), scatter(), projects(), anomalies(), glossary());
  };
  const projectList = [...new Set([...data.months.projects, ...data.weeks.projects])].sort();
  document.getElementById("project").append(make("option", { value: "*" }, "all projects"), ...projectList.map((name) => make("option", { value: name }, cut(name))));
  document.getElementById("about").textContent = `Made ${data.about.generated_at.slice(0, 16).replace("T", " ")}${data.about.timezone ? `, zone ${data.about.timezone}` : ""}${data.about.public ? "; projects are pseudonyms" : ""}`;
  for (const name of ["project", "kind", "period"]) {
    document.getElementById(name).addEventListener("change", (event) => { asked[name] = event.target.value; draw(); });
  }
  const theme = document.getElementById("theme");
  const wear = (dark) => { document.documentElement.dataset.theme = dark ? "dark" : "light"; theme.setAttribute("aria-pressed", String(dark)); draw(); };
  theme.addEventListener("click", () => wear(theme.getAttribute("aria-pressed") !== "true"));
  addEventListener("hashchange", () => { draw(); (document.getElementById("one") ?? main).focus(); scrollTo(0, 0); });
  wear(matchMedia("(prefers-color-scheme: dark)").matches);
  await Promise.all(drawn);
  document.documentElement.dataset.drawn = "true";
})();
