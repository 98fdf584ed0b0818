// Only in a page that `skillhouse dashboard` serves: polls the dashboard for a newer page and loads
// it with the same filters, sorting and scroll position; starts a refresh.

const byId = (id) => document.getElementById(id);
const line = byId("live");
const mine = document.querySelector("meta[name=version]")?.content;
const [LOOK_EVERY_MS, WHEN_ENDED_MS, KEPT] = [2000, 10000, "skillhouse-view"];
const LIVE = line.textContent;
const root = document.documentElement;
const theme = byId("theme");
// Who is shown a public page only reads.
const collect = byId("collect");

const tell = (text) => {
  // Screen readers would read an unchanged line again.
  if (line.textContent !== text) line.textContent = text;
};
const sorted = () =>
  [...document.querySelectorAll("th[aria-sort]")].map((head) => [
    head.firstChild.id,
    head.getAttribute("aria-sort"),
  ]);
// The address has the filters.
const renew = () => {
  const view = {
    sorted: sorted(),
    dark: theme.getAttribute("aria-pressed"),
    focus: document.activeElement?.id ?? "",
    top: scrollY,
  };
  sessionStorage.setItem(KEPT, JSON.stringify(view));
  location.reload();
};
const sortAs = (id, direction) => {
  const button = byId(id);
  for (let turn = 0; turn < 2; turn += 1) {
    if (button && button.parentNode.getAttribute("aria-sort") !== direction) button.click();
  }
};
const restore = () => {
  const view = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  if (!view) return;
  for (const [id, direction] of view.sorted) sortAs(id, direction);
  if (view.dark !== theme.getAttribute("aria-pressed")) theme.click();
  if (view.focus) byId(view.focus)?.focus({ preventScroll: true });
  scrollTo({ top: view.top, behavior: "instant" });
};

const look = async () => {
  if (document.hidden) return LOOK_EVERY_MS;
  try {
    const answer = await fetch("changes", { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const { version, message, collecting, collected } = await answer.json();
    if (collect) collect.disabled = collecting;
    if (version !== mine && !collecting) renew();
    else tell(collecting ? "Collecting ..." : (message ?? collected ?? LIVE));
    return LOOK_EVERY_MS;
  } catch {
    tell("The dashboard has stopped: this page no longer updates.");
    return WHEN_ENDED_MS;
  }
};
const keepLooking = async () => setTimeout(keepLooking, await look());
const start = async () => {
  collect.disabled = true;
  tell("Collecting ...");
  try {
    await fetch("collect", { method: "POST", cache: "no-store" });
  } finally {
    setTimeout(look, 300);
  }
};

// A page that was saved to a file has no dashboard.
if (mine && location.protocol.startsWith("http")) {
  byId("dashboard").hidden = false;
  byId("asks").textContent =
    "This page checks its dashboard for updates and contacts nothing else.";
  byId("refresh").addEventListener("click", renew);
  collect?.addEventListener("click", start);
  if (root.dataset.drawn) restore();
  else {
    const drawn = new MutationObserver(() => {
      drawn.disconnect();
      restore();
    });
    drawn.observe(root, { attributeFilter: ["data-drawn"] });
  }
  document.addEventListener("visibilitychange", look);
  keepLooking();
}
