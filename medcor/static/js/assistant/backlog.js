export const FRAME_MS = 100;
export const MOST_FRAMES = 50;

/** Frames that wait for the connection: the newest five seconds, what falls out is counted. */
export class Backlog {
  constructor(most = MOST_FRAMES) {
    this.most = most;
    this.frames = [];
    this.lostMs = 0;
  }

  push(frame) {
    this.frames.push(frame);
    if (this.frames.length > this.most) {
      this.frames.shift();
      this.lostMs += FRAME_MS;
    }
  }

  drain() {
    const frames = this.frames;
    this.frames = [];
    return frames;
  }

  /** The lost time since it was last asked for. */
  takeLostMs() {
    const lost = this.lostMs;
    this.lostMs = 0;
    return lost;
  }
}
