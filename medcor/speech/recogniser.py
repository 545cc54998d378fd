"""The bundled model: moonshine-voice 0.1.0, its tiny English model and its voice detector.

The wheel carries both, so nothing is downloaded. What the settings below work around is told in
docs/speech.md. The detector of the package is one global object whose memory all streams share,
so it is asked about a window of the recent past each time instead of being fed as a stream.
"""

import ctypes
import os
import threading
from queue import Empty, LifoQueue

import numpy as np

from medcor.speech.audio import HOP, HOP_SECONDS

# Read when the model is loaded: a second thread per decode doubles the CPU and saves no time.
os.environ.setdefault("MOONSHINE_ORT_SINGLE_THREAD", "1")

CONTEXT = 16  # hops (0.5 s) of past that the detector hears before the hops in question
BLOCK = 1600  # samples: the model loses what does not fill a block
SHORTEST = 8000  # samples: half a second, shorter audio is padded with silence
DETECT = {
    "skip_transcription": "true",
    "vad_threshold": 0.5,
    "vad_window_duration": HOP_SECONDS,
    "vad_hop_size": HOP,
    "vad_look_behind_sample_count": HOP,
    "vad_max_segment_duration": 0,
    "return_audio_data": "false",
}
DECODE = {
    "vad_threshold": 0,
    "vad_hop_size": BLOCK,
    "vad_look_behind_sample_count": BLOCK,
    "vad_max_segment_duration": 0,
    "max_tokens_per_second": 8,
    "return_audio_data": "false",
}


class RecogniserError(RuntimeError):
    """The model can't be loaded."""


class Recogniser:
    """Thread-safe access to the model: a detector and `decoders` copies of the transcriber."""

    def __init__(self, decoders: int = 1) -> None:
        """Load the model, 0.3 s and some 130 MB per decoder. Raises RecogniserError."""
        self._detector = _Handle(DETECT)
        self._detecting = threading.Lock()
        self._decoders: LifoQueue[_Handle] = LifoQueue()
        for _ in range(decoders):
            self._decoders.put(_Handle(DECODE))

    def transcribe(self, samples: np.ndarray, patience: float | None = None) -> str | None:
        """Return the text of 16 kHz float samples as one sentence or more.

        Waits for a free decoder; with `patience` (seconds) it gives up after that and returns
        None, so that a passing interim doesn't hold up somebody's final.
        """
        missing = max(SHORTEST - len(samples), -len(samples) % BLOCK)
        missing += -(len(samples) + missing) % BLOCK
        try:
            decoder = self._decoders.get(timeout=patience)
        except Empty:
            return None
        try:
            lines = decoder.lines(np.pad(samples, (0, missing)))
        finally:
            self._decoders.put(decoder)
        return " ".join(text for _, _, text in lines)

    def voiced(self, past: np.ndarray, samples: np.ndarray) -> list[bool]:
        """Tell for each hop of `samples` whether it holds voice, given up to 0.5 s of `past`."""
        heard = np.concatenate([past, samples])
        # Silence before the first sound would make the onset of mere noise look like a voice.
        lead = np.resize(heard, max(0, CONTEXT * HOP - len(past)))
        window = np.concatenate([lead, heard])
        with self._detecting:
            lines = self._detector.lines(window)
        flags = np.zeros(len(window) // HOP, bool)
        for start, duration, _ in lines:
            flags[round(start / HOP_SECONDS) : round((start + duration) / HOP_SECONDS)] = True
        return flags[len(flags) - len(samples) // HOP :].tolist()


class _Handle:
    """One native transcriber; not thread-safe, since its answer lives in its own memory."""

    def __init__(self, options: dict) -> None:
        from moonshine_voice.errors import MoonshineError
        from moonshine_voice.moonshine_api import ModelArch, TranscriptC
        from moonshine_voice.transcriber import Transcriber
        from moonshine_voice.utils import get_model_path

        self._transcript = ctypes.POINTER(TranscriptC)
        try:
            self._native = Transcriber(get_model_path("tiny-en"), ModelArch.TINY, options=options)
        except MoonshineError as error:
            raise RecogniserError(f"the bundled model can't be loaded: {error}") from error

    def lines(self, samples: np.ndarray) -> list[tuple[float, float, str]]:
        """Run the model over float32 samples: (start, duration, text) in seconds per line.

        Calls the C function itself: the package's method copies the audio float by float while
        holding the interpreter lock.
        """
        from moonshine_voice.errors import check_error

        samples = np.ascontiguousarray(samples, np.float32)
        out = self._transcript()
        check_error(
            self._native._lib.moonshine_transcribe_without_streaming(
                self._native._handle,
                samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float)),
                len(samples),
                16_000,
                0,
                ctypes.byref(out),
            )
        )
        found = out.contents
        return [_line(found.lines[index]) for index in range(found.line_count)]


def _line(line: object) -> tuple[float, float, str]:
    text = ctypes.string_at(line.text).decode("utf-8", "ignore") if line.text else ""
    return line.start_time, line.duration, text
