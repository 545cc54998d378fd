/** Follows the numbers of the server's events: drops what was seen, knows what was seen before a reload. */
export class Sequence {
  constructor(sessionId = null, seenBefore = 0) {
    this.sessionId = sessionId;
    this.seenBefore = seenBefore;
    this.last = 0;
  }

  /** A new session counts from the beginning. */
  adopt(sessionId) {
    if (!sessionId || sessionId === this.sessionId) return;
    this.sessionId = sessionId;
    this.seenBefore = 0;
    this.last = 0;
  }

  forget() {
    this.sessionId = null;
    this.seenBefore = 0;
    this.last = 0;
  }

  /** "new", "replayed" (shown before the page was reloaded) or "duplicate". */
  take(event) {
    if (event.session_id) this.adopt(event.session_id);
    if (!Number.isInteger(event.seq)) return "new";
    if (event.seq <= this.last) return "duplicate";
    this.last = event.seq;
    return event.seq <= this.seenBefore ? "replayed" : "new";
  }
}
