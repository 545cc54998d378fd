import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { AssistantClient, retryDelay } from "../../medcor/static/js/assistant/client.js";

class FakeSocket {
  constructor() {
    Object.assign(this, { handlers: {}, sent: [], acks: [], connected: false, active: true, connects: 0 });
    this.io = { engine: { writeBuffer: [], transport: { ws: { readyState: 1 } } } };
  }
  on(name, handler) {
    this.handlers[name] = handler;
  }
  off() {
    this.handlers = {};
  }
  timeout() {
    return { emit: (name, body, ack) => this.sent.push([name, body]) && this.acks.push(ack) };
  }
  emit(name, body) {
    this.sent.push(body === undefined ? [name] : [name, body]);
  }
  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.connected = false;
  }
  fire(name, event) {
    if (name === "connect") this.connected = true;
    this.handlers[name]?.(event);
  }
  names() {
    return this.sent.map(([name]) => name);
  }
}

async function setUp({ stored = { sessionId: null, seen: 0 }, problems = [], audio = false } = {}) {
  const sockets = [];
  const saved = [];
  const told = [];
  const client = new AssistantClient({
    io: () => sockets.push(new FakeSocket()) && sockets.at(-1),
    prepare: async () => problems.shift() ?? null,
    config: { language: "en", socketUrl: "/ws/transcription", socketPath: "/socket.io/" },
    store: { load: () => stored, save: (talk) => saved.push(talk) },
    onEvent: (name, event, replayed) => told.push([name, event, replayed]),
  });
  await client.open({ audio });
  return { client, sockets, saved, told, socket: sockets[0] };
}

function start(socket, ack = { ok: true, session_id: "s1" }) {
  socket.fire("connect");
  socket.acks.at(-1)(null, ack);
}

const codes = (told) => told.filter(([name]) => name === "error").map(([, { code }]) => code);

test("a typed talk starts without encoding, a spoken one with it", async () => {
  const typed = await setUp();
  typed.socket.fire("connect");
  assert.deepEqual(typed.socket.sent, [["start", { language: "en" }]]);
  const spoken = await setUp({ audio: true });
  spoken.socket.fire("connect");
  assert.deepEqual(spoken.socket.sent[0][1], { language: "en", encoding: "linear16", sample_rate: 16000 });
});

test("nothing is connected when the prompt can't be written", async () => {
  const { sockets, told } = await setUp({ problems: ["auth"] });
  assert.deepEqual([sockets.length, codes(told)], [0, ["auth"]]);
});

test("the microphone upgrades a typed talk on the same session", async () => {
  const { client, socket } = await setUp();
  start(socket);
  client.open({ audio: true });
  const body = { language: "en", encoding: "linear16", sample_rate: 16000, session_id: "s1", last_seq: 0 };
  assert.deepEqual(socket.sent.at(-1), ["start", body]);
});

test("frames wait for the start and follow it in order", async () => {
  const { client, socket } = await setUp({ audio: true });
  client.sendFrame("a");
  client.sendFrame("b");
  assert.deepEqual(socket.sent, []);
  start(socket);
  client.sendFrame("c");
  assert.deepEqual(socket.sent.slice(1), [["audio", "a"], ["audio", "b"], ["audio", "c"]]);
});

test("a socket that is closing counts as lost at once, and its frames wait", async () => {
  const { client, socket, told } = await setUp({ audio: true });
  start(socket);
  socket.io.engine.transport.ws.readyState = 2;
  client.sendFrame("a");
  client.sendFrame("b");
  assert.deepEqual(told.at(-1), ["link", { link: "reconnecting" }, false]);
  assert.equal(told.filter(([, { link }]) => link === "reconnecting").length, 1);
  socket.fire("disconnect", "transport close");
  socket.io.engine.transport.ws.readyState = 1;
  start(socket);
  assert.deepEqual(socket.sent.slice(-2), [["audio", "a"], ["audio", "b"]]);
});

