const CONSTRAINTS = {
  audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

const PROBLEMS = {
  NotAllowedError: "mic_denied",
  SecurityError: "mic_denied",
  NotFoundError: "mic_missing",
  OverconstrainedError: "mic_missing",
  NotReadableError: "mic_busy",
  AbortError: "mic_busy",
};

/** The code of a microphone error, for a text that says what to do. */
export function microphoneProblem(error) {
  return PROBLEMS[error?.name] ?? error?.code ?? "mic_unsupported";
}

/** What stands in the way before the browser is even asked; null if nothing does. */
export function obstacle({ isSecureContext, navigator, AudioWorkletNode }) {
  if (!isSecureContext) return "mic_insecure";
  return navigator.mediaDevices?.getUserMedia && AudioWorkletNode ? null : "mic_unsupported";
}

class MicrophoneError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The microphone as frames of 100 ms: Int16 little-endian PCM, mono, 16 kHz. */
export class Capture {
  constructor({ onFrame, onLost }) {
    this.onFrame = onFrame;
    this.onLost = onLost;
    this.muted = false;
    this.wanted = false;
  }

  get running() {
    return Boolean(this.context);
  }

  /** Ask for the microphone and begin. Must be called from a click, else the context stays suspended. */
  async start() {
    const problem = obstacle(globalThis);
    if (problem) throw new MicrophoneError(problem);
    this.wanted = true;
    const context = new AudioContext();
    try {
      await this.open(context);
    } catch (error) {
      this.wanted = false;
      context.close();
      throw error;
    }
  }

  async open(context) {
    const [stream] = await Promise.all([
      navigator.mediaDevices.getUserMedia(CONSTRAINTS),
      context.audioWorklet.addModule(new URL("./pcm-worklet.js", import.meta.url)),
    ]);
    this.stream = stream;
    this.context = context;
    if (!this.wanted) return this.stop();
    await context.resume();
    this.connect(context, stream);
  }

  connect(context, stream) {
    const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => !this.muted && this.onFrame(data.pcm, data.level);
    context.createMediaStreamSource(stream).connect(node);
    stream.getAudioTracks()[0].addEventListener("ended", () => this.running && this.lose());
  }

  lose() {
    this.stop();
    this.onLost("mic_missing");
  }

  mute(muted) {
    this.muted = muted;
  }

  stop() {
    this.wanted = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = null;
    this.context = null;
    this.muted = false;
  }
}
