import { Sequence } from "./sequence.js";
import { Trail } from "./trail.js";

const EVENTS = ["ready", "transcript", "reply_delta", "reply", "tool", "credits", "status", "error"];
const ACK_MS = 10_000;
const RESEND_AFTER_MS = 300;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
const MOST_QUEUED_PACKETS = 20;
// A backlog is told from here on, and again when it has changed by as much.
const TELL_BEHIND_MS = 1000;
const WEBSOCKET_OPEN = 1;
const TYPING_REMAINS = new Set(["unsupported_language", "recogniser_unavailable"]);

/** Back-off with jitter: 1 s doubling to 10 s, each between half and one and a half times. */
export function retryDelay(attempt, random = Math.random) {
  const plain = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return Math.min(LONGEST_RETRY_MS, plain * (0.5 + random()));
}

/** One talk over the transcription namespace: start, resume, audio, typed turns. Knows no page. */
export class AssistantClient {
  /**
   * @param io        socket.io's client function
   * @param prepare   async () => error code or null; writes the user's prompt on the server
   * @param config    {socketUrl, socketPath, language, apiKey?}
   * @param store     {load(): {sessionId, seen}, save({sessionId, seen})}
   * @param onEvent   (name, event, isReplay) => void
   */
  constructor({ io, prepare, config, store, onEvent }) {
    Object.assign(this, { io, prepare, config, store, onEvent });
    const { sessionId, seen } = store.load();
    this.sequence = new Sequence(sessionId, seen);
    this.trail = new Trail();
    this.unreportedMs = 0;
    this.behindMs = 0;
    this.typed = [];
    this.audio = false;
    this.attempt = 0;
    this.close();
  }

  get resumable() {
    return Boolean(this.sequence.sessionId);
  }

  /** Connect if need be, with the microphone's audio or for typing only. */
  async open({ audio = false } = {}) {
    this.audio ||= audio;
    if (this.started) return audio && this.start();
    if (this.socket || this.opening) return;
    this.opening = true;
    this.tell("link", { link: "connecting" });
    const problem = await this.prepare();
    if (!this.opening) return;
    this.opening = false;
    if (problem) return this.fail(problem);
    this.connect();
  }

  connect() {
    const { socketUrl, socketPath, apiKey } = this.config;
    this.socket = this.io(socketUrl, {
      path: socketPath,
      transports: ["websocket"],
      auth: apiKey ? { api_key: apiKey } : undefined,
      forceNew: true,
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: LONGEST_RETRY_MS,
      randomizationFactor: 0.5,
    });
    this.socket.on("connect", () => this.start());
    this.socket.on("disconnect", (reason) => this.lose(reason));
    this.socket.on("connect_error", (error) => this.refuse(error));
    for (const name of EVENTS) this.socket.on(name, (event) => this.receive(name, event ?? {}));
  }

  startPayload() {
    const payload = { language: this.config.language };
    if (this.audio) Object.assign(payload, { encoding: "linear16", sample_rate: 16000 });
    if (this.resumable) Object.assign(payload, { session_id: this.sequence.sessionId, last_seq: this.sequence.last });
    if (this.unreportedMs) payload.lost_ms = this.takeUnreported();
    return payload;
  }

  start() {
    const socket = this.socket;
    socket.timeout(ACK_MS).emit("start", this.startPayload(), (error, ack) => {
      if (socket !== this.socket) return;
      if (error) this.reconnect();
      else if (ack?.ok) this.begin(ack);
      else this.startRefused(ack ?? {});
    });
  }

  begin({ session_id, credits, epoch, heard_ms, settled }) {
    if (this.resumable && session_id !== this.sequence.sessionId) this.trail.restart();
    this.sequence.adopt(session_id);
    if (settled) this.trail.settle(settled.epoch, settled.taken_ms);
    this.resumeAudio(epoch, heard_ms);
    this.remember();
    this.started = true;
    this.attempt = 0;
    this.remedied = false;
    this.tell("link", { link: "on" });
    if (credits !== undefined && credits !== null) this.tell("credits", { remaining: credits });
    this.sendFrames();
    setTimeout(() => this.sendTyped(), RESEND_AFTER_MS);
  }

  /** What the server has not heard is sent again; where it listens afresh, its unfinished lines are heard again. */
  resumeAudio(epoch, heardMs = 0) {
    if (this.trail.resume(epoch, heardMs)) this.tell("restart", {});
  }

  /** An ended session is replaced and a missing prompt written, once; other refusals are told. */
  async startRefused({ code = "bad_message", message }) {
    const first = !this.remedied;
    this.remedied = true;
    if (first && this.resumable && ["session_ended", "identity_mismatch"].includes(code)) {
      this.forget();
      return this.start();
    }
    if (first && code === "prompt_required" && !(await this.prepare())) return this.socket && this.start();
    if (TYPING_REMAINS.has(code) && this.audio) return this.goOnTyping(code, message);
    this.fail(code, message);
  }

  goOnTyping(code, message) {
    this.audio = false;
    this.remedied = false;
    this.tell("error", { code, message, retryable: code === "recogniser_unavailable", typing: true });
    this.start();
  }

  fail(code, message) {
    this.tell("error", { code, message, retryable: code === "rate_limited" || code === "unreachable", terminal: true });
    this.typed = [];
    this.close();
  }

