// The two languages of the page: t("key", {values}), and the static texts marked data-t in index.html.
import { keep } from "./keep.js";
import { en } from "./words.en.js";
import { zh } from "./words.zh.js";

export const language = () => (document.documentElement.lang === "en" ? "en" : "zh");

export function t(key, values = {}) {
  const words = language() === "en" ? en : zh;
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The half of a server message "中文 / English" that the reader wants. */
export function half(message) {
  const [chinese, english] = String(message).split(" / ");
  return language() === "en" ? (english ?? chinese) : chinese;
}

export function switchLanguage() {
  const next = language() === "en" ? "zh-CN" : "en";
  document.documentElement.lang = next;
  keep("language", next);
}

export function translatePage() {
  document.title = t("document_title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.matches("button")) node.title = t(node.dataset.tLabel);
  }
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}
