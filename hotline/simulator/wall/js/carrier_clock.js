// The carrier's clock: move it forward, or back to the real time.
import * as api from "./api.js";
import { h, setText } from "./dom.js";
import { t } from "./i18n.js";
import { amount, carrierNow, dateAndTime, fromBeijing } from "./time.js";

const STEPS = [["plus_1m", 60], ["plus_10m", 600], ["plus_1h", 3600], ["plus_1d", 86400]];

function jumpForm() {
  const when = h("input", { type: "datetime-local", required: true, testid: "clock-at" });
  when.value = dateAndTime(carrierNow()).slice(0, 16).replace(" ", "T");
  const go = h("button", { type: "submit", testid: "clock-go" }, t("jump_go"));
  const submit = (event) => {
    event.preventDefault();
    api.moveClock({ at: fromBeijing(when.value) });
  };
  return h("form", { class: "jump-to", onsubmit: submit }, h("label", { class: "field" }, h("span", {}, t("jump_to")), when), go);
}

export function clockSection() {
  const clock = h("p", { class: "big-clock number", testid: "carrier-clock" });
  const shift = h("p", { class: "soft", testid: "clock-shift" });
  const steps = STEPS.map(([word, seconds]) =>
    h("button", { type: "button", testid: word, onclick: () => api.moveClock({ advance: seconds }) }, t(word)));
  const reset = h("button", { type: "button", class: "quiet", testid: "clock-reset", onclick: () => api.moveClock({ reset: true }) }, t("reset_clock"));
  const show = () => setText(clock, dateAndTime(carrierNow()));
  const timer = setInterval(() => (clock.isConnected ? show() : clearInterval(timer)), 1000);
  const node = h("section", {}, h("h3", {}, t("clock")), h("p", {}, t("clock_hint")), h("div", {}, clock, shift),
    h("div", { class: "buttons" }, ...steps, reset), jumpForm());
  const update = (state) => {
    const ahead = state.clock?.offset ?? 0;
    show();
    setText(shift, ahead ? t("clock_shifted", { amount: amount(ahead) }) : t("clock_true"));
    reset.hidden = !ahead;
  };
  return { node, update };
}
