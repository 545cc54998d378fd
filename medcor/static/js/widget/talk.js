import { io } from "../../vendor/socket.io.esm.min.js";
import { Capture } from "../assistant/capture.js";
import { AssistantClient } from "../assistant/client.js";
import { Talk } from "../assistant/talk.js";
import { View } from "../assistant/view.js";
import { BookedWatch, memory } from "./talk_rules.js";

function readConfig(panel) {
  const { phases, errors, labels, ...config } = JSON.parse(document.getElementById(`${panel.id}-config`).textContent);
  return { ...config, strings: { phases, errors, ...labels } };
}

/** Write the person's prompt on the server, with a key that is good for the connection after it. */
async function prepare(config, api) {
  await api.renewKey();
  if (!api.signedIn) return "auth";
  config.apiKey = api.key;
  const headers = { Accept: "application/json", Authorization: `Bearer ${api.key}` };
  try {
    const answer = await fetch(config.promptUrl, { method: "POST", headers, credentials: "omit" });
    if (answer.ok) return null;
    return answer.status === 429 ? "rate_limited" : answer.status >= 500 ? "unreachable" : "auth";
  } catch {
    return "unreachable";
  }
}

/** The assistant's panel for whoever is signed in; `onBooked` gets what it booked. */
export function startTalk(panel, { api, words, onBooked, onSignedOut }) {
  const config = readConfig(panel);
  const watch = new BookedWatch();
  config.strings.errors.auth = words("talkSignedOut");
  const look = (name, event, isReplay) => {
    const id = watch.take(name, event);
    if (id && !isReplay) api.appointment(id).then(onBooked, () => null);
    if (name === "error" && event.code === "auth") onSignedOut();
  };
  return new Talk({
    config,
    makeClient: (onEvent) =>
      new AssistantClient({
        io,
        config,
        prepare: () => prepare(config, api).catch(() => "unreachable"),
        store: memory({ sessionId: null, seen: 0 }),
        onEvent: (name, event, isReplay) => {
          onEvent(name, event, isReplay);
          look(name, event, isReplay);
        },
      }),
    makeCapture: (handlers) => new Capture(handlers),
    makeView: (handlers) => new View(panel, config.strings, handlers),
    spoken: memory(false),
  });
}
