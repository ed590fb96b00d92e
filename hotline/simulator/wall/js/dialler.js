// "Who rings": choose a caller and a published line, and ring it.
import * as api from "./api.js";
import { h, setText } from "./dom.js";
import { t } from "./i18n.js";
import { toE164, pretty } from "./numbers.js";
import { labelOf, listenTo, store } from "./store.js";

const OTHER = "other";
const WITHHELD = "anonymous";
const byId = (id) => document.getElementById(id);
let shown = "";
let lineChosen = false;

function grouped(things) {
  const groups = new Map();
  for (const thing of things) {
    const group = thing.group || t("others");
    groups.set(group, [...(groups.get(group) ?? []), thing]);
  }
  return groups;
}

function options(things) {
  return [...grouped(things)].map(([group, members]) =>
    h("optgroup", { label: group }, ...members.map((one) =>
      h("option", { value: one.number }, `${labelOf(one) || t("unknown")}  ${pretty(one.number)}`))));
}

function fill(select, children, fallback) {
  const before = select.value;
  select.replaceChildren(...children);
  select.value = before;
  if (select.selectedIndex < 0) select.value = fallback;
}

function callers(phones) {
  const families = phones.filter((phone) => phone.kind === "survivor");
  const staff = phones.filter((phone) => phone.kind === "handset" || phone.kind === "branch");
  const others = h("optgroup", { label: t("other_callers") },
    h("option", { value: OTHER }, t("other_number")), h("option", { value: WITHHELD }, t("withheld")));
  return [...options(families), others, ...options(staff)];
}

/** Fill both lists again when the phone book or the language changed. */
function update(state) {
  const book = JSON.stringify([document.documentElement.lang, state.lines, state.phones.map((one) => [one.number, one.label, one.kind])]);
  if (book === shown) return;
  shown = book;
  const first = state.phones.find((phone) => phone.kind === "survivor")?.number ?? OTHER;
  fill(byId("caller"), callers(state.phones), first);
  const lines = state.lines.length ? options(state.lines) : [h("option", { value: "" }, t("no_lines"))];
  fill(byId("line"), lines, state.lines[0]?.number ?? "");
  byId("ring-form").querySelector("button").disabled = state.lines.length === 0;
  showNumberField();
}

function showNumberField() {
  const wanted = byId("caller").value === OTHER;
  byId("number-field").hidden = !wanted;
  byId("number").required = wanted;
}

/** A township's own line is offered to its people, until somebody chooses a line. */
function suggestLine() {
  const phone = store.state?.phones.find((one) => one.number === byId("caller").value);
  const line = phone?.group && store.state.lines.find((one) => one.group === phone.group);
  if (line && !lineChosen) byId("line").value = line.number;
}

function callerNumber() {
  const choice = byId("caller").value;
  return choice === OTHER ? toE164(byId("number").value) : choice;
}

function complain(wrong) {
  const hint = byId("number-hint");
  byId("number").setAttribute("aria-invalid", String(wrong));
  hint.classList.toggle("wrong", wrong);
  setText(hint, t(wrong ? "number_bad" : "number_hint"));
  if (wrong) byId("number").focus();
}

export async function placeCall(from, to) {
  const leg = await api.ring(from, to);
  if (leg) listenTo(leg.sid);
  return leg;
}

export function dialler() {
  byId("caller").addEventListener("change", () => {
    showNumberField();
    suggestLine();
    if (byId("caller").value === OTHER) byId("number").focus();
  });
  byId("line").addEventListener("change", () => { lineChosen = true; });
  byId("number").addEventListener("input", () => complain(false));
  byId("ring-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const from = callerNumber();
    complain(from === null);
    if (from === null) return;
    const button = byId("ring-form").querySelector("button");
    button.disabled = true;
    await placeCall(from, byId("line").value);
    button.disabled = false;
  });
  return update;
}
