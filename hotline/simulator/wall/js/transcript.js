// What one party heard, said and pressed, as bubbles with times. The newest is kept in sight.
import { h, keyed, setAttr, setText } from "./dom.js";
import { t } from "./i18n.js";
import { isBeingSaid, wasCutOff } from "./sound.js";
import { nameOf } from "./store.js";
import { timeOfDay } from "./time.js";

const NEAR_END = 48;
const SPOKEN = { say: "hold_on", play: "recorded", party: "party", speak: "said", press: "pressed" };

function eventText(entry) {
  if (entry.kind === "note") return entry.text;
  if (entry.kind === "ended") return t("e_ended", { status: t(`status_${entry.text}`) });
  return t(`e_${entry.kind}`, { name: nameOf(entry.text) });
}

function eventLine(entry) {
  const text = h("span");
  const node = h("p", { class: `event ${entry.kind}` }, h("span", { class: "clock" }, timeOfDay(entry.at)), " ", text);
  return { node, update: (now) => setText(text, eventText(now)) };
}

function bubble(entry, legNow) {
  const mine = entry.kind === "speak" || entry.kind === "press";
  const who = h("span");
  const cut = h("span");
  const words = h(entry.kind === "press" ? "kbd" : "p", entry.language ? { lang: entry.language } : {});
  const audio = entry.kind === "play" && entry.url ? h("audio", { controls: true, preload: "none", src: entry.url }) : null;
  const meta = h("div", { class: "meta" }, who, h("span", { class: "clock" }, timeOfDay(entry.at)), cut);
  const node = h("div", { class: `bubble ${entry.kind} ${mine ? "mine" : ""}` }, meta, words, audio);
  const update = (now) => {
    const leg = legNow();
    const name = now.kind === "party" ? nameOf(leg.talking_to ?? leg.display) : t(SPOKEN[now.kind]);
    setText(who, name);
    setText(words, now.text ?? "");
    setText(cut, now.kind === "say" && wasCutOff(now) ? t("cut_off") : "");
    node.classList.toggle("speaking", isBeingSaid(now, leg));
  };
  return { node, update };
}

export function transcript() {
  let leg = null;
  let pinned = true;
  const node = h("div", { class: "transcript", tabindex: "0", testid: "transcript", role: "log" });
  node.addEventListener("scroll", () => {
    pinned = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END;
  });
  const toEnd = () => { if (pinned) node.scrollTop = node.scrollHeight; };
  const show = keyed(node, (entry) => entry.id, (entry) =>
    entry.kind in SPOKEN ? bubble(entry, () => leg) : eventLine(entry));
  return {
    node,
    update(now, listening) {
      const grew = !leg || now.transcript.length > leg.transcript.length;
      leg = now;
      setAttr(node, "aria-live", listening ? "polite" : "off");
      setAttr(node, "aria-label", t("transcript_of", { name: nameOf(now.number) }));
      show(now.transcript);
      if (grew) requestAnimationFrame(toEnd);
    },
  };
}
