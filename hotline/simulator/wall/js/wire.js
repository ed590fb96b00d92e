// What went over the wire lately: webhooks with their answers, and text messages.
import { h, keyed, setText } from "./dom.js";
import { t } from "./i18n.js";
import { nameOf } from "./store.js";
import { timeOfDay } from "./time.js";

function lines(form) {
  return Object.entries(form ?? {}).map(([name, value]) => `${name}=${value}`).join("\n");
}

function pathOf(url) {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

function webhookRow(hook) {
  const failed = hook.status === 0 || hook.status >= 400;
  const outcome = hook.status === 0 ? t("undelivered") : `${hook.status} · ${Math.round(hook.seconds * 1000)} ms`;
  const summary = h("summary", {},
    h("span", { class: "clock soft" }, timeOfDay(hook.at)),
    h("span", {}, `${hook.kind}  `, h("span", { class: "soft" }, pathOf(hook.url))),
    h("span", { class: failed ? "bad" : "soft" }, outcome, hook.fault ? ` · ${t(`effect_${hook.fault}`)}` : ""));
  const answer = hook.reply ? [h("p", { class: "soft" }, t("reply")), h("pre", { tabindex: "0" }, hook.reply)] : [];
  const node = h("li", { class: "wire", testid: "webhook" },
    h("details", {}, summary, h("p", { class: "soft" }, t("form")), h("pre", { tabindex: "0" }, lines(hook.form)), ...answer));
  return { node, update: () => {} };
}

function list(title, nothing, keyOf, create, pick) {
  const rows = h("ul", { class: "rows" });
  const none = h("p", { class: "soft" }, nothing);
  const show = keyed(rows, keyOf, create);
  const node = h("section", {}, h("h3", {}, title), none, rows);
  const update = (state) => {
    none.hidden = pick(state).length > 0;
    show(pick(state));
  };
  return { node, update };
}

const hookKey = (hook) => [hook.at, hook.kind, hook.call_sid, hook.status, hook.fault, hook.seconds].join("|");

export const wireSection = () => list(t("wire"), t("wire_none"), hookKey, webhookRow, (state) => state.webhooks);

function messageRow(message) {
  const to = h("b");
  const node = h("li", { testid: "message" }, h("div", { class: "line-head" }, to, h("span", { class: "clock soft" }, timeOfDay(message.at))), h("p", {}, message.body));
  return { node, update: (now) => setText(to, nameOf(now.to)) };
}

export const messagesSection = () => list(t("messages"), t("messages_none"), (message) => message.sid, messageRow, (state) => state.messages);
