// The calls that somebody placed, as cards: the live ones first.
import { callCard } from "./call.js";
import { keyed } from "./dom.js";
import { store } from "./store.js";

const byId = (id) => document.getElementById(id);
const cleared = new Set();

const placedHere = (call) => call.legs[0]?.direction === "inbound";
const isOver = (call) => Boolean(call.legs[0].ended_at);

export function calls() {
  let show = keyed(byId("call-list"), (call) => call.sid, callCard);
  const update = (state) => {
    const all = state.calls.filter((call) => placedHere(call) && !cleared.has(call.sid));
    const live = all.filter((call) => !isOver(call));
    const over = all.filter(isOver);
    show([...live, ...over]);
    byId("guide").hidden = all.length > 0;
    byId("clear-ended").hidden = over.length === 0;
    byId("jump-calls").hidden = live.length === 0;
    byId("jump-calls").textContent = live.length;
  };
  byId("clear-ended").addEventListener("click", () => {
    for (const call of store.state.calls) if (placedHere(call) && isOver(call)) cleared.add(call.sid);
    update(store.state);
    byId("calls").querySelector("button, [tabindex]")?.focus();
  });
  return update;
}
