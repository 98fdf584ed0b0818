// Most used, projects, unusual days, data quality, glossary.

import { data, isPublic } from "./data.js";
import { badge, bdi, code, make, named, quiet, section, spark, tiles } from "./elements.js";
import { isUnfiltered, listedProjects, rowsOf } from "./filters.js";
import { isOfSelection } from "./findings.js";
import { byName, byProject, inTotal, nameSeries, spanAsked, UNITS } from "./sums.js";
import { cell, heading, OUTCOMES, outcomes, SUCCESS, success, table, USES, uses } from "./table.js";
import {
  counted,
  cut,
  isNothing,
  isOther,
  isoDay,
  minute,
  moment,
  NOT_AVAILABLE,
  number,
  percent,
  points,
  skillsAndAgents,
} from "./text.js";

// The change against the period before; nothing where there is none.
const changeOf = (row) =>
  row.before && !isNothing(row.before.success_rate) && !isNothing(row.success_rate)
    ? row.success_rate - row.before.success_rate
    : null;
const CHANGE = ["Points", "number drop", changeOf];
const change = (row) => cell(isNothing(changeOf(row)) ? "" : points(changeOf(row)), "number drop");
const hasBefore = (rows) => rows.some((row) => row.before);

// ---------------------------------------------------------------- most used

export const top = () => {
  const whole = new Map(data.top.data.map((row) => [`${row.kind} ${row.skill_name}`, row]));
  const exactly = (row) => whole.get(`${row.kind} ${row.skill_name}`);
  const rows = byName();
  const isExact = isUnfiltered();
  const compared = hasBefore(rows);
  const { part } = nameSeries("", "");
  const columns = [
    ["Name", "name", (row) => (isOther(row.skill_name) ? null : row.skill_name)],
    ["Kind", "drop", (row) => row.kind],
    USES,
    [`By ${UNITS[part]}`, "drop"],
    ...SUCCESS,
    ...(compared ? [CHANGE] : []),
    ...OUTCOMES,
  ];
  if (isExact)
    columns.push(
      ["Median", "number drop", (row) => exactly(row)?.p50_duration_ms],
      ["Last used", "day drop", (row) => moment(exactly(row)?.last_used)],
    );
  const tokensOf = (row) => exactly(row)?.tokens?.total_tokens;
  const stated = isExact && rows.some(tokensOf);
  if (stated) columns.push(["Tokens", "number drop", tokensOf]);
  const line = (row) => {
    const { periods } = nameSeries(row.kind, row.skill_name);
    const label = `Uses by ${UNITS[part]}: ${periods.map((each) => each.counts?.total_invocations ?? "no data").join(", ")}`;
    return make(
      "tr",
      { "data-kind": row.kind, "data-name": isNothing(row.skill_name) ? "" : cut(row.skill_name) },
      heading(named(row.kind, row.skill_name)),
      cell(row.kind ?? "", "drop"),
      uses(row),
      cell(periods.length ? spark(periods, label) : "", "drop"),
      ...success(row),
      ...(compared ? [change(row)] : []),
      ...outcomes(row),
      ...(isExact
        ? [
            cell(exactly(row)?.p50_duration ?? NOT_AVAILABLE, "number drop"),
            cell(isoDay(exactly(row)?.last_used), "day drop"),
          ]
        : []),
      ...(stated ? [cell(tokensOf(row) ? number(tokensOf(row)) : "", "number drop")] : []),
    );
  };
  return section(
    "top",
    "Most used",
    compared ? quiet("Points: change of the success rate against the period before.") : null,
    table("top", skillsAndAgents(rows.length), "most used first", columns, rows, line, 20),
  );
};

// ---------------------------------------------------------------- projects

// When each project was last used, and whether its silence is longer than its pace explains.
const lastUses = () =>
  new Map((data.status.data[0]?.projects ?? []).map((each) => [each.project_id, each]));
export const projects = () => {
  const lags = lastUses();
  const rows = byProject();
  const compared = hasBefore(rows);
  const typed = rows.some((row) => row.project_type);
  const columns = [
    ["Project", "name", (row) => row.project_name],
    ...(typed ? [["Type", "drop", (row) => row.project_type]] : []),
    USES,
    ...SUCCESS,
    ...(compared ? [CHANGE] : []),
    ...(isPublic ? [] : [["Last use", "day", (row) => moment(row.last_day)]]),
    ...OUTCOMES,
  ];
  const lastUse = (row) => {
    const silent = lags.get(row.project_id)?.silent && badge("warn", "silent");
    return make("td", { class: "day" }, row.last_day ?? NOT_AVAILABLE, silent && " ", silent);
  };
  const line = (row) =>
    make(
      "tr",
      { "data-project": row.project_id },
      heading(bdi(row.project_name)),
      ...(typed ? [cell(row.project_type ?? "", "drop")] : []),
      uses(row),
      ...success(row),
      ...(compared ? [change(row)] : []),
      ...(isPublic ? [] : [lastUse(row)]),
      ...outcomes(row),
    );
  const used = new Set(rows.map((row) => row.project_id));
  const others = listedProjects().filter((each) => !used.has(each.project_id));
  const otherLine = (row) => make("tr", {}, heading(bdi(row.project_name)), lastUse(row));
  const unused =
    others.length > 0 &&
    make(
      "details",
      {},
      make("summary", {}, `${counted(others.length, "project")} without uses in this selection`),
      table(
        "unused",
        "Projects without uses",
        "",
        [
          ["Project", "name", (row) => row.project_name],
          ["Last use", "day", (row) => moment(row.last_day)],
        ],
        others,
        otherLine,
      ),
    );
  const about =
    "Projects are pseudonyms. Skills and agents with fewer than five uses in a project are merged into other.";
  return section(
    "projects",
    "Projects",
    isPublic && quiet(about),
    table(
      "projects",
      counted(rows.length, "project"),
      "most active first",
      columns,
      rows,
      line,
      20,
    ),
    unused,
  );
};

