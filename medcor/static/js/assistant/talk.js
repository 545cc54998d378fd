import { microphoneProblem } from "./capture.js";
import { explain, fill, remedy } from "./messages.js";
import { START, microphoneAct, phaseOf, reducePhase } from "./phase.js";
import { Voice } from "./speech.js";
import { EMPTY, lastSaid, reduceTranscript } from "./transcript.js";

const PATIENCE_MS = 45_000;

/** The conversation: joins client, microphone, voice and view; its rules are in phase.js and transcript.js. */
export class Talk {
  constructor({ config, makeClient, makeCapture, makeView, spoken, onChanged = () => {} }) {
    this.strings = config.strings;
    this.links = config.links ?? {};
    this.spoken = spoken;
    this.onChanged = onChanged;
    this.facts = START;
    this.transcript = EMPTY;
    this.lostMs = 0;
    this.serverMs = this.pageMs = 0;
    this.count = 0;
    this.client = makeClient((name, event, replayed) => this.take(name, event, replayed));
    this.capture = makeCapture({
      onFrame: (frame, level) => this.hear(frame, level),
      onLost: (code) => this.loseMicrophone(code),
    });
    this.voice = new Voice({ language: config.language, onChange: (on) => this.voiceChanged(on) });
    this.view = makeView({
      onMicrophone: () => this.pressMicrophone(),
      onStop: () => this.stop(),
      onVoice: () => this.toggleVoice(),
      onSay: (text) => this.say(text),
      onRetry: (action) => this.retry(action),
    });
    this.voice.switch(spoken.load());
    this.view.showVoice(this.voice.on, this.voice.available);
    if (config.credits !== null && config.credits !== undefined) this.showCredits(config.credits);
    this.render();
  }

  /** The panel was opened: go on with a talk that another page began. */
  wake(words) {
    if (this.client.resumable) this.client.open();
    if (words) this.say(words);
  }

  /** The panel was closed: nobody is listened to unseen. */
  rest() {
    this.voice.stop();
    if (microphoneAct(this.facts) === "pause") this.setPaused(true);
  }

  take(name, event, replayed) {
    if (name === "error") this.report(event);
    else this.apply(name, event);
    if (event.lost_ms) this.countLoss(event.lost_ms);
    if (event.behind_ms !== undefined || event.page_ms !== undefined) this.countBehind(event);
    if (name === "status" && event.ends_in_s) this.warnOfEnd(event.ends_in_s);
    if (name === "credits") this.showCredits(event.remaining);
    if ((name === "reply" || event.cards) && !replayed) this.replied(event);
    if (name === "typed") this.typedArrived();
    if (name === "typed_refused") this.typedRefused(event);
    if (name === "link") this.linkChanged(event.link);
    if (this.facts.link === "closed" || this.facts.link === "error") this.releaseMicrophone();
    this.watchPatience();
  }

  /** A card of an appointment may mean that it was booked or cancelled just now. */
  replied({ text, cards }) {
    this.voice.say(text);
    if (cards?.some(({ kind }) => kind === "appointment")) this.onChanged();
  }

  apply(name, event) {
    this.facts = reducePhase(this.facts, name, event);
    this.transcript = reduceTranscript(this.transcript, name, event);
    this.render();
  }

  render() {
    this.view.showTranscript(this.transcript);
    this.view.showPhase(phaseOf(this.facts), microphoneAct(this.facts));
  }

  report(event) {
    this.facts = reducePhase(this.facts, "error", event);
    if (event.code === "unsupported_language") this.offerTyping();
    else if (event.typing) this.releaseMicrophone();
    const notice = {
      id: `n-${++this.count}`,
      text: explain(this.strings, event),
      action: remedy(event),
      link: this.links[event.code],
    };
    if (["error", "closed"].includes(this.facts.link)) this.keepLine();
    this.apply("notice", notice);
  }

  offerTyping() {
    this.releaseMicrophone();
    this.view.offerTyping();
  }

  linkChanged(link) {
    if (link === "connecting" && !this.client.resumable) this.startAfresh();
    if (link === "closed") this.keepLine();
  }

  startAfresh() {
    this.lostMs = this.serverMs = this.pageMs = 0;
    this.view.showLoss(0);
    this.view.showBehind(0);
  }

