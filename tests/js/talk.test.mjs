import assert from "node:assert/strict";
import { test } from "node:test";

import { Trail } from "../../medcor/static/js/assistant/trail.js";
import { microphoneProblem, obstacle } from "../../medcor/static/js/assistant/capture.js";
import { callUrl, explain, fill, lostText, remedy, safeUrl } from "../../medcor/static/js/assistant/messages.js";
import { START, microphoneAct, phaseOf, reducePhase } from "../../medcor/static/js/assistant/phase.js";
import { Sequence } from "../../medcor/static/js/assistant/sequence.js";
import { EMPTY, MOST_TURNS, lastSaid, reduceTranscript } from "../../medcor/static/js/assistant/transcript.js";

const play = (reduce, start, events) => events.reduce((state, [name, event]) => reduce(state, name, event), start);
const talk = (...events) => play(reduceTranscript, EMPTY, events);
const phase = (...events) => play(reducePhase, START, events);

test("duplicates are dropped, numbers without a gap or with one are taken", () => {
  const sequence = new Sequence();
  assert.deepEqual([1, 2, 2, 1, 5].map((seq) => sequence.take({ seq })), ["new", "new", "duplicate", "duplicate", "new"]);
});

test("what was shown before a reload counts as replayed", () => {
  const sequence = new Sequence("s", 2);
  assert.deepEqual([1, 2, 3].map((seq) => sequence.take({ seq })), ["replayed", "replayed", "new"]);
});

test("another session counts from the beginning, whichever event names it", () => {
  const sequence = new Sequence("old", 40);
  sequence.take({ seq: 41 });
  assert.equal(sequence.take({ seq: 1, session_id: "next" }), "new");
  assert.equal(sequence.last, 1);
  sequence.adopt("next");
  assert.equal(sequence.last, 1);
});

test("an event without a number is never a duplicate", () => {
  const sequence = new Sequence();
  assert.deepEqual([sequence.take({}), sequence.take({})], ["new", "new"]);
});

test("the trail keeps thirty seconds and counts what falls out unsent, and only that", () => {
  const trail = new Trail();
  for (let i = 0; i < 307; i++) trail.push(i);
  assert.deepEqual([trail.takeLostMs(), trail.takeLostMs(), trail.waitingMs], [700, 0, 30_000]);
  assert.deepEqual([trail.next()[0], trail.next().length, trail.waitingMs], [7, 0, 0]);
  for (let i = 0; i < 50; i++) trail.push(i);
  assert.equal(trail.takeLostMs(), 0);
});

test("the trail forgets what is a turn, of this epoch only", () => {
  const trail = new Trail();
  trail.resume("e1", 0);
  for (const frame of "abcd") trail.push(frame);
  trail.settle("e1", 900);
  assert.equal(trail.frames.length, 4, "nothing unsent is forgotten");
  trail.next();
  trail.settle("e0", 900);
  trail.settle("e1", 250);
  assert.deepEqual([trail.frames, trail.start], [["c", "d"], 200]);
  assert.equal(trail.resume("e1", 300), false);
  assert.deepEqual(trail.next(), ["d"]);
});

test("a new talk is sent only what nobody has heard", () => {
  const trail = new Trail();
  trail.push("a");
  trail.next();
  trail.push("b");
  trail.restart();
  assert.deepEqual([trail.next(), trail.epoch], [["b"], null]);
});

test("what another process reads back is shown once", () => {
  const shown = talk(
    ["ready", { session_id: "s" }],
    ["typed", { id: "t-1", text: "hello" }],
    ["transcript", { utterance_id: "t-1", text: "hello", is_final: true }],
    ["transcript", { utterance_id: "u0", text: "book", is_final: true }],
    ["status", { taken_ms: 900 }],
    ["transcript", { utterance_id: "u1", text: "half a", is_final: true }],
    ["transcript", { utterance_id: "t-1", text: "hello", is_final: true, again: true }],
    ["transcript", { utterance_id: "u0", text: "book", is_final: true, again: true }],
    ["restart", {}],
    ["transcript", { utterance_id: "r2u0", text: "half a sentence", is_final: true }],
  );
  assert.deepEqual(shown.turns.map(({ text }) => text), ["hello", "book", "half a sentence"]);
});