  receive(name, event) {
    const kind = this.sequence.take(event);
    if (kind === "duplicate") return;
    if (name === "transcript" && event.is_final) this.arrived(event.utterance_id);
    this.remember();
    if (name === "status") this.followAudio(event);
    this.onEvent(name, event, kind === "replayed" || Boolean(event.again));
    if (name === "status" && event.state === "closed") this.end();
    if (name === "error" && event.code === "session_ended") this.end();
  }

  followAudio({ epoch, taken_ms }) {
    if (!epoch) return;
    if (epoch !== this.trail.epoch) this.resumeAudio(epoch);
    if (taken_ms !== undefined) this.trail.settle(epoch, taken_ms);
  }

  lose(reason) {
    this.started = false;
    this.typed.forEach((turn) => (turn.sent = false));
    if (reason === "io client disconnect") return;
    this.tell("link", { link: "reconnecting" });
    if (reason === "io server disconnect") this.reconnect();
  }

  /** Socket.IO retries by itself, except where the server hung up or did not answer. */
  reconnect() {
    const socket = this.socket;
    socket.disconnect();
    this.started = false;
    this.tell("link", { link: "reconnecting" });
    this.timer = setTimeout(() => socket === this.socket && socket.connect(), retryDelay(this.attempt++));
  }

  refuse(error) {
    if (this.socket.active) this.tell("link", { link: "reconnecting" });
    else this.fail(error.data?.code ?? "auth", error.data?.message);
  }

  get engine() {
    return this.socket?.io?.engine;
  }

  /** The server has hung up, but the browser waits some seconds before it tells. */
  get closing() {
    return this.started && (this.engine?.transport?.ws?.readyState ?? WEBSOCKET_OPEN) !== WEBSOCKET_OPEN;
  }

  /** A frame written now would leave now: not so on a slow uplink. */
  get flowing() {
    return this.started && this.socket.connected && (this.engine?.writeBuffer?.length ?? 0) <= MOST_QUEUED_PACKETS;
  }

  sendFrame(frame) {
    if (!this.audio) return;
    if (this.closing) this.lose("closing");
    this.trail.push(frame);
    if (this.flowing) this.sendFrames();
    this.reportLoss();
    this.reportBehind();
  }

  sendFrames() {
    this.trail.next().forEach((frame) => this.socket.emit("audio", frame));
    this.reportBehind();
  }

  /** Told to the person at once, and to the server when it next listens. */
  reportLoss() {
    const lost = this.trail.takeLostMs();
    this.unreportedMs += lost;
    if (lost) this.tell("status", { lost_ms: lost });
  }

  takeUnreported() {
    const lost = this.unreportedMs;
    this.unreportedMs = 0;
    return lost;
  }

  reportBehind() {
    const waiting = this.trail.waitingMs < TELL_BEHIND_MS ? 0 : this.trail.waitingMs;
    if (Math.abs(waiting - this.behindMs) < TELL_BEHIND_MS) return;
    this.behindMs = waiting;
    this.tell("behind", { page_ms: waiting });
  }

  pause() {
    if (this.started) this.socket.emit("pause_backend");
  }

  resume() {
    if (this.started) this.socket.emit("resume_backend");
  }

  /** A typed turn is told once the server has taken it, and kept until it is safe there, which its transcript says. */
  say(id, text) {
    this.typed.push({ id, text, sent: false });
    if (this.started) this.sendTyped();
    else this.open();
  }

  sendTyped() {
    if (!this.started) return;
    for (const turn of this.typed.filter(({ sent }) => !sent)) {
      turn.sent = true;
      this.socket.timeout(ACK_MS).emit("text", { id: turn.id, text: turn.text }, (error, ack) => this.answered(turn, error, ack));
    }
  }

  answered(turn, error, ack) {
    if (!this.typed.includes(turn)) return;
    if (error && !this.started) return;
    const refused = error ? "unreachable" : ack?.ok === false && (ack.code ?? "bad_message");
    if (!refused) return this.taken(turn);
    this.drop(turn);
    this.tell("typed_refused", { ...turn, code: refused, message: ack?.message });
  }

  arrived(name) {
    const turn = this.typed.find(({ id }) => id === name);
    if (!turn) return;
    this.drop(turn);
    this.taken(turn);
  }

  taken(turn) {
    if (turn.taken) return;
    turn.taken = true;
    this.tell("typed", { id: turn.id, text: turn.text });
  }

  drop(turn) {
    this.typed = this.typed.filter((other) => other !== turn);
  }

  silence() {
    this.audio = false;
    this.trail.clear();
  }

  /** Cut the running reply; the talk goes on. */
  stopReply() {
    if (this.started) this.socket.emit("stop", { what: "reply" });
  }

  /** End the talk for good. */
  stop() {
    const lost = this.takeUnreported();
    if (this.started) this.socket.emit("stop", lost ? { lost_ms: lost } : {});
    this.end();
    this.tell("link", { link: "closed" });
  }

  end() {
    this.forget();
    this.typed = [];
    // The last packets leave before the socket does.
    const socket = this.socket;
    this.socket = null;
    socket?.off();
    setTimeout(() => socket?.disconnect(), 200);
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.socket?.disconnect();
    this.socket = null;
    this.started = false;
    this.opening = false;
    this.remedied = false;
    this.audio = false;
    this.trail.clear();
    this.behindMs = 0;
  }

  forget() {
    this.trail.restart();
    this.sequence.forget();
    this.remember();
  }

  remember() {
    const { sessionId, last, seenBefore } = this.sequence;
    this.store.save({ sessionId, seen: Math.max(last, seenBefore) });
  }

  tell(name, event) {
    this.onEvent(name, event, false);
  }
}
