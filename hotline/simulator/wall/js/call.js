// One call as its caller sees it, and which handsets were tried for it.
import { placeCall } from "./dialler.js";
import { h, icon, keepFocus, keyed, setAttr, setText } from "./dom.js";
import { t } from "./i18n.js";
import { legView, listenOn, stateOf, stateWord } from "./leg.js";
import { typeOn } from "./keypad.js";
import { pretty } from "./numbers.js";
import { applicationUrl, nameOf, store } from "./store.js";

const GLYPH = /^[\p{L}]/u;

/** The round sign of a person: the first letter of a name, or a figure. */
function face(number) {
  const first = nameOf(number).match(GLYPH)?.[0];
  const known = store.state.phones.some((phone) => phone.number === number && phone.label);
  return h("span", { class: "face", "aria-hidden": "true" }, known && first ? first : icon("person"));
}

function attempt() {
  const name = h("span");
  const word = h("span");
  const clock = h("span", { class: "clock" });
  const node = h("li", {}, name, word, clock);
  const update = (leg) => {
    node.className = stateOf(leg);
    setText(name, nameOf(leg.number));
    setText(word, stateWord(leg));
    clock.dataset.since = leg.since;
    clock.dataset.until = leg.ended_at ?? "";
  };
  return { node, update };
}

function header(number) {
  const name = h("h3", { testid: "caller-name" });
  const line = h("p");
  const word = h("span", { testid: "call-state" });
  const clock = h("span", { class: "clock", testid: "call-seconds" });
  const node = h("header", { class: "card-head" }, face(number), h("div", { class: "who" }, name, line), h("p", { class: "state" }, clock, word));
  const update = (call, leg) => {
    setText(name, nameOf(leg.number));
    setText(line, t("calls_line", { line: nameOf(call.to) }));
    line.title = pretty(call.to);
    setText(word, stateWord(leg));
    clock.dataset.since = leg.since;
    clock.dataset.until = leg.ended_at ?? "";
  };
  return { node, update };
}

function footer(toggle) {
  const fold = h("button", { type: "button", class: "quiet", testid: "fold", onclick: toggle });
  const again = h("button", { type: "button", class: "quiet", testid: "ring-again" });
  const ticket = h("a", { target: "_blank", rel: "noopener", testid: "ticket-link" });
  const node = h("footer", { class: "card-foot" }, fold, again, ticket);
  const update = (call, open) => {
    const url = applicationUrl(store.state);
    again.onclick = () => placeCall(call.from, call.to);
    setText(fold, t(open ? "hide_transcript" : "show_transcript"));
    setAttr(fold, "aria-expanded", String(open));
    setText(again, t("ring_again"));
    setText(ticket, t("see_ticket"));
    setAttr(ticket, "href", url);
    ticket.hidden = !url;
  };
  return { node, update };
}

export function callCard(first) {
  let call = first;
  let open = !first.legs[0].ended_at;
  const node = h("article", { class: "card", testid: "call-card", tabindex: "-1" });
  const head = header(first.from);
  const tried = h("ul", { class: "tried", testid: "tried" });
  const showTried = keyed(tried, (leg) => leg.sid, attempt);
  const leg = legView(first.legs[0].number);
  const foot = footer(() => { open = !open; update(call); });
  const body = h("div", { class: "card-body" }, tried, leg.node, foot.node);
  node.append(head.node, body);
  listenOn(node, () => call.legs[0]);
  typeOn(node, leg.press);

  function update(now) {
    call = now;
    const caller = now.legs[0];
    const over = Boolean(caller.ended_at);
    node.dataset.state = stateOf(caller);
    node.dataset.sid = now.sid;
    node.dataset.from = now.from;
    node.classList.toggle("over", over);
    node.classList.toggle("listening", !over && store.listening === caller.sid);
    setAttr(node, "aria-label", `${nameOf(now.from)}, ${t("calls_line", { line: nameOf(now.to) })}`);
    head.update(now, caller);
    showTried(now.legs.slice(1));
    tried.hidden = now.legs.length < 2;
    setAttr(tried, "aria-label", t("tried"));
    leg.node.hidden = over && !open;
    keepFocus(node, () => leg.update(caller));
    foot.node.hidden = !over;
    foot.update(now, open);
  }
  return { node, update };
}
