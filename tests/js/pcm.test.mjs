import assert from "node:assert/strict";
import { test } from "node:test";

import { Framer, Resampler, downmix, toInt16 } from "../../medcor/static/js/assistant/pcm-worklet.js";

const sine = (hertz, rate, seconds) =>
  Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate));

function resample(samples, rate, block = 128) {
  const resampler = new Resampler(rate);
  const output = [];
  for (let i = 0; i < samples.length; i += block) output.push(...resampler.process(samples.subarray(i, i + block)));
  return output;
}

const rms = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const middle = (samples) => samples.slice(400, -400);

for (const rate of [8000, 16000, 22050, 32000, 44100, 48000, 96000]) {
  test(`one second at ${rate} Hz becomes one second at 16 kHz`, () => {
    const made = resample(sine(440, rate, 1), rate).length;
    assert.ok(Math.abs(made - 16000) < 40, String(made));
  });

  test(`a tone at ${rate} Hz keeps its shape`, () => {
    const made = resample(sine(1000, rate, 1), rate);
    const wanted = sine(1000, 16000, 1);
    // The first output lies on the filter's middle: half a filter of silence precedes the input.
    const offset = bestOffset(made, wanted);
    const error = middle(made).map((value, i) => value - wanted[i + 400 + offset]);
    assert.ok(rms(error) < 0.01, `error ${rms(error)} at offset ${offset}`);
  });
}

function bestOffset(made, wanted) {
  const at = (offset) => middle(made).reduce((sum, value, i) => sum + value * wanted[i + 400 + offset], 0);
  const offsets = Array.from({ length: 81 }, (_, i) => i - 40);
  return offsets.reduce((best, offset) => (at(offset) > at(best) ? offset : best), 0);
}

for (const hertz of [9000, 12000, 20000]) {
  test(`${hertz} Hz, above the new limit, is filtered away`, () => {
    const made = middle(resample(sine(hertz, 48000, 1), 48000));
    assert.ok(20 * Math.log10(rms(made) / rms(sine(hertz, 48000, 1))) < -50);
  });
}

test("a constant level passes unchanged", () => {
  const made = middle(resample(new Float32Array(48000).fill(0.25), 48000));
  assert.ok(made.every((value) => Math.abs(value - 0.25) < 1e-4));
});

test("the size of the blocks changes nothing", () => {
  const samples = sine(700, 44100, 0.5);
  assert.deepEqual(resample(samples, 44100, 128), resample(samples, 44100, 4410));
});

test("ten minutes do not drift", () => {
  const resampler = new Resampler(44100);
  const second = new Float32Array(44100);
  let made = 0;
  for (let i = 0; i < 600; i++) made += resampler.process(second).length;
  assert.ok(Math.abs(made - 600 * 16000) < 40, String(made));
});

test("channels are averaged into one", () => {
  assert.deepEqual([...downmix([Float32Array.of(1, 0), Float32Array.of(0, -1)])], [0.5, -0.5]);
});

test("samples out of range are bounded, not wrapped", () => {
  assert.deepEqual([2, 1, 0, -1, -2].map(toInt16), [32767, 32767, 0, -32768, -32768]);
});

test("a frame is 3,200 bytes of little-endian PCM with its level", () => {
  const framer = new Framer();
  const frames = framer.push(new Float32Array(1600).fill(0.5));
  assert.equal(frames.length, 1);
  assert.equal(frames[0].pcm.byteLength, 3200);
  assert.deepEqual([...new Uint8Array(frames[0].pcm, 0, 2)], [0x00, 0x40]);
  assert.equal(frames[0].level, 0.5);
});

test("samples over a frame's end begin the next one", () => {
  const framer = new Framer(4);
  const frames = framer.push(Float32Array.of(1, 1, 1, 1, -1, -1));
  assert.equal(frames.length, 1);
  assert.equal(framer.push(Float32Array.of(0, 0))[0].level, Math.sqrt(0.5));
});
