// Dark or light: the system's choice until somebody makes one here.
import { icon } from "./dom.js";
import { keep, kept } from "./keep.js";

export function themeButton(button) {
  const root = document.documentElement;
  const show = () => button.replaceChildren(icon(root.dataset.theme === "dark" ? "sun" : "moon"));
  const set = (theme) => {
    root.dataset.theme = theme;
    show();
  };
  button.addEventListener("click", () => {
    set(root.dataset.theme === "dark" ? "light" : "dark");
    keep("theme", root.dataset.theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (!kept("theme")) set(event.matches ? "dark" : "light");
  });
  show();
}
