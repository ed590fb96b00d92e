// One party's side of a call: who is heard, the transcript, the keypad, a sentence to say, hanging up.
import * as api from "./api.js";
import { h, icon, setAttr, setText } from "./dom.js";
import { t } from "./i18n.js";
import { keypad } from "./keypad.js";
import { listenTo, nameOf, store } from "./store.js";
import { transcript } from "./transcript.js";

const SOUNDING = ["speech", "audio", "party", "recording", "ringback", "tone"];

/** The word for what a leg is doing, also the value of data-state: ringing, dialing, hearing, talking, recording, over. */
export function stateOf(leg) {
  if (leg.ended_at) return "over";
  if (!leg.answered_at) return leg.direction === "inbound" ? "dialing" : "ringing";
  if (leg.talking_to) return "talking";
  return leg.recording ? "recording" : "hearing";
}

export function stateWord(leg) {
  return leg.ended_at ? t(`status_${leg.status}`) : t(`state_${stateOf(leg)}`);
}

function hearsText(leg) {
  if (!leg.answered_at) return t("state_dialing");
  return t(`hears_${leg.hears}`, { name: nameOf(leg.talking_to) });
}

function speakForm(number) {
  const input = h("input", { testid: "say-text", maxlength: "300" });
  const button = h("button", { type: "submit", testid: "say" }, icon("send"));
  const submit = async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text && await api.say(number, text)) input.value = "";
  };
  const node = h("form", { class: "say-form", autocomplete: "off", onsubmit: submit }, input, button);
  const update = (leg) => {
    setAttr(input, "aria-label", t("speak"));
    setAttr(input, "placeholder", t("speak_hint"));
    setAttr(button, "aria-label", t("say_it"));
    input.disabled = button.disabled = !leg.answered_at;
  };
  return { node, update };
}

export function legView(number) {
  const hears = h("b", { testid: "hears" });
  const bars = h("span", { class: "bars", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const listening = h("span");
  const ear = h("span", { class: "ear", testid: "listening" }, icon("ear"), listening);
  const head = h("p", { class: "hears" }, bars, hears, ear);
  const talk = transcript();
  const keys = keypad(number);
  const speak = speakForm(number);
  const end = h("span");
  const hangUp = h("button", { type: "button", class: "hang-up", testid: "hang-up", onclick: () => api.hangUp(number) }, icon("hangup"), end);
  const controls = h("div", { class: "controls" }, keys.node);
  const foot = h("div", { class: "controls whole" }, speak.node, hangUp);
  const node = h("div", { class: "leg" }, head, talk.node, controls, foot);
  return {
    node,
    press: keys.press,
    update(leg) {
      const live = !leg.ended_at;
      node.classList.toggle("live", live);
      node.dataset.hears = leg.hears;
      node.dataset.sounds = live && SOUNDING.includes(leg.hears);
      head.hidden = controls.hidden = foot.hidden = !live;
      setText(hears, live ? hearsText(leg) : "");
      ear.hidden = store.listening !== leg.sid;
      setText(listening, t("listening"));
      setText(end, t("hang_up"));
      talk.update(leg, store.listening === leg.sid);
      keys.update(leg);
      speak.update(leg);
    },
  };
}

/** Make a card listen to its leg as soon as somebody clicks or tabs into it. */
export function listenOn(card, legNow) {
  const take = () => {
    const leg = legNow();
    if (leg && !leg.ended_at) listenTo(leg.sid);
  };
  card.addEventListener("pointerdown", take);
  card.addEventListener("focusin", take);
}
