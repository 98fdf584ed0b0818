// Only in a page that `skillhouse dashboard` serves: polls the dashboard for a newer page and loads
// it with the same filters, sorting and scroll position.
"use strict";
(() => {
  const line = document.getElementById("live");
  const mine = document.querySelector("meta[name=version]")?.content;
  // A page that was saved to a file has no dashboard.
  if (!mine || !location.protocol.startsWith("http")) return;
  line.hidden = false;
  document.getElementById("asks").textContent = "This page checks its dashboard for updates and contacts nothing else.";
  const [LIVE, LOOK_EVERY_MS, WHEN_ENDED_MS, KEPT] = [line.textContent, 2000, 10000, "skillhouse-view"];
  const root = document.documentElement;
  const selects = () => [...document.querySelectorAll("#filters select")];
  const theme = document.getElementById("theme");

  const tell = (text) => {
    // Screen readers would read an unchanged line again.
    if (line.textContent !== text) line.textContent = text;
  };
  const renew = () => {
    const view = {
      chosen: selects().map((select) => [select.id, select.value]),
      sorted: [...document.querySelectorAll("th[aria-sort]")].map((head) => [head.firstChild.id, head.getAttribute("aria-sort")]),
      dark: theme.getAttribute("aria-pressed"),
      focus: document.activeElement?.id ?? "",
      top: scrollY,
    };
    sessionStorage.setItem(KEPT, JSON.stringify(view));
    location.reload();
  };
  const restore = () => {
    const view = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    sessionStorage.removeItem(KEPT);
    if (!view) return;
    for (const [id, value] of view.chosen) {
      const select = selects().find((each) => each.id === id);
      if (!select || select.value === value || ![...select.options].some((each) => each.value === value)) continue;
      select.value = value;
      select.dispatchEvent(new Event("change"));
    }
    for (const [id, direction] of view.sorted) {
      const button = document.getElementById(id);
      for (let turn = 0; turn < 2 && button && button.parentNode.getAttribute("aria-sort") !== direction; turn += 1) button.click();
    }
    if (view.dark !== theme.getAttribute("aria-pressed")) theme.click();
    if (view.focus) document.getElementById(view.focus)?.focus({ preventScroll: true });
    scrollTo({ top: view.top, behavior: "instant" });
  };
  const look = async () => {
    if (document.hidden) return LOOK_EVERY_MS;
    try {
      const answer = await fetch("changes", { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const { version, told } = await answer.json();
      if (version !== mine) renew();
      else tell(told ?? LIVE);
      return LOOK_EVERY_MS;
    } catch {
      tell("The dashboard has stopped: this page no longer updates.");
      return WHEN_ENDED_MS;
    }
  };
  const keepLooking = async () => setTimeout(keepLooking, await look());

  if (root.dataset.drawn) restore();
  else new MutationObserver((_, observer) => { observer.disconnect(); restore(); }).observe(root, { attributeFilter: ["data-drawn"] });
  document.addEventListener("visibilitychange", look);
  keepLooking();
})();
