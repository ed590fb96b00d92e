// Faults: lose, delay, repeat, reorder or fail the carrier's webhooks.
import * as api from "./api.js";
import { h, keyed, setText } from "./dom.js";
import { t } from "./i18n.js";
import { toast } from "./notice.js";

const EFFECTS = ["lost", "late", "reordered", "duplicate", "duplicate_at_once", "slow", "error"];
const HOOKS = ["voice", "action", "screen", "status", "recording", "amd", "fallback"];
const TIMED = ["late", "slow"];

function choice(name, values, key) {
  const options = values.map(([value, label]) => h("option", { value }, label));
  return h("label", { class: "field" }, h("span", {}, t(key)), h("select", { name, testid: `fault-${name}` }, ...options));
}

function count(name, value, min, hint) {
  const input = h("input", { name, type: "number", min, max: 600, value, required: true, testid: `fault-${name}` });
  return h("label", { class: "field third" }, h("span", {}, t(name)), input, h("small", {}, hint));
}

function faultForm() {
  const effect = choice("effect", EFFECTS.map((one) => [one, t(`effect_${one}`)]), "effect");
  const kind = choice("kind", [["", t("hook_any")], ...HOOKS.map((one) => [one, t(`hook_${one}`)])], "hook");
  const seconds = count("seconds", 5, 0, t("seconds_hint"));
  const submit = h("button", { type: "submit", class: "primary whole", testid: "inject" }, t("inject"));
  const form = h("form", { class: "fault-form" }, effect, kind, count("nth", 1, 1, ""), count("times", 1, 0, t("times_hint")), seconds, submit);
  const onlyTimed = () => { seconds.querySelector("input").disabled = !TIMED.includes(form.elements.effect.value); };
  form.addEventListener("change", onlyTimed);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { effect: what, kind: which, nth, times, seconds: delay } = form.elements;
    const fault = { effect: what.value, kind: which.value, url: "", nth: Number(nth.value), times: Number(times.value), seconds: Number(delay.value) };
    if (await api.addFault(fault)) toast(t("fault_set"));
  });
  onlyTimed();
  return form;
}

function faultRow(fault) {
  const node = h("li", { testid: "fault" });
  const update = (now) => {
    const often = now.times ? t("times_of", { times: now.times }) : t("forever");
    const which = now.kind ? t(`hook_${now.kind}`) : t("hook_any");
    setText(node, [t(`effect_${now.effect}`), which, t("nth_of", { nth: now.nth }), often, t("used", { used: now.used })].join(" · "));
  };
  update(fault);
  return { node, update };
}

export function faultsSection() {
  const rows = h("ul", { class: "rows" });
  const none = h("p", { class: "soft" }, t("none_armed"));
  const clear = h("button", { type: "button", class: "quiet", testid: "clear-faults" }, t("clear_faults"));
  clear.addEventListener("click", async () => { if (await api.clearFaults()) toast(t("faults_cleared")); });
  const show = keyed(rows, (fault) => fault.id, faultRow);
  const node = h("section", {}, h("h3", {}, t("faults")), h("p", {}, t("faults_hint")), faultForm(),
    h("div", { class: "line-head" }, h("h3", {}, t("armed")), clear), none, rows);
  const update = (state) => {
    none.hidden = state.faults.length > 0;
    clear.hidden = state.faults.length === 0;
    show(state.faults);
  };
  return { node, update };
}
