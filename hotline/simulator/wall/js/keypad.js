// Twelve keys. They light up while the carrier waits for one; digits typed on the card press them too.
import * as api from "./api.js";
import { h, setAttr, setText } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notice.js";
import { pressSound } from "./sound.js";

const KEYS = [..."123456789*0#"];
const NAME = { "*": "star", "#": "hash" };

export function keypad(number) {
  const press = (key) => {
    pressSound(key);
    announce(t("announce_key", { key }));
    api.press(number, key);
  };
  const buttons = KEYS.map((key) =>
    h("button", { type: "button", testid: `keypad-${NAME[key] ?? key}`, onclick: () => press(key) }, key));
  const hint = h("p", { class: "keypad-hint" });
  const node = h("div", { class: "keypad", role: "group" }, hint, ...buttons);
  return {
    node,
    press,
    update(leg) {
      node.classList.toggle("wanted", leg.gathering);
      setAttr(node, "aria-label", t("keypad"));
      setText(hint, leg.gathering ? t("keypad_wanted") : t("keypad_hint"));
      buttons.forEach((button, index) => {
        button.disabled = !leg.answered_at;
        setAttr(button, "aria-label", t("key", { key: KEYS[index] }));
      });
    },
  };
}

/** Let digits typed anywhere on a card press its keys, except where something is being written. */
export function typeOn(card, press) {
  card.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, audio")) return;
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    press(event.key);
  });
}
