// The loudspeaker of the one leg that is listened to: prompts by the browser's voice, recordings, tones.
import { t } from "./i18n.js";
import { icon, setAttr } from "./dom.js";
import { keep, kept } from "./keep.js";
import { legOf, store } from "./store.js";
import { carrierNow } from "./time.js";
import { beep, keyTone, ringingTone } from "./tones.js";

const synthesis = window.speechSynthesis ?? null;
const CHINESE = /[\u4e00-\u9fff]/;
const heard = new Map();
let chosen = kept("sound");
let playing = null;

const voices = () => synthesis?.getVoices() ?? [];
const soundIsOn = () => (chosen === null ? voices().length > 0 : chosen === "on");

function voiceFor(chinese) {
  const wanted = voices().filter((voice) => (chinese ? /^(zh|cmn)/i : /^en/i).test(voice.lang));
  return wanted.find((voice) => /zh[-_]CN|cmn/i.test(voice.lang)) ?? wanted[0] ?? null;
}

function silence() {
  synthesis?.cancel();
  playing?.audio?.pause();
  playing = null;
}

function speak(entry, leg) {
  const chinese = entry.language ? /^(zh|cmn)/i.test(entry.language) : CHINESE.test(entry.text);
  const voice = voiceFor(chinese);
  if (!voice) return;
  const utterance = new SpeechSynthesisUtterance(entry.text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  playing = { sid: leg.sid, id: entry.id };
  synthesis.speak(utterance);
}

function play(entry, leg) {
  const audio = new Audio(entry.url);
  playing = { sid: leg.sid, id: entry.id, audio };
  audio.play().catch(() => {});
}

const RENDER = { say: speak, party: speak, play, beep };

/** True when a prompt was stopped before its end, by a key or a pick-up; a slower voice may finish what was not. */
export function wasCutOff(entry) {
  return Boolean(entry.stopped_at) && Date.parse(entry.stopped_at) - Date.parse(entry.at) < (entry.seconds ?? 0) * 950;
}

/** True while an entry of a transcript is still being said. */
export function isBeingSaid(entry, leg) {
  if (leg.ended_at || entry.stopped_at || !["say", "play"].includes(entry.kind)) return false;
  return carrierNow() < Date.parse(entry.at) + (entry.seconds ?? 0) * 1000;
}

/** Say what the listened leg has newly heard; fall silent when its prompt was cut off or the call ended. */
export function follow() {
  const leg = legOf(store.listening);
  if (!leg || !soundIsOn()) {
    ringingTone(false);
    if (playing) silence();
    return;
  }
  const current = playing && leg.transcript.find((entry) => entry.id === playing.id);
  if (playing && (playing.sid !== leg.sid || leg.ended_at || (current && wasCutOff(current)))) silence();
  ringingTone(leg.hears === "ringback" && !leg.ended_at);
  const last = heard.get(leg.sid) ?? 0;
  for (const entry of leg.transcript) {
    const late = carrierNow() - Date.parse(entry.at) > Math.max(2, entry.seconds ?? 0) * 1000;
    if (entry.id > last && !late && !wasCutOff(entry) && !leg.ended_at) RENDER[entry.kind]?.(entry, leg);
  }
  heard.set(leg.sid, leg.transcript.at(-1)?.id ?? 0);
}

export function pressSound(key) {
  if (soundIsOn()) keyTone(key);
}

function showButton(button) {
  const none = voices().length === 0;
  const on = soundIsOn();
  const label = on ? t("sound_on") : none ? t("sound_none") : t("sound_off");
  const text = document.createElement("span");
  text.textContent = label;
  button.replaceChildren(icon(on ? "sound" : "muted"), text);
  setAttr(button, "aria-pressed", String(on));
  setAttr(button, "aria-label", label);
  button.title = none ? t("sound_none_title") : label;
}

export function soundButton(button) {
  const show = () => showButton(button);
  button.addEventListener("click", () => {
    chosen = soundIsOn() ? "off" : "on";
    keep("sound", chosen);
    show();
    follow();
  });
  synthesis?.addEventListener?.("voiceschanged", show);
  show();
  return show;
}
