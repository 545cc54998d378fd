export const MOST_TURNS = 200;

export const EMPTY = Object.freeze({ turns: [], session: null, interim: null, draft: null, activity: null, cut: null });

function put(turns, turn) {
  const known = turns.findIndex(({ id }) => id === turn.id);
  if (known >= 0) return turns.with(known, { ...turns[known], ...turn });
  // An alarm is answered before what was typed has come back.
  const ahead = turn.who === "user" && turns.at(-1)?.begun ? 1 : 0;
  return turns.toSpliced(turns.length - ahead, 0, turn).slice(-MOST_TURNS);
}

/** A typed turn that the server repeats as a transcript is the same turn: it keeps the page's name. */
function typedTwin(turns, name) {
  return turns.find((turn) => turn.typed && turn.id === name);
}

/** `again` is what another server process has read back from the log: a turn already, and perhaps shown already. */
function finalTranscript(state, { utterance_id, text, again }) {
  const interim = state.interim?.id === utterance_id ? null : state.interim;
  if (!text.trim()) return { ...state, interim };
  const said = `${state.session}-u-${utterance_id}`;
  if (state.turns.some((turn) => turn.said === said)) return { ...state, interim };
  const twin = typedTwin(state.turns, utterance_id);
  const turn = twin ? { ...twin, said } : { id: said, who: "user", text, open: !again };
  return { ...state, interim, turns: put(state.turns, turn) };
}

/** The server has made a turn of what was said: it will not be heard again. */
function status(state, { taken_ms }) {
  if (taken_ms === undefined || !state.turns.some((turn) => turn.open)) return state;
  return { ...state, turns: state.turns.map((turn) => (turn.open ? { ...turn, open: false } : turn)) };
}

/** The server listens afresh and is sent the running sentence again. */
function restart(state) {
  return { ...state, interim: null, turns: state.turns.filter((turn) => !turn.open) };
}

function transcript(state, event) {
  if (event.is_final) return finalTranscript(state, event);
  return { ...state, interim: event.text.trim() ? { id: event.utterance_id, text: event.text } : null };
}

function typed(state, { id, text }) {
  return { ...state, turns: put(state.turns, { id, who: "user", text, typed: true }) };
}

/** What was stopped shows no more of itself than its end. First words with a card are an alarm's: they stay. */
function replyDelta(state, { turn_id, text, cards }) {
  if (cards?.length) return reply(state, { turn_id, text: text.trim(), interrupted: false, cards, begun: true });
  if (turn_id === state.cut) return state;
  const before = state.draft?.id === turn_id ? state.draft.text : "";
  return { ...state, activity: null, draft: { id: turn_id, text: before + text } };
}

function reply(state, { turn_id, text, interrupted, cards, begun }) {
  const turn = {
    id: `${state.session}-r-${turn_id}`,
    who: "assistant",
    text,
    interrupted: Boolean(interrupted),
    cards: cards ?? [],
    begun: Boolean(begun),
  };
  const draft = state.draft?.id === turn_id ? null : state.draft;
  return { ...state, draft, activity: null, turns: put(state.turns, turn) };
}

function cut(state) {
  return { ...state, cut: state.draft?.id ?? state.cut };
}

function tool(state, { summary }) {
  return { ...state, activity: summary || state.activity };
}

function notice(state, turn) {
  return { ...state, draft: null, activity: null, turns: put(state.turns, { ...turn, who: "notice" }) };
}

/** A notice that has been acted upon keeps its text and loses its button. */
function settle(state) {
  return { ...state, turns: state.turns.map((turn) => (turn.action ? { ...turn, action: null } : turn)) };
}

/** The server counts utterances and turns within a session, so the session is part of every id. */
function ready(state, { session_id }) {
  return session_id === state.session ? state : { ...quiet(state), session: session_id };
}

function quiet(state) {
  return { ...state, interim: null, draft: null, activity: null };
}

const STEPS = {
  ready,
  transcript,
  typed,
  reply_delta: replyDelta,
  reply,
  tool,
  notice,
  settle,
  quiet,
  status,
  restart,
  cut,
};

/** The talk after one more event; unknown events change nothing. */
export function reduceTranscript(state, name, event = {}) {
  return STEPS[name]?.(state, event) ?? state;
}

export function lastSaid(state) {
  return state.turns.findLast((turn) => turn.who === "user")?.text ?? null;
}