// ---------------------------------------------------------------- unusual days

// Values have different units, so they are not sortable.
const COLUMNS = [
  ["Day", "day", (row) => moment(row.day)],
  ["Name", "name", (row) => row.skill_name],
  ["What", "", (row) => row.measure],
  ["Value", "number"],
  ["Expected", "number"],
  ["Mostly in", "name drop", (row) => row.projects?.[0]?.project_name],
];
export const anomalyTable = (id, rows) =>
  table(
    id,
    "Unusual days",
    "",
    COLUMNS,
    rows,
    (row) =>
      make(
        "tr",
        {},
        cell(row.day ?? "", "day"),
        heading(row.skill_name ? named(row.kind, row.skill_name) : "everything"),
        cell(
          `${(row.measure ?? "").replace("_", " ")}: ${row.anomaly ?? ""} ${row.direction ?? ""}`,
        ),
        cell(row.value_shown, "number"),
        cell(row.expected_shown, "number"),
        cell(
          bdi(
            (row.projects ?? [])
              .slice(0, 3)
              .map((each) => cut(each.project_name))
              .join(", "),
          ),
          "name drop",
        ),
      ),
    10,
  );
export const anomalies = () => {
  const span = spanAsked();
  const isThen = (row) => !span || (row.day >= span[0] && row.day <= span[1]);
  const rows = rowsOf("anomalies").filter((row) => row.day && isThen(row) && isOfSelection(row));
  const { judged_since: since, judged_until: until } = data.anomalies.totals ?? {};
  const title = rows.length
    ? `${number(rows.length)} unusual ${rows.length === 1 ? "day or shift" : "days or shifts"}`
    : "No unusual days";
  return section(
    "anomalies",
    title,
    quiet(
      since
        ? `${since} to ${until}: uses, success rate and duration of each day, compared with the same weekday before.`
        : "Too little history yet.",
      data.anomalies.warnings.length ? ` ${data.anomalies.warnings.join(" ")}` : "",
    ),
    rows.length ? anomalyTable("unusual", rows) : null,
  );
};

// ---------------------------------------------------------------- data quality, glossary

export const quality = () => {
  const [state] = data.status.data;
  if (!state) return section("quality", "Data quality", quiet("Not part of a public report."));
  const total = inTotal();
  const unknown =
    total.total_invocations > 0 &&
    `${percent(total.unknown / total.total_invocations)} of ${counted(total.total_invocations, "selected use")}`;
  const troubles = [...new Set(data.status.warnings)];
  const ids = new Set(listedProjects().map((each) => each.project_id));
  const collected = state.projects.filter((each) => ids.has(each.project_id));
  const columns = [
    ["Project", "name", (each) => each.project_name],
    ["Collected", "day", (each) => moment(each.last_sync_at)],
  ];
  return section(
    "quality",
    troubles.length || state.rejected_records
      ? "Data quality: see below"
      : "Data quality: no problems",
    ...troubles.map((each) => make("p", { class: "bad" }, cut(each))),
    tiles("state", "small", [
      ["Last collected", minute(state.last_collect_at), state.last_outcome ?? "never"],
      [
        "Statistics",
        state.stale_buckets ? `${number(state.stale_buckets)} days behind` : "up to date",
        state.stale_buckets ? "computed from records" : null,
      ],
      [
        "Rejected records",
        number(state.rejected_records),
        state.rejected_records ? code("skillhouse doctor") : null,
      ],
      ["Unknown outcomes", number(total.unknown), unknown],
      [
        "Next refresh",
        state.next_run_at ? minute(state.next_run_at) : "no schedule",
        state.schedule ?? code("skillhouse schedule"),
      ],
    ]),
    make(
      "details",
      {},
      make("summary", {}, `Last refresh of ${counted(collected.length, "project")}`),
      table("collected", "Projects and their last refresh", "", columns, collected, (each) =>
        make(
          "tr",
          {},
          heading(bdi(each.project_name)),
          cell(each.last_sync_at ? minute(each.last_sync_at) : "never", "day"),
        ),
      ),
    ),
  );
};

export const glossary = () =>
  section(
    "glossary",
    "Glossary",
    make(
      "p",
      {},
      data.about.timezone
        ? `Days, weeks (from Monday) and months are in the reporting zone ${data.about.timezone}.`
        : "Days, weeks (from Monday) and months are in one reporting zone.",
    ),
    make(
      "dl",
      { class: "glossary" },
      ...data.glossary.flatMap(([word, meaning]) => [
        make("dt", {}, word),
        make("dd", {}, meaning),
      ]),
    ),
  );
