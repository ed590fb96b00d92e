// Short notices for everybody, and sentences for those who listen to the page.
import { h } from "./dom.js";

const SHOWN_MS = 5000;

export function toast(text) {
  const note = h("p", { class: "toast", testid: "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
