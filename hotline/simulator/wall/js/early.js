// Runs before the first paint, so that a chosen theme or language does not flash. Not a module for that reason.
(() => {
  const kept = (key) => {
    try { return localStorage.getItem(`wall.${key}`); } catch { return null; }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const asked = new URLSearchParams(location.search).get("lang");
  document.documentElement.dataset.theme = kept("theme") ?? (dark ? "dark" : "light");
  document.documentElement.lang = { en: "en", zh: "zh-CN", "zh-CN": "zh-CN" }[asked] ?? kept("language") ?? "zh-CN";
})();
