export const START = Object.freeze({
  link: "idle",
  upstream: "listening",
  capturing: false,
  paused: false,
  thinking: false,
  replying: false,
  voicing: false,
});

const QUIET = { thinking: false, replying: false };
const FATAL = new Set(["auth", "identity_mismatch", "too_many_sessions"]);

function status(facts, { state }) {
  if (!state) return facts;
  if (state === "closed") return { ...facts, ...QUIET, link: "closed", capturing: false, paused: false };
  if (state === "paused") return { ...facts, link: "on", paused: true };
  return { ...facts, link: facts.link === "idle" ? "connecting" : facts.link, upstream: state, paused: false };
}

function transcript(facts, event) {
  return event.is_final && event.text.trim() ? { ...facts, thinking: true } : facts;
}

function failed(facts, { code, terminal }) {
  if (code === "session_ended") return { ...facts, ...QUIET, link: "closed", capturing: false };
  const link = terminal || FATAL.has(code) ? "error" : facts.link;
  return { ...facts, ...QUIET, link, capturing: link === "error" ? false : facts.capturing };
}

const STEPS = {
  status,
  transcript,
  error: failed,
  ready: (facts) => ({ ...facts, link: "on" }),
  typed: (facts) => ({ ...facts, thinking: true }),
  tool: (facts) => ({ ...facts, thinking: true }),
  reply_delta: (facts) => ({ ...facts, thinking: false, replying: true }),
  reply: (facts) => ({ ...facts, ...QUIET }),
  link: (facts, { link }) => ({ ...facts, link, ...(link === "on" ? {} : QUIET) }),
  capture: (facts, { on }) => ({ ...facts, capturing: on, paused: on ? false : facts.paused }),
  pause: (facts, { on }) => ({ ...facts, paused: on }),
  voice: (facts, { on }) => ({ ...facts, voicing: on }),
  quiet: (facts) => ({ ...facts, ...QUIET }),
};

export function reducePhase(facts, name, event = {}) {
  return STEPS[name]?.(facts, event) ?? facts;
}

/** What the panel says it is doing, one word. */
export function phaseOf(facts) {
  if (facts.link !== "on") return facts.link;
  if (facts.voicing || facts.replying) return "speaking";
  if (facts.thinking) return "thinking";
  if (facts.paused) return "paused";
  if (!facts.capturing) return "ready";
  return facts.upstream === "listening" ? "listening" : facts.upstream;
}

/** What the microphone button does in a phase: start, pause, resume, or nothing. */
export function microphoneAct(facts) {
  if (["connecting", "reconnecting"].includes(facts.link)) return "wait";
  if (!facts.capturing || facts.link !== "on") return "start";
  return facts.paused || facts.voicing ? "resume" : "pause";
}