test("frames wait on a slow uplink, and what is lost is told", async () => {
  const { client, socket, told } = await setUp({ audio: true });
  start(socket);
  socket.io.engine.writeBuffer.length = 21;
  for (let i = 0; i < 303; i++) client.sendFrame(i);
  assert.equal(socket.names().filter((name) => name === "audio").length, 0);
  socket.io.engine.writeBuffer.length = 0;
  client.sendFrame("now");
  assert.equal(socket.names().filter((name) => name === "audio").length, 300);
  const lost = told.filter(([name]) => name === "status").map(([, { lost_ms }]) => lost_ms);
  assert.deepEqual(lost, [100, 100, 100, 100]);
  const behind = told.filter(([name]) => name === "behind").map(([, { page_ms }]) => page_ms);
  assert.deepEqual([behind[0], behind.at(-2), behind.at(-1)], [1000, 30_000, 0]);
  client.stop();
  assert.deepEqual(socket.sent.at(-1), ["stop", { lost_ms: 400 }]);
});

const audio = (socket) => socket.sent.filter(([name]) => name === "audio").map(([, frame]) => frame);

test("what was sent and not heard before the connection was lost is sent again", async () => {
  const { client, socket } = await setUp({ audio: true });
  start(socket, { ok: true, session_id: "s1", epoch: "e1", heard_ms: 0 });
  for (const frame of "abcdef") client.sendFrame(frame);
  socket.fire("disconnect", "transport close");
  socket.sent.length = 0;
  start(socket, { ok: true, session_id: "s1", epoch: "e1", heard_ms: 400 });
  assert.deepEqual(audio(socket), ["e", "f"]);
});

test("another server process hears again what is no turn yet, and the page shows it once", async () => {
  const { client, socket, told } = await setUp({ audio: true });
  start(socket, { ok: true, session_id: "s1", epoch: "e1", heard_ms: 0 });
  for (const frame of "abcdef") client.sendFrame(frame);
  socket.fire("status", { seq: 1, state: "listening", lost_ms: 0, epoch: "e1", taken_ms: 350 });
  socket.fire("disconnect", "transport close");
  socket.sent.length = 0;
  start(socket, { ok: true, session_id: "s1", epoch: "e2", heard_ms: 0 });
  assert.deepEqual(audio(socket), ["d", "e", "f"]);
  assert.equal(told.filter(([name]) => name === "restart").length, 1);
});

test("a reloaded page goes on where the server stands and repeats nothing", async () => {
  const { client, socket, told } = await setUp({ audio: true, stored: { sessionId: "s1", seen: 4 } });
  client.sendFrame("a");
  start(socket, { ok: true, session_id: "s1", epoch: "e1", heard_ms: 90_000 });
  client.sendFrame("b");
  assert.deepEqual([audio(socket), client.trail.start], [["a", "b"], 90_000]);
  assert.ok(!told.some(([name]) => name === "restart"));
});

test("a reply is stopped without ending the talk", async () => {
  const { client, socket } = await setUp();
  start(socket);
  client.stopReply();
  assert.deepEqual([socket.sent.at(-1), client.resumable], [["stop", { what: "reply" }], true]);
});

test("a reconnection resumes with the last number and drops what is repeated", async () => {
  const { socket, told, saved } = await setUp();
  start(socket);
  socket.fire("ready", { seq: 1, session_id: "s1" });
  socket.fire("reply", { seq: 2, turn_id: 1, text: "x" });
  socket.fire("disconnect", "transport close");
  socket.fire("connect");
  assert.deepEqual(socket.sent.at(-1)[1], { language: "en", session_id: "s1", last_seq: 2 });
  socket.fire("reply", { seq: 2, turn_id: 1, text: "x" });
  assert.equal(told.filter(([name]) => name === "reply").length, 1);
  assert.deepEqual(saved.at(-1), { sessionId: "s1", seen: 2 });
});

test("after a reload everything is asked for again and marked as replayed", async () => {
  const { socket, told } = await setUp({ stored: { sessionId: "s1", seen: 2 } });
  socket.fire("connect");
  assert.deepEqual(socket.sent[0][1], { language: "en", session_id: "s1", last_seq: 0 });
  socket.fire("reply", { seq: 2, turn_id: 1, text: "x" });
  socket.fire("reply", { seq: 3, turn_id: 2, text: "y" });
  assert.deepEqual(told.filter(([name]) => name === "reply").map(([, , replayed]) => replayed), [true, false]);
});

