// What the page knows: the carrier's last state, and which side of a call the listener has chosen.
import { t, language } from "./i18n.js";
import { pretty } from "./numbers.js";
import { setClock } from "./time.js";

export const store = { state: null, listening: null };
const readers = new Set();

export function onChange(reader) {
  readers.add(reader);
}

export function changed() {
  if (store.state) for (const reader of readers) reader(store.state);
}

export function takeState(state) {
  store.state = state;
  setClock(state);
  changed();
}

/** Listen to one leg: its prompts are spoken, its events announced. */
export function listenTo(sid) {
  if (store.listening === sid) return;
  store.listening = sid;
  changed();
}

export const everyLeg = () => (store.state?.calls ?? []).flatMap((call) => call.legs);
export const legOf = (sid) => everyLeg().find((leg) => leg.sid === sid) ?? null;
export const labelOf = (thing) => (language() === "en" && thing.label_en) || thing.label || "";

/** What to call the owner of a number: its label in the phone book, or the number itself. */
export function nameOf(number) {
  if (!number) return t("unknown");
  if (number.startsWith("anonymous")) return t("anonymous");
  const known = [...(store.state?.phones ?? []), ...(store.state?.lines ?? [])].find((one) => one.number === number);
  return (known && labelOf(known)) || pretty(number);
}

/** The address of the application's pages: told by the carrier, else where its webhooks go. */
export function applicationUrl(state) {
  if (state.app_url) return state.app_url;
  const hook = state.webhooks.find((one) => one.url);
  return hook ? new URL("/", hook.url).href : null;
}
