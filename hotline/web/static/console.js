// What the server cannot do alone: ask again cheaply, tick seconds, pause, tell when the connection is lost.
"use strict";

const body = document.body;
const live = () => document.getElementById("live");

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "live") return;
  if (body.classList.contains("is-paused")) event.preventDefault();
  else event.detail.headers["If-None-Match"] = event.target.dataset.etag || "";
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id !== "live") return;
  const status = event.detail.xhr.status;
  const etag = event.detail.xhr.getResponseHeader("ETag");
  if (status === 200 && etag) event.target.dataset.etag = etag;
  body.classList.toggle("is-lost", status === 0 || status >= 500);
});

// What the reader opened stays open when the page is brought up to date.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.tagName === "DETAILS");

const skew = new WeakMap(); // the server's clock minus ours, a page part
function tick() {
  for (const element of document.querySelectorAll(".ticking")) {
    const { since, now } = element.dataset;
    const known = skew.get(element);
    if (!known || known.now !== now) skew.set(element, { now, by: Number(now) - Date.now() });
    const seconds = Math.max(0, Math.floor((Date.now() + skew.get(element).by - Number(since)) / 1000));
    if (element.textContent !== String(seconds)) element.textContent = String(seconds);
  }
}
if (live()?.hasAttribute("hx-get")) setInterval(tick, 250);

document.getElementById("problem")?.scrollIntoView({ block: "center" }); // far down on a long page

for (const button of document.querySelectorAll("[data-pick-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const all = button.getAttribute("aria-pressed") !== "true";
    for (const box of document.querySelectorAll("input[name=pick]")) box.checked = all;
    button.setAttribute("aria-pressed", String(all));
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const pause = document.getElementById("pause");
if (pause) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    const paused = body.classList.toggle("is-paused");
    pause.setAttribute("aria-pressed", String(paused));
  });
}
