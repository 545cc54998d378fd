export const FRAME_MS = 100;
export const MOST_FRAMES = 300;

/**
 * Frames on their way to the server, the newest thirty seconds. Each is kept until the server has made a turn of it,
 * so that a lost connection, or another server process, hears it again; what must be dropped unsent is counted.
 *
 * Positions are milliseconds of audio since the server began to listen, which it names an epoch.
 */
export class Trail {
  constructor(most = MOST_FRAMES) {
    this.most = most;
    this.epoch = null;
    this.frames = [];
    this.start = 0;
    this.sent = 0;
    this.lostMs = 0;
  }

  push(frame) {
    this.frames.push(frame);
    if (this.frames.length <= this.most) return;
    if (this.sent === 0) this.lostMs += FRAME_MS;
    this.drop();
  }

  drop() {
    this.frames.shift();
    this.start += FRAME_MS;
    this.sent = Math.max(0, this.sent - 1);
  }

  /** The frames that no connection has taken yet, which are taken now. */
  next() {
    const frames = this.frames.slice(this.sent);
    this.sent = this.frames.length;
    return frames;
  }

  get waitingMs() {
    return (this.frames.length - this.sent) * FRAME_MS;
  }

  /** The server has made a turn of everything up to here. */
  settle(epoch, takenMs) {
    if (epoch !== this.epoch) return;
    while (this.sent > 0 && this.start + FRAME_MS <= takenMs) this.drop();
  }

  /**
   * The server has heard up to `heardMs` of this epoch: what it has not is sent again. True where it listens afresh
   * and will therefore hear, once more, what it has shown and made no turn of.
   */
  resume(epoch, heardMs) {
    if (!epoch) return false;
    const afresh = epoch !== this.epoch;
    const known = this.epoch !== null;
    this.epoch = epoch;
    if (afresh) this.start = heardMs;
    this.sent = afresh ? 0 : Math.min(this.frames.length, Math.max(0, Math.ceil((heardMs - this.start) / FRAME_MS)));
    return afresh && known;
  }

  /** A new talk hears only what nobody has heard. */
  restart() {
    this.frames = this.frames.slice(this.sent);
    this.epoch = null;
    this.start = this.sent = 0;
  }

  clear() {
    this.frames = [];
    this.epoch = null;
    this.start = this.sent = 0;
  }

  /** The lost time since it was last asked for. */
  takeLostMs() {
    const lost = this.lostMs;
    this.lostMs = 0;
    return lost;
  }
}