test("the first words of an alarm stay, whatever goes wrong, until its reply is whole", () => {
  const cards = [{ kind: "handover", title: "Call 112", lines: [], url: "tel:112", choices: [], actions: [] }];
  const sounded = talk(
    ["ready", { session_id: "s" }],
    ["reply_delta", { turn_id: 1, text: "Call 112 now. ", cards }],
    ["notice", { id: "n", text: "Please try again." }],
    ["quiet", {}],
  );
  assert.deepEqual(sounded.turns.map(({ text }) => text), ["Call 112 now.", "Please try again."]);
  assert.deepEqual(sounded.turns[0].cards, cards);
  const echoed = reduceTranscript(talk(["reply_delta", { turn_id: 1, text: "Call 112 now. ", cards }]), "typed", { id: "t-1", text: "help" });
  assert.deepEqual(echoed.turns.map(({ text }) => text), ["help", "Call 112 now."]);
  const whole = reduceTranscript(sounded, "reply", { turn_id: 1, text: "Call 112 now. I have told the staff.", cards });
  assert.deepEqual(whole.turns.map(({ text }) => text), ["Call 112 now. I have told the staff.", "Please try again."]);
});

test("a stopped reply grows no more and keeps what was said", () => {
  const stopped = talk(["reply_delta", { turn_id: 1, text: "On Mon" }], ["cut", {}], ["quiet", {}], ["reply_delta", { turn_id: 1, text: "day" }]);
  assert.equal(stopped.draft, null);
  const ended = reduceTranscript(stopped, "reply", { turn_id: 1, text: "On Mon", interrupted: true });
  assert.deepEqual(ended.turns.map(({ text, interrupted }) => [text, interrupted]), [["On Mon", true]]);
  const next = reduceTranscript(ended, "reply_delta", { turn_id: 2, text: "Yes" });
  assert.equal(next.draft.text, "Yes");
});

test("interim words give way to the final ones", () => {
  const before = talk(["transcript", { utterance_id: 1, text: "I ne", is_final: false }]);
  assert.deepEqual(before.interim, { id: 1, text: "I ne" });
  assert.equal(before.turns.length, 0);
  const after = reduceTranscript(before, "transcript", { utterance_id: 1, text: "I need", is_final: true });
  assert.equal(after.interim, null);
  assert.equal(lastSaid(after), "I need");
});

test("an empty final only clears its interim", () => {
  const state = talk(
    ["transcript", { utterance_id: 1, text: "uh", is_final: false }],
    ["transcript", { utterance_id: 1, text: " ", is_final: true }],
  );
  assert.deepEqual([state.interim, state.turns.length], [null, 0]);
});

test("deltas add up, the reply replaces them", () => {
  const draft = talk(["reply_delta", { turn_id: 1, text: "Tue" }], ["reply_delta", { turn_id: 1, text: "sday" }]);
  assert.equal(draft.draft.text, "Tuesday");
  const cards = [{ kind: "times", title: "Free", lines: [] }];
  const { turns, draft: rest } = reduceTranscript(draft, "reply", { turn_id: 1, text: "Tuesday.", interrupted: false, cards });
  assert.equal(rest, null);
  assert.deepEqual([turns[0].text, turns[0].cards, turns[0].interrupted], ["Tuesday.", cards, false]);
});

test("a typed turn that comes back as a transcript shows once, a repeated one twice", () => {
  const echo = (id) => ["transcript", { utterance_id: id, text: "yes", is_final: true }];
  const typed = (id) => ["typed", { id, text: "yes" }];
  assert.equal(talk(typed("t-1"), echo("t-1"), echo("t-1")).turns.length, 1);
  assert.equal(talk(typed("t-1"), echo("t-1"), typed("t-2"), echo("t-2")).turns.length, 2);
  assert.equal(talk(typed("t-1"), echo("u1")).turns.length, 2, "spoken words are no line");
});

test("turns of two sessions with the same numbers are kept apart", () => {
  const said = ["transcript", { utterance_id: 1, text: "hello", is_final: true }];
  const state = talk(["ready", { session_id: "a" }], said, ["ready", { session_id: "b" }], said);
  assert.equal(state.turns.length, 2);
});

test("the transcript is bounded", () => {
  const said = Array.from({ length: MOST_TURNS + 9 }, (_, i) => ["transcript", { utterance_id: i, text: `${i}`, is_final: true }]);
  const { turns } = talk(...said);
  assert.deepEqual([turns.length, turns[0].text], [MOST_TURNS, "9"]);
});

test("a notice loses its button once acted upon", () => {
  const state = talk(["notice", { id: "n", text: "Down", action: "connect" }], ["settle"]);
  assert.deepEqual([state.turns[0].text, state.turns[0].action], ["Down", null]);
});

const on = ["ready", { session_id: "a" }];
const capturing = ["capture", { on: true }];
const final = ["transcript", { text: "hi", is_final: true }];

