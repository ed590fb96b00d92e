// What changed since the last state, told to the ear and the hand: announcements, vibration, the new card in sight.
import { t } from "./i18n.js";
import { stateOf } from "./leg.js";
import { announce } from "./notice.js";
import { everyLeg, nameOf, store } from "./store.js";

const RING_PATTERN = [400, 200, 400];
let before = null;

function sentence(leg, state) {
  const name = nameOf(leg.number);
  if (state === "ringing") return t("announce_ringing", { name });
  if (state === "talking") return t("announce_talking", { name, other: nameOf(leg.talking_to) });
  if (state === "over" && !leg.parent_sid) return t("announce_ended", { name, status: t(`status_${leg.status}`) });
  return null;
}

function vibrate() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(RING_PATTERN);
}

/** Bring the card of a call that was just placed here into sight, ready for typed digits. */
function showNewCall(leg) {
  const card = document.querySelector(`[data-testid="call-card"][data-sid="${CSS.escape(leg.sid)}"]`);
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
}

export function news() {
  const states = new Map(everyLeg().map((leg) => [leg.sid, stateOf(leg)]));
  const legs = everyLeg().filter((leg) => before && before.get(leg.sid) !== states.get(leg.sid));
  const said = legs.map((leg) => sentence(leg, states.get(leg.sid))).filter(Boolean);
  if (said.length) announce(said.join("。"));
  if (legs.some((leg) => states.get(leg.sid) === "ringing")) vibrate();
  const mine = legs.find((leg) => leg.sid === store.listening && leg.direction === "inbound" && !before.has(leg.sid));
  if (mine) showNewCall(mine);
  before = states;
}
