"""Make the spoken fixtures of this folder again: `python tests/data/speech/make.py`.

Two voices: `hibari` (PyPI hibari-tts, Apache-2.0, the model is in the wheel: `pip install
hibari-tts`) for the phrases the tests rely on, `espeak-ng` (Debian package) for a few that sound
like a machine. Without hibari-tts every file is spoken by espeak-ng, which the recogniser
understands less well. Both run offline. The suite itself needs neither: the WAV files are
committed.
"""

import json
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from medcor.speech.audio import RATE, Resampler  # noqa: E402

PHRASES = (
    "I would like to book a dental cleaning.",
    "The first one please.",
    "The second one please.",
    "Yes, please book it.",
    "No, thank you.",
    "What are my appointments?",
    "Cancel my appointment.",
    "Tomorrow morning.",
    "Which doctors do you have?",
    "How much is a root canal?",
    "What time do you open?",
    "Next Monday at ten o'clock.",
    "I have a toothache and I need to see a doctor.",
    "My name is Anna.",
    "I have chest pain.",
    "I can't breathe.",
)
MACHINE = (
    "The first one please.",
    "Cancel my appointment.",
    "What time do you open?",
    "Which doctors do you have?",
)
BOOKING_TALK = (
    "I would like to book a dental cleaning.",
    "The first one please.",
    "Yes, please book it.",
)
BOOKING_PAUSE = 9.0
EDGE = 0.2  # seconds of silence kept around a phrase
LICENCES = {
    "hibari": "Apache-2.0 (hibari-tts 0.2.1, voice heart); made by make.py, no person's recording",
    "espeak-ng": "made by make.py with espeak-ng 1.51, voice en-us, 140 words a minute",
}


def main() -> None:
    """Write every WAV file and the manifest."""
    engine = _hibari()
    entries = [_phrase(text, engine, "") for text in PHRASES]
    entries += [_phrase(text, _espeak, "espeak_") for text in MACHINE]
    entries.append(_booking_talk(engine))
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    (HERE / "manifest.json").write_text(text, encoding="utf-8")


def _phrase(text: str, engine, prefix: str) -> dict:
    name = prefix + re.sub(r"\W+", "_", text.lower().replace("'", "")).strip("_") + ".wav"
    _save(name, engine(text))
    return {"file": name, "text": text, **_origin(engine)}


def _booking_talk(engine) -> dict:
    """Join a wish, a choice and a yes with the time an assistant needs to answer."""
    pause = np.zeros(int(BOOKING_PAUSE * RATE), np.float32)
    parts = [np.zeros(2 * RATE, np.float32)]
    for text in BOOKING_TALK:
        parts += [engine(text), pause]
    _save("booking_talk.wav", np.concatenate(parts))
    return {
        "file": "booking_talk.wav",
        "text": " ".join(BOOKING_TALK),
        "utterances": list(BOOKING_TALK),
        "pause_seconds": BOOKING_PAUSE,
        **_origin(engine),
    }


def _origin(engine) -> dict:
    voice = "espeak-ng" if engine is _espeak else "hibari"
    return {"voice": voice, "licence": LICENCES[voice]}


def _hibari():
    try:
        from hibari import SAMPLE_RATE, Hibari
    except ImportError:
        print("hibari-tts is not installed: espeak-ng speaks everything", file=sys.stderr)
        return _espeak
    voice = Hibari()
    return lambda text: _trim(_to_rate(voice(text, seed=0), SAMPLE_RATE))


def _espeak(text: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as spoken:
        command = ["espeak-ng", "-v", "en-us", "-s", "140", "-w", spoken.name, text]
        subprocess.run(command, check=True)
        with wave.open(spoken.name) as source:
            data = np.frombuffer(source.readframes(source.getnframes()), "<i2")
            return _trim(_to_rate(data.astype(np.float32) / 32768, source.getframerate()))


def _to_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    return Resampler(rate).feed(np.concatenate([samples, np.zeros(256)]).astype(np.float32))


def _trim(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    edge = np.zeros(int(EDGE * RATE), np.float32)
    spoken = samples[max(0, loud[0] - 800) : loud[-1] + 1600]
    return np.concatenate([edge, spoken, edge])


def _save(name: str, samples: np.ndarray) -> None:
    data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    with wave.open(str(HERE / name), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(data)


if __name__ == "__main__":
    main()
