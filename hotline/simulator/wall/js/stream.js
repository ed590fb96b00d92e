// The stream of states. The browser reconnects after a broken connection; after a refused one we do.
import { takeState } from "./store.js";

const RETRY_MS = 2000;
let source = null;
let retry = null;

export function connect(onOnline) {
  clearTimeout(retry);
  source?.close();
  source = new EventSource("/wall/api/events");
  source.addEventListener("state", (event) => {
    onOnline(true);
    takeState(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    onOnline(false);
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(() => connect(onOnline), RETRY_MS);
  });
}
