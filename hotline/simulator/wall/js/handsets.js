// All handsets by station; those that ring or talk come first, whatever the filter says.
import { arrange, h, setText } from "./dom.js";
import { handsetCard, stateOfPhone } from "./handset.js";
import { t } from "./i18n.js";
import { pretty } from "./numbers.js";
import { changed } from "./store.js";

const byId = (id) => document.getElementById(id);
const KINDS = { duty: ["handset", "branch"], survivor: ["survivor"], all: ["handset", "branch", "survivor", "unknown"] };
const views = new Map();
const sections = new Map();
let kind = "duty";

/** A phone that its own call card shows already is not shown a second time as active. */
const isActive = (phone) => ["ringing", "talking", "hearing", "recording"].includes(stateOfPhone(phone)) && phone.leg.direction !== "inbound";

const rank = (phone) => (phone.state === "ringing" ? 0 : 1);
const ringingFirst = (a, b) => rank(a) - rank(b) || a.leg.since.localeCompare(b.leg.since);

function matches(phone, words) {
  const text = `${phone.label} ${phone.label_en} ${phone.group} ${phone.number} ${pretty(phone.number)} ${pretty(phone.number).replace(/\D/g, "")}`;
  return words.every((word) => text.toLowerCase().includes(word));
}

function section(key, title, phones) {
  if (!sections.has(key)) {
    const heading = h("h3");
    const grid = h("div", { class: "group-grid" });
    const node = h("section", { class: key === "busy" ? "group busy" : "group", testid: key === "busy" ? "active-handsets" : null }, heading, grid);
    sections.set(key, { node, heading, grid });
  }
  const { node, heading, grid } = sections.get(key);
  setText(heading, title);
  return { node, fill: () => arrange(grid, phones.map((phone) => views.get(phone.number).node)) };
}

function empty(title, hint, button) {
  return h("div", { class: "empty", testid: "no-handsets" }, h("b", {}, title), h("p", {}, hint), button);
}

function showAll() {
  kind = "all";
  byId("search").value = "";
  showKinds();
  changed();
}

function nothing(state) {
  if (!state.phones.some((phone) => phone.kind !== "line")) return empty(t("empty_book"), t("empty_book_hint"));
  return empty(t("no_match"), t("no_match_hint"), h("button", { type: "button", class: "quiet", onclick: showAll }, t("show_all")));
}

function choose(state) {
  const typed = byId("search").value.normalize("NFKC").toLowerCase().trim();
  const words = typed ? typed.split(/\s+/) : [];
  const kinds = words.length ? KINDS.all : KINDS[kind];
  const phones = state.phones.filter((phone) => phone.kind !== "line");
  const active = phones.filter(isActive).sort(ringingFirst);
  const rest = phones.filter((phone) => !isActive(phone) && kinds.includes(phone.kind) && matches(phone, words));
  return { phones, active, rest };
}

function byGroup(phones) {
  const groups = new Map();
  for (const phone of phones) groups.set(phone.group || "", [...(groups.get(phone.group || "") ?? []), phone]);
  return groups;
}

function update(state) {
  const { phones, active, rest } = choose(state);
  for (const phone of [...active, ...rest]) {
    if (!views.has(phone.number)) views.set(phone.number, handsetCard(phone));
    views.get(phone.number).update(phone);
  }
  const parts = [...byGroup(rest)].map(([group, members]) => section(`group:${group}`, group || t("others"), members));
  if (active.length) parts.unshift(section("busy", t("active"), active));
  const shown = parts.length ? parts.map((part) => part.node) : [nothing(state)];
  arrange(byId("handset-groups"), shown);
  for (const part of parts) part.fill();
  const ringing = phones.filter((phone) => phone.state === "ringing").length;
  const talking = phones.filter((phone) => phone.state === "in_call").length;
  setText(byId("tally"), t("tally", { ringing, talking, all: phones.length }));
  byId("jump-ringing").hidden = ringing === 0;
  setText(byId("jump-ringing"), String(ringing));
  document.title = ringing ? `(${ringing}) ${t("document_title")}` : t("document_title");
}

function showKinds() {
  const buttons = Object.keys(KINDS).map((one) =>
    h("button", {
      type: "button", testid: `kind-${one}`, "aria-pressed": String(one === kind),
      onclick: () => { kind = one; showKinds(); changed(); byId("kinds").querySelector("[aria-pressed=true]").focus(); },
    }, t(`kind_${one}`)));
  byId("kinds").replaceChildren(...buttons);
}

export function handsets() {
  byId("search").addEventListener("input", changed);
  return { update, translate: showKinds };
}
