// The carrier's clock as this page knows it, and the seconds that tick on the cards.
import { t } from "./i18n.js";

let skew = 0;
let frozen = null;

/** Take over the clock of a state that has just arrived. */
export function setClock(state) {
  skew = Date.parse(state.now) - Date.now();
  frozen = state.clock?.virtual ? Date.parse(state.now) : null;
}

export const carrierNow = () => frozen ?? Date.now() + skew;

const BEIJING = { timeZone: "Asia/Shanghai", hourCycle: "h23" };
const timeOnly = new Intl.DateTimeFormat("zh-CN", { ...BEIJING, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const parts = new Intl.DateTimeFormat("sv-SE", { ...BEIJING, dateStyle: "short", timeStyle: "medium" });

export const timeOfDay = (iso) => timeOnly.format(new Date(iso));
export const dateAndTime = (milliseconds) => parts.format(new Date(milliseconds));

/** The moment that a datetime-local field means in Beijing, as ISO UTC. */
export const fromBeijing = (local) => new Date(`${local}+08:00`).toISOString();

export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function amount(seconds) {
  const steps = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  let rest = Math.round(seconds);
  const said = [];
  for (const [size, word] of steps) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) said.push(`${count} ${t(word)}`);
  }
  return said.slice(0, 2).join(" ") || `0 ${t("second")}`;
}

/** Refresh every element that shows running seconds: data-since, and data-until once it stands still. */
export function tick(root = document) {
  for (const node of root.querySelectorAll("[data-since]")) {
    const until = node.dataset.until ? Date.parse(node.dataset.until) : carrierNow();
    const text = stopwatch((until - Date.parse(node.dataset.since)) / 1000);
    if (node.textContent !== text) node.textContent = text;
  }
}
