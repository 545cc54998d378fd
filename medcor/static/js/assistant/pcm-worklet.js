// Runs inside the audio worklet, and under node's test runner. It imports nothing: not every browser
// lets a worklet import.

export const TARGET_RATE = 16000;
export const FRAME_SAMPLES = 1600;

const ZERO_CROSSINGS = 16;
const MOST_PHASES = 512;
// The pass band ends below the new Nyquist frequency, so that the filter's slope does not alias.
const PASS_BAND = 0.94;

function greatestCommonDivisor(a, b) {
  return b ? greatestCommonDivisor(b, a % b) : a;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x) {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

/** One row of taps for each fraction of an input sample, each row summing to 1. */
export function lowPassRows(phases, halfWidth, cutoff) {
  return Array.from({ length: phases }, (_, phase) => {
    const row = new Float32Array(2 * halfWidth);
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const distance = tap - halfWidth + 1 - phase / phases;
      const window = Math.abs(distance) < halfWidth ? blackman(distance / halfWidth) : 0;
      row[tap] = cutoff * sinc(cutoff * distance) * window;
      sum += row[tap];
    }
    return row.map((value) => value / sum);
  });
}

/** Streaming polyphase resampler: windowed sinc, one low-pass for both directions. */
export class Resampler {
  constructor(fromRate, toRate = TARGET_RATE) {
    const cutoff = Math.min(1, toRate / fromRate) * PASS_BAND;
    this.step = fromRate / toRate;
    this.halfWidth = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.phases = Math.min(toRate / greatestCommonDivisor(fromRate, toRate), MOST_PHASES);
    this.rows = lowPassRows(this.phases, this.halfWidth, cutoff);
    this.pending = new Float32Array(this.halfWidth - 1);
    this.made = 0;
    this.dropped = 0;
  }

  /** Take input samples, give the output samples that they complete. */
  process(input) {
    const samples = new Float32Array(this.pending.length + input.length);
    samples.set(this.pending);
    samples.set(input, this.pending.length);
    const output = [];
    let place = this.place();
    while (place.start + 2 * this.halfWidth <= samples.length) {
      output.push(this.filter(samples, place));
      this.made += 1;
      place = this.place();
    }
    this.keepFrom(samples, place.start);
    return Float32Array.from(output);
  }

  /** Where the next output sample lies; counted from the beginning, so that nothing drifts. */
  place() {
    const exact = this.made * this.step;
    let whole = Math.floor(exact);
    let phase = Math.round((exact - whole) * this.phases);
    if (phase === this.phases) {
      phase = 0;
      whole += 1;
    }
    return { start: whole - this.dropped, phase };
  }

  filter(samples, { start, phase }) {
    const row = this.rows[phase];
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) sum += row[tap] * samples[start + tap];
    return sum;
  }

  keepFrom(samples, start) {
    const from = Math.min(start, samples.length);
    this.pending = samples.slice(from);
    this.dropped += from;
  }
}

/** Average all channels of one block into one. */
export function downmix(channels) {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(channels[0].length);
  for (const channel of channels) for (let i = 0; i < mono.length; i++) mono[i] += channel[i] / channels.length;
  return mono;
}

export function toInt16(sample) {
  const bounded = Math.max(-1, Math.min(1, sample));
  return Math.round(bounded < 0 ? bounded * 0x8000 : bounded * 0x7fff);
}

/** Collects samples into frames of Int16 little-endian PCM, each with its root mean square (0 to 1). */
export class Framer {
  constructor(frameSamples = FRAME_SAMPLES) {
    this.frameSamples = frameSamples;
    this.reset();
  }

  reset() {
    this.view = new DataView(new ArrayBuffer(2 * this.frameSamples));
    this.filled = 0;
    this.energy = 0;
  }

  push(samples) {
    const frames = [];
    for (const sample of samples) {
      this.view.setInt16(2 * this.filled, toInt16(sample), true);
      this.energy += sample * sample;
      this.filled += 1;
      if (this.filled === this.frameSamples) frames.push(this.take());
    }
    return frames;
  }

  take() {
    const frame = { pcm: this.view.buffer, level: Math.sqrt(this.energy / this.frameSamples) };
    this.reset();
    return frame;
  }
}

class PcmProcessor extends (globalThis.AudioWorkletProcessor ?? Object) {
  constructor() {
    super();
    this.resampler = new Resampler(globalThis.sampleRate);
    this.framer = new Framer();
  }

  process([channels]) {
    if (channels?.length) {
      const samples = this.resampler.process(downmix(channels));
      for (const frame of this.framer.push(samples)) this.port.postMessage(frame, [frame.pcm]);
    }
    return true;
  }
}

globalThis.registerProcessor?.("pcm", PcmProcessor);