const PHASES = [
  ["idle", []],
  ["connecting", [["link", { link: "connecting" }]]],
  ["ready", [on]],
  ["listening", [on, capturing]],
  ["connecting", [on, capturing, ["status", { state: "connecting" }]]],
  ["reconnecting", [on, capturing, ["status", { state: "reconnecting" }]]],
  ["listening", [on, capturing, ["status", { lost_ms: 300 }]]],
  ["thinking", [on, capturing, final]],
  ["thinking", [on, ["typed", {}]]],
  ["speaking", [on, capturing, final, ["reply_delta", {}]]],
  ["listening", [on, capturing, final, ["reply_delta", {}], ["reply", {}]]],
  ["paused", [on, capturing, ["status", { state: "paused" }]]],
  ["speaking", [on, capturing, ["voice", { on: true }], ["status", { state: "paused" }]]],
  ["reconnecting", [on, capturing, final, ["link", { link: "reconnecting" }]]],
  ["listening", [on, capturing, final, ["error", { code: "model_unavailable" }]]],
  ["error", [on, capturing, ["error", { code: "too_many_sessions" }]]],
  ["closed", [on, capturing, ["error", { code: "session_ended" }]]],
  ["closed", [on, capturing, ["status", { state: "closed" }]]],
];

for (const [expected, events] of PHASES) {
  test(`${expected} after ${events.map(([name, event]) => name + JSON.stringify(event)).join(", ") || "nothing"}`, () => {
    assert.equal(phaseOf(phase(...events)), expected);
  });
}

test("the microphone button starts, pauses, goes on or waits", () => {
  const acts = [[], [on], [on, capturing], [on, capturing, ["pause", { on: true }]], [["link", { link: "connecting" }]]];
  assert.deepEqual(acts.map((events) => microphoneAct(phase(...events))), ["start", "start", "pause", "resume", "wait"]);
});

test("microphone errors have a code each", () => {
  const named = (name) => microphoneProblem({ name });
  assert.deepEqual(["NotAllowedError", "NotFoundError", "NotReadableError", "Odd"].map(named), [
    "mic_denied",
    "mic_missing",
    "mic_busy",
    "mic_unsupported",
  ]);
});

test("an insecure page or an old browser is told before it asks", () => {
  const navigator = { mediaDevices: { getUserMedia() {} } };
  assert.equal(obstacle({ isSecureContext: false, navigator, AudioWorkletNode: class {} }), "mic_insecure");
  assert.equal(obstacle({ isSecureContext: true, navigator: {}, AudioWorkletNode: class {} }), "mic_unsupported");
  assert.equal(obstacle({ isSecureContext: true, navigator, AudioWorkletNode: class {} }), null);
});

test("an unknown code falls back on the server's words", () => {
  const strings = { errors: { auth: "Sign in.", unknown: "Odd." } };
  const texts = [{ code: "auth", message: "x" }, { code: "new", message: "Words." }, { code: "new" }];
  assert.deepEqual(texts.map((event) => explain(strings, event)), ["Sign in.", "Words.", "Odd."]);
});

test("a remedy is offered where it can help", () => {
  const codes = [["model_unavailable", true], ["recogniser_unavailable", true], ["unreachable", true], ["auth", false], ["mic_insecure", true]];
  assert.deepEqual(codes.map(([code, retryable]) => remedy({ code, retryable })), ["repeat", "microphone", "connect", null, null]);
});

test("texts are filled", () => {
  assert.equal(fill("%(count)s left, %(other)s", { count: 3 }), "3 left, %(other)s");
  assert.equal(lostText({ lost: "%(seconds)s s lost" }, 1250), "1.3 s lost");
  assert.equal(lostText({ lost: "x" }, 0), "");
});

test("a card leads nowhere but to this site", () => {
  const base = "https://clinic.test/patient/home/";
  const urls = ["/appointments/7/", "https://clinic.test/x", "https://evil.test/", "javascript:alert(1)", "//evil.test", "http://["];
  assert.deepEqual(urls.map((url) => safeUrl(url, base)), [
    "https://clinic.test/appointments/7/",
    "https://clinic.test/x",
    null,
    null,
    null,
    null,
  ]);
});

test("a number to call is a number and nothing else", () => {
  const urls = ["tel:112", "tel:+90 212 555 01 00", "tel:112;ext=1", "javascript:tel:112", "/appointments/7/"];
  assert.deepEqual(urls.map(callUrl), ["tel:112", "tel:+90 212 555 01 00", null, null, null]);
});