  // A model that never answers must not leave the panel thinking for good.
  watchPatience() {
    clearTimeout(this.patience);
    if (this.facts.thinking) this.patience = setTimeout(() => this.apply("quiet", {}), PATIENCE_MS);
  }

  countLoss(ms) {
    this.lostMs += ms;
    this.view.showLoss(this.lostMs);
  }

  /** What waits here and at the server is said and not heard yet. */
  countBehind({ behind_ms, page_ms }) {
    this.serverMs = behind_ms ?? this.serverMs;
    this.pageMs = page_ms ?? this.pageMs;
    this.view.showBehind(this.serverMs + this.pageMs);
  }

  warnOfEnd(seconds) {
    this.apply("notice", { id: `n-${++this.count}`, text: fill(this.strings.ends_soon, { seconds }) });
  }

  showCredits(remaining) {
    this.view.showCredits(fill(this.strings.credits, { count: remaining }));
  }

  // Microphone

  async pressMicrophone() {
    if (this.view.typingOnly) return;
    const act = microphoneAct(this.facts);
    if (act === "start") await this.startMicrophone();
    else if (act === "pause") this.setPaused(true);
    else if (act === "resume") this.goOn();
  }

  async startMicrophone() {
    this.apply("settle", {});
    if (this.capture.running) return this.client.open({ audio: true });
    if (this.capture.wanted) return;
    try {
      await this.capture.start();
    } catch (error) {
      return this.report({ code: microphoneProblem(error), retryable: true });
    }
    this.apply("capture", { on: true });
    this.client.open({ audio: true });
  }

  releaseMicrophone() {
    if (!this.facts.capturing && !this.capture.running) return;
    this.capture.stop();
    this.client.silence();
    this.apply("capture", { on: false });
  }

  loseMicrophone(code) {
    this.releaseMicrophone();
    this.client.pause();
    this.report({ code, retryable: true });
  }

  hear(frame, level) {
    this.client.sendFrame(frame);
    if (phaseOf(this.facts) === "listening") this.view.showLevel(level);
  }

  setPaused(paused) {
    this.capture.mute(paused);
    if (paused) this.client.pause();
    else this.client.resume();
    this.apply("pause", { on: paused });
  }

  goOn() {
    if (this.voice.speaking) this.voice.stop();
    else this.setPaused(false);
  }

  // Voice: while it speaks, the microphone would hear it.

  voiceChanged(on) {
    const wasPaused = on ? this.facts.paused : this.pausedBeforeVoice;
    if (on) this.pausedBeforeVoice = wasPaused;
    this.apply("voice", { on });
    if (this.facts.capturing && !wasPaused) this.setPaused(on);
  }

  toggleVoice() {
    this.voice.switch(!this.voice.on);
    this.spoken.save(this.voice.on);
    this.view.showVoice(this.voice.on, this.voice.available);
  }

  // Typed turns

  say(text) {
    if (!text || this.sending) return;
    this.voice.stop();
    this.apply("settle", {});
    this.sending = { id: `t-${Date.now()}-${++this.count}`, text };
    this.view.setLine(text);
    this.view.showSending(true);
    this.client.say(this.sending.id, text);
  }

  typedArrived() {
    this.sending = null;
    this.view.setLine("");
    this.view.showSending(false);
  }

  /** What could not be sent stays in the line. */
  keepLine() {
    this.sending = null;
    this.view.showSending(false);
  }

  typedRefused({ code, message }) {
    this.keepLine();
    this.report({ code, message, retryable: false });
  }

  // Endings and remedies

  /** While something is being answered, stop that; else end the talk. */
  stop() {
    const { thinking, replying, voicing } = this.facts;
    this.voice.stop();
    if (thinking || replying || voicing) this.stopReply();
    else this.end();
  }

  stopReply() {
    this.apply("cut", {});
    this.client.stopReply();
    this.apply("quiet", {});
  }

  end() {
    this.releaseMicrophone();
    this.client.stop();
    this.apply("quiet", {});
  }

  retry(action) {
    this.apply("settle", {});
    if (action === "microphone") this.startMicrophone();
    else if (action === "repeat" && lastSaid(this.transcript)) this.say(lastSaid(this.transcript));
    else this.client.open();
  }
}
