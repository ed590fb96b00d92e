// One handset: a quiet row, a ringing phone, or a phone in a call.
import * as api from "./api.js";
import { h, icon, keepFocus, setAttr, setText } from "./dom.js";
import { t } from "./i18n.js";
import { legView, listenOn, stateOf, stateWord } from "./leg.js";
import { typeOn } from "./keypad.js";
import { pretty } from "./numbers.js";
import { listenTo, nameOf, store } from "./store.js";

const MODES = ["manual", "answers", "busy", "off", "voicemail", "silent"];

export const stateOfPhone = (phone) => (phone.leg ? stateOf(phone.leg) : "idle");

const isLandline = (number) => number.startsWith("+86") && !/^\+861\d{10}$/.test(number);

function modeSelect(number) {
  const select = h("select", { class: "mode", testid: "mode", onchange: () => api.setMode(number, select.value) });
  for (const mode of MODES) select.append(h("option", { value: mode }));
  const update = (phone) => {
    MODES.forEach((mode, index) => setText(select.options[index], t(`mode_${mode}`)));
    if (document.activeElement !== select) select.value = phone.mode;
    select.classList.toggle("changed", phone.mode !== "manual");
    setAttr(select, "aria-label", t("mode", { name: nameOf(number) }));
  };
  return { node: select, update };
}

/** What a ringing phone shows: who rings, and the two buttons. */
function ringingScreen(number) {
  const incoming = h("span");
  const shown = h("b", { testid: "display" });
  const digits = h("span", { class: "number" });
  const yes = h("span");
  const no = h("span");
  const answer = async () => {
    const phone = await api.answer(number);
    if (phone?.leg) listenTo(phone.leg.sid);
  };
  const node = h("div", {},
    h("div", { class: "screen" }, incoming, shown, digits),
    h("div", { class: "choice" },
      h("button", { type: "button", class: "danger", testid: "reject", onclick: () => api.reject(number) }, icon("hangup"), no),
      h("button", { type: "button", class: "answer", testid: "answer", onclick: answer }, icon("call"), yes)));
  const update = (leg) => {
    setText(incoming, t("incoming"));
    setText(shown, nameOf(leg.display));
    setText(digits, leg.display.startsWith("anonymous") ? "" : pretty(leg.display));
    setText(yes, t("answer"));
    setText(no, t("reject"));
  };
  return { node, update };
}

/** A phone that placed its call itself is operated on its call card; this leads there. */
function goToCard(number) {
  const go = () => {
    const card = document.querySelector(`[data-testid="call-card"][data-from="${CSS.escape(number)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    card?.focus();
  };
  return h("button", { type: "button", class: "quiet elsewhere", onclick: go });
}

export function handsetCard(first) {
  const { number } = first;
  let phone = first;
  let leg = null;
  const name = h("h3");
  const line = h("p", { class: "number" }, pretty(number));
  const word = h("span", { testid: "phone-state" });
  const clock = h("span", { class: "clock" });
  const mode = modeSelect(number);
  const face = h("span", { class: "face", "aria-hidden": "true" }, icon(first.kind === "survivor" ? "person" : isLandline(number) ? "desk" : "handset"));
  const head = h("header", { class: "card-head" }, face, h("div", { class: "who" }, name, line), mode.node, h("p", { class: "state" }, clock, word));
  const screen = ringingScreen(number);
  const elsewhere = goToCard(number);
  const node = h("article", { class: "handset", testid: `handset-${number}`, tabindex: "-1" }, head);
  listenOn(node, () => (stateOfPhone(phone) === "ringing" ? null : phone.leg));
  typeOn(node, (key) => leg?.press(key));

  function body(state) {
    if (state === "idle" || state === "over") return [head];
    if (phone.leg.direction === "inbound") return [head, elsewhere];
    if (state === "ringing") return [head, screen.node];
    if (leg?.sid !== phone.leg.sid) leg = { ...legView(number), sid: phone.leg.sid };
    return [head, leg.node];
  }

  function update(now) {
    phone = now;
    const state = stateOfPhone(now);
    if (state === "idle") leg = null;
    const wanted = body(state);
    keepFocus(node, () => {
      for (const child of [...node.children]) if (!wanted.includes(child)) child.remove();
      for (const child of wanted) if (child.parentNode !== node) node.append(child);
    });
    node.dataset.state = state;
    node.dataset.mode = now.mode;
    node.classList.toggle("listening", Boolean(now.leg) && state !== "ringing" && now.leg.direction !== "inbound" && store.listening === now.leg.sid);
    setAttr(node, "aria-label", nameOf(number));
    setText(name, nameOf(number));
    name.title = name.textContent;
    setText(elsewhere, t("to_caller_card"));
    mode.update(now);
    if (!now.leg) return;
    setText(word, stateWord(now.leg));
    clock.dataset.since = now.leg.answered_at ?? now.leg.since;
    if (state === "ringing") screen.update(now.leg);
    else leg?.update(now.leg);
  }
  return { node, update };
}
