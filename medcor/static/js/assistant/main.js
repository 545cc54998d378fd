import { io } from "../../vendor/socket.io.esm.min.js";
import { Capture } from "./capture.js";
import { AssistantClient } from "./client.js";
import { Dock } from "./dock.js";
import { Talk } from "./talk.js";
import { View } from "./view.js";

const SPOKEN_KEY = "medcor.spoken";

/** Where the talk is kept across the pages of one tab: its id and last number, never its words. */
export function sessionStore(key, storage = sessionStorage) {
  return {
    load() {
      const [sessionId, seen] = (storage.getItem(key) ?? "").split(" ");
      return { sessionId: sessionId || null, seen: Number(seen) || 0 };
    },
    save({ sessionId, seen }) {
      if (sessionId) storage.setItem(key, `${sessionId} ${seen}`);
      else storage.removeItem(key);
    },
  };
}

/** Write the user's prompt on the server; the code of what went wrong, or null. */
async function preparePrompt(config) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (config.apiKey) headers.Authorization = `Bearer ${config.apiKey}`;
  try {
    const answer = await fetch(config.promptUrl, { method: "POST", headers, credentials: "same-origin" });
    if (answer.ok && !answer.redirected) return null;
    return answer.status === 429 ? "rate_limited" : answer.status >= 500 ? "unreachable" : "auth";
  } catch {
    return "unreachable";
  }
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

function readConfig(panel) {
  const { phases, errors, labels, ...config } = JSON.parse(document.getElementById(`${panel.id}-config`).textContent);
  return { ...config, strings: { phases, errors, ...labels } };
}

/** Wire one panel; `extra` adds to its configuration (the widget's api_key, say). */
export function startAssistant(panel, extra = {}) {
  const config = { ...readConfig(panel), ...extra };
  const talk = new Talk({
    config,
    makeClient: (onEvent) =>
      new AssistantClient({
        io,
        config,
        onEvent,
        prepare: () => preparePrompt(config),
        store: sessionStore(`medcor.talk.${config.userKey}`),
      }),
    makeCapture: (handlers) => new Capture(handlers),
    makeView: (handlers) => new View(panel, config.strings, handlers),
    spoken: { load: () => localStorage.getItem(SPOKEN_KEY) === "1", save: (on) => localStorage.setItem(SPOKEN_KEY, on ? "1" : "0") },
    onChanged: () => dispatchEvent(new Event("medcor:changed")),
  });
  const dock = new Dock(panel, document.querySelector(`[data-opens="${panel.id}"]`), {
    onOpen: (words) => talk.wake(words),
    onClose: () => talk.rest(),
  });
  if (dock.open) talk.wake();
  return talk;
}

for (const panel of document.querySelectorAll("[data-assistant]:not([data-manual])")) startAssistant(panel);
