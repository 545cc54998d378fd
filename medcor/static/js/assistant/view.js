import { cardElement, element } from "./cards.js";
import { behindText, lostText } from "./messages.js";

const NEAR_END_PX = 80;

/** The panel's elements; it shows what it is told and reports clicks, and decides nothing. */
export class View {
  constructor(panel, strings, handlers) {
    this.panel = panel;
    this.strings = strings;
    this.handlers = handlers;
    this.shown = new Map();
    this.part = (name) => panel.querySelector(`[data-part="${name}"]`);
    this.log = this.part("log");
    this.line = this.part("line");
    this.icons = this.part("icons");
    this.listen();
  }

  listen() {
    this.part("microphone").addEventListener("click", () => this.handlers.onMicrophone());
    this.part("stop").addEventListener("click", () => this.handlers.onStop());
    this.part("voice").addEventListener("click", () => this.handlers.onVoice());
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.handlers.onSay(this.line.value.trim());
    });
    for (const button of this.panel.querySelectorAll("[data-say]")) {
      button.addEventListener("click", () => this.handlers.onSay(button.dataset.say));
    }
  }

  /** The state as a word, and the microphone button's name and look. */
  showPhase(phase, act) {
    const button = this.part("microphone");
    this.panel.dataset.phase = phase;
    this.part("phase").textContent = this.strings.phases[phase];
    button.setAttribute("aria-label", this.strings.microphone[act]);
    button.setAttribute("aria-disabled", String(act === "wait" || this.typingOnly));
    this.part("microphone-label").textContent = this.strings.microphone_short[this.typingOnly ? "none" : act];
    this.showStop(phase);
    if (phase !== "listening") this.showLevel(0);
  }

  showStop(phase) {
    const stop = this.part("stop");
    const what = ["thinking", "speaking"].includes(phase) ? "reply" : "talk";
    stop.hidden = ["idle", "closed", "error"].includes(phase);
    stop.setAttribute("aria-label", this.strings.stop[what]);
    stop.title = this.strings.stop[what];
  }

  showLevel(level) {
    // Speech lies near 0.05 to 0.2 root mean square; a square root makes quiet voices visible.
    const shown = Math.min(1, Math.sqrt(level) * 2);
    this.part("meter").style.setProperty("--level", shown.toFixed(3));
  }

  showTranscript({ turns, interim, draft, activity }) {
    const follow = this.isAtEnd();
    this.part("welcome").hidden = turns.length > 0 || Boolean(interim || draft);
    for (const [id, node] of this.shown) if (!turns.some((turn) => turn.id === id)) this.drop(id, node);
    turns.forEach((turn, at) => this.showTurn(turn, turns[at + 1]));
    this.showPassing("interim", interim?.text);
    this.showPassing("draft", draft?.text);
    this.showPassing("activity", activity);
    if (follow) this.scrollToEnd();
  }

  showTurn(turn, next) {
    const before = this.shown.get(turn.id);
    if (before?.turn === turn) return;
    const node = this.turnElement(turn);
    const follower = this.shown.get(next?.id)?.node;
    if (before) before.node.replaceWith(node);
    else if (follower) follower.before(node);
    else this.log.append(node);
    this.shown.set(turn.id, { node, turn });
  }

  drop(id, { node }) {
    node.remove();
    this.shown.delete(id);
  }

  turnElement(turn) {
    const node = element("div", `turn turn--${turn.who}`);
    const name = this.strings.who[turn.who];
    if (name) node.append(element("span", "visually-hidden", `${name}: `));
    if (turn.text) node.append(element("p", "turn__text", turn.text));
    if (turn.interrupted) node.append(element("span", "turn__note", this.strings.interrupted));
    const context = { icons: this.icons, strings: this.strings, onSay: this.handlers.onSay };
    for (const card of turn.cards ?? []) node.append(cardElement(card, context));
    if (turn.link) node.append(this.wayOut(turn.link));
    if (turn.action) node.append(this.retryButton(turn));
    return node;
  }

  wayOut({ url, label }) {
    const link = element("a", "button button--small", label);
    link.href = url;
    return link;
  }

  retryButton(turn) {
    const button = element("button", "button button--small", this.strings.retry);
    button.type = "button";
    button.addEventListener("click", () => this.handlers.onRetry(turn.action));
    return button;
  }

  showPassing(name, text) {
    const node = this.part(name);
    node.hidden = !text;
    node.querySelector("[data-text]").textContent = text ?? "";
  }

  showLoss(lostMs) {
    this.part("lost").textContent = lostText(this.strings, lostMs);
  }

  showBehind(behindMs) {
    this.part("behind").textContent = behindText(this.strings, behindMs);
  }

  showCredits(text) {
    const node = this.part("credits");
    if (!node) return;
    node.hidden = !text;
    node.textContent = text;
  }

  showVoice(on, available) {
    const button = this.part("voice");
    button.hidden = !available;
    button.setAttribute("aria-pressed", String(on));
  }

  /** Typed words stay in the line until the server has them. */
  showSending(sending) {
    this.line.readOnly = sending;
    this.part("send").toggleAttribute("disabled", sending);
    this.part("form").toggleAttribute("data-sending", sending);
  }

  setLine(text) {
    this.line.value = text;
  }

  offerTyping() {
    this.panel.setAttribute("data-no-speech", "");
    this.line.focus();
  }

  get typingOnly() {
    return this.panel.hasAttribute("data-no-speech");
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.part("scroll");
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd() {
    const scroll = this.part("scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }
}
