"""PCM in, 16 kHz float samples out: decoding, resampling and a buffer that forgets.

Pure numpy, one object per stream, no lock: a stream is handled by one thread at a time.
"""

from math import gcd

import numpy as np

RATE = 16_000
HOP = 512  # samples: the voice detector of the model works on 32 ms
HOP_SECONDS = HOP / RATE
ZERO_CROSSINGS = 16


def decode_linear16(data: bytes) -> np.ndarray:
    """Decode little-endian 16-bit PCM to floats in [-1, 1). Raises ValueError on an odd length."""
    if len(data) % 2:
        raise ValueError("linear16 needs an even number of bytes")
    return np.frombuffer(data, "<i2").astype(np.float32) / 32768.0


def loudness(hop: np.ndarray) -> float:
    """Return the root mean square of samples in [-1, 1]."""
    return float(np.sqrt(np.mean(np.square(hop)))) if len(hop) else 0.0


class Resampler:
    """A streaming windowed-sinc polyphase filter from any supported rate to 16 kHz.

    Chunks of any size give the same samples as one call; the delay is half a filter (1-2 ms).
    """

    def __init__(self, rate: int) -> None:
        """Prepare the filter bank for `rate` in Hz."""
        common = gcd(rate, RATE)
        self.up, self.down = RATE // common, rate // common
        self.bank = _filter_bank(rate, self.up)
        self.taps = self.bank.shape[1]
        self.held = np.zeros(self.taps - 1, np.float32)
        self.made = 0  # output samples since the start, folded back every `up` to stay exact

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Resample the next chunk (float32) and keep what the next one needs."""
        if self.up == self.down:
            return samples
        data = np.concatenate([self.held, samples])
        count = max(0, -(-((len(data) - self.taps + 1) * self.up) // self.down) + 1)
        index = (self.made + np.arange(count)) * self.down
        index = index[index // self.up <= len(data) - self.taps]
        if not len(index):
            self.held = data
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(data, self.taps)[index // self.up]
        out = np.einsum("ij,ij->i", windows, self.bank[index % self.up])
        self._advance(data, len(index))
        return out.astype(np.float32)

    def _advance(self, data: np.ndarray, count: int) -> None:
        self.made += count
        consumed, self.made = divmod(self.made, self.up)
        drop = min(consumed * self.down, len(data))
        self.held = data[drop:].copy()


def _filter_bank(rate: int, up: int) -> np.ndarray:
    """Build one row of taps per output phase: a sinc cut at the lower Nyquist, Hann-windowed."""
    cutoff = min(1.0, RATE / rate) * 0.94
    half = int(np.ceil(ZERO_CROSSINGS / cutoff))
    taps = np.arange(2 * half) - half + 1
    position = taps[None, :] - np.arange(up)[:, None] / up
    window = np.cos(np.pi * np.clip(position / (half + 1), -1, 1) / 2) ** 2
    bank = cutoff * np.sinc(cutoff * position) * window
    return (bank / bank.sum(axis=1, keepdims=True)).astype(np.float32)


class HopBuffer:
    """The latest samples of a stream, addressed by hop number since the start."""

    def __init__(self) -> None:
        """Start at hop 0 with nothing."""
        self.first = 0
        self.samples = np.zeros(0, np.float32)

    def append(self, samples: np.ndarray) -> None:
        """Add 16 kHz samples at the end."""
        self.samples = np.concatenate([self.samples, samples])

    @property
    def end(self) -> int:
        """Return the number of whole hops heard since the start."""
        return self.first + len(self.samples) // HOP

    @property
    def rest(self) -> int:
        """Return the samples that do not fill a hop yet."""
        return len(self.samples) % HOP

    def hops(self, start: int, end: int) -> np.ndarray:
        """Return the samples of hops [start, end); what was forgotten or is to come is missing."""
        low = max(0, start - self.first) * HOP
        return self.samples[low : max(0, end - self.first) * HOP]

    def forget(self, before: int) -> None:
        """Drop the hops before `before`."""
        drop = max(0, min(before, self.end) - self.first)
        self.samples = self.samples[drop * HOP :]
        self.first += drop