test("an ended session is replaced once, quietly", async () => {
  const { socket, told } = await setUp({ stored: { sessionId: "old", seen: 9 } });
  start(socket, { ok: false, code: "session_ended", message: "" });
  assert.deepEqual(socket.sent.at(-1), ["start", { language: "en" }]);
  assert.deepEqual(codes(told), []);
});

test("an unsupported language goes on in writing", async () => {
  const { client, socket, told } = await setUp({ audio: true });
  start(socket, { ok: false, code: "unsupported_language", message: "" });
  assert.deepEqual([socket.sent.at(-1)[1], codes(told), client.audio], [{ language: "en" }, ["unsupported_language"], false]);
});

test("a refused start is told and ends the attempt", async () => {
  const { client, socket, told } = await setUp();
  start(socket, { ok: false, code: "too_many_sessions", message: "" });
  assert.deepEqual([codes(told), client.socket], [["too_many_sessions"], null]);
});

test("a typed turn is sent after the start with its name and told once it comes back", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { client, socket, told } = await setUp();
  const isTold = () => told.some(([name]) => name === "typed");
  client.say("t-1", "hello");
  start(socket);
  mock.timers.tick(400);
  assert.deepEqual(socket.sent.at(-1), ["text", { id: "t-1", text: "hello" }]);
  assert.ok(!isTold());
  socket.acks.at(-1)(null, { ok: true });
  assert.ok(isTold(), "the line is free for what comes next");
  socket.fire("transcript", { seq: 2, utterance_id: "u1", text: "hello", is_final: true });
  assert.equal(client.typed.length, 1, "the same words were spoken; what was typed is not safe yet");
  socket.fire("transcript", { seq: 3, utterance_id: "t-1", text: "hello", is_final: true });
  assert.equal(client.typed.length, 0);
  assert.equal(told.filter(([name]) => name === "typed").length, 1);
  mock.timers.reset();
});

test("a typed turn is sent again after a lost connection, unless its transcript came", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const lost = new Error("disconnected");
  for (const [arrived, times, ack] of [[false, 2, [lost]], [true, 1, [lost]], [false, 2, [null, { ok: true }]]]) {
    const { client, socket, told } = await setUp();
    start(socket);
    client.say("t-1", "hello");
    if (!ack[0]) socket.acks.at(-1)(...ack);
    socket.fire("disconnect", "transport close");
    if (ack[0]) socket.acks.at(-1)(...ack);
    start(socket);
    if (arrived) socket.fire("transcript", { seq: 5, utterance_id: "t-1", text: "hello", is_final: true });
    mock.timers.tick(400);
    assert.equal(socket.names().filter((name) => name === "text").length, times);
    assert.equal(told.some(([name]) => name === "typed"), arrived || !ack[0]);
  }
  mock.timers.reset();
});

test("a refused typed turn is told with its code", async () => {
  const { client, socket, told } = await setUp();
  start(socket);
  client.say("t1", "hello");
  socket.acks.at(-1)(null, { ok: false, code: "rate_limited" });
  assert.deepEqual([told.at(-1)[0], told.at(-1)[1].code], ["typed_refused", "rate_limited"]);
});

test("a server that hangs up is called again after a while", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, told } = await setUp();
  start(socket);
  socket.fire("disconnect", "io server disconnect");
  assert.deepEqual(told.at(-1)[1], { link: "reconnecting" });
  mock.timers.tick(10_001);
  assert.equal(socket.connects, 1);
  mock.timers.reset();
});

test("stopping tells the server and forgets the session", async () => {
  const { client, socket, saved, told } = await setUp();
  start(socket);
  client.stop();
  assert.deepEqual(socket.sent.at(-1), ["stop", {}]);
  assert.deepEqual([saved.at(-1).sessionId, told.at(-1)[1].link, client.resumable], [null, "closed", false]);
});

test("the back-off grows from about 1 s and never exceeds 10 s", () => {
  assert.deepEqual([0, 1, 2, 9].map((attempt) => retryDelay(attempt, () => 0.5)), [1000, 2000, 4000, 10_000]);
  assert.equal(retryDelay(9, () => 1), 10_000);
  assert.equal(retryDelay(0, () => 0), 500);
});
