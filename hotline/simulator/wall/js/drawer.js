// The carrier's side in a drawer: faults, clock, webhooks, text messages.
import { clockSection } from "./carrier_clock.js";
import { h, icon, setAttr, setText } from "./dom.js";
import { faultsSection } from "./faults.js";
import { t } from "./i18n.js";
import { messagesSection, wireSection } from "./wire.js";

export function drawer() {
  const dialog = document.getElementById("drawer");
  const badge = document.getElementById("fault-count");
  let sections = [];

  function build() {
    sections = [faultsSection(), clockSection(), wireSection(), messagesSection()];
    const title = h("h2", { id: "drawer-title" }, t("network"));
    const close = h("button", { type: "button", class: "tool tool-square", testid: "close-drawer", "aria-label": t("close"), onclick: () => dialog.close() }, icon("close"));
    dialog.replaceChildren(h("header", {}, title, close), ...sections.map((section) => section.node));
  }

  document.getElementById("open-drawer").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  build();
  return {
    translate: build,
    update(state) {
      badge.hidden = state.faults.length === 0;
      setText(badge, String(state.faults.length));
      setAttr(document.getElementById("open-drawer"), "aria-label", `${t("network")} ${state.faults.length || ""}`.trim());
      for (const section of sections) section.update(state);
    },
  };
}
