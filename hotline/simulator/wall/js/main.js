// Puts the page together: the stream feeds the store, and each part redraws itself from the state.
import { calls } from "./calls.js";
import { dialler } from "./dialler.js";
import { setAttr, setText } from "./dom.js";
import { drawer } from "./drawer.js";
import { handsets } from "./handsets.js";
import { language, switchLanguage, t, translatePage } from "./i18n.js";
import { news } from "./news.js";
import { toast } from "./notice.js";
import { follow, soundButton } from "./sound.js";
import { applicationUrl, changed, onChange } from "./store.js";
import { connect } from "./stream.js";
import { themeButton } from "./theme.js";
import { tick } from "./time.js";

const TICK_MS = 500;
const byId = (id) => document.getElementById(id);
const carrier = drawer();
const phones = handsets();
const showSound = soundButton(byId("sound"));

function showAppLink(state) {
  const url = applicationUrl(state);
  byId("app-link").hidden = !url;
  setAttr(byId("app-link"), "href", url);
  setAttr(byId("app-link"), "aria-label", t("tickets"));
}

function showOnline(online) {
  const was = byId("offline").hidden;
  byId("offline").hidden = online;
  if (online && !was) toast(t("online_again"));
}

function translate() {
  translatePage();
  phones.translate();
  carrier.translate();
  showSound();
  setText(byId("language"), language() === "en" ? "中" : "EN");
  setAttr(byId("language"), "lang", language() === "en" ? "zh-CN" : "en");
  setAttr(byId("language"), "aria-label", t("language"));
  byId("language").title = t("language");
}

byId("language").addEventListener("click", () => {
  switchLanguage();
  translate();
  changed();
});
byId("reconnect").addEventListener("click", () => connect(showOnline));
themeButton(byId("theme"));
translate();
for (const part of [dialler(), calls(), phones.update, carrier.update, showAppLink, news, follow, () => tick()]) onChange(part);
setInterval(() => tick(), TICK_MS);
connect(showOnline);
