// Requests to the simulated carrier. A refusal becomes a short notice; nothing is thrown at the caller.
import { half, t } from "./i18n.js";
import { toast } from "./notice.js";

async function send(method, path, body) {
  try {
    const response = await fetch(`/wall/api/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    if (response.ok) return response.status === 204 ? {} : await response.json();
    const problem = await response.json().catch(() => ({}));
    toast(half(problem.message ?? t("failed", { reason: String(response.status) })));
  } catch {
    toast(t("failed", { reason: t("no_answer_from_server") }));
  }
  return null;
}

const phone = (number) => `phones/${encodeURIComponent(number)}`;

export const ring = (from, to) => send("POST", "calls", { from, to });
export const answer = (number) => send("POST", `${phone(number)}/answer`);
export const reject = (number) => send("POST", `${phone(number)}/reject`);
export const hangUp = (number) => send("POST", `${phone(number)}/hang_up`);
export const press = (number, digits) => send("POST", `${phone(number)}/press`, { digits });
export const say = (number, text) => send("POST", `${phone(number)}/say`, { text });
export const setMode = (number, mode) => send("PUT", phone(number), { mode });
export const addFault = (fault) => send("POST", "faults", fault);
export const clearFaults = () => send("DELETE", "faults");
export const moveClock = (change) => send("POST", "clock", change);
