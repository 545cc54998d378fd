const WAIT_MS = 400;

/** Spoken replies through the browser's own voices. */
export class Voice {
  constructor({ language, onChange, synthesis = globalThis.speechSynthesis }) {
    this.language = language;
    this.onChange = onChange;
    this.synthesis = synthesis;
    this.on = false;
  }

  get available() {
    return Boolean(this.synthesis && globalThis.SpeechSynthesisUtterance);
  }

  switch(on) {
    this.on = on && this.available;
    if (!this.on) this.stop();
  }

  say(text) {
    if (!this.on || !text.trim()) return;
    this.stop();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = this.language;
    utterance.onend = utterance.onerror = () => this.current === utterance && this.settle();
    this.current = utterance;
    this.speaking = true;
    this.onChange(true);
    this.synthesis.speak(utterance);
    // Without any voice for the language some browsers never begin and never tell.
    this.timer = setTimeout(() => !this.synthesis.speaking && !this.synthesis.pending && this.settle(), WAIT_MS);
  }

  settle() {
    clearTimeout(this.timer);
    if (!this.speaking) return;
    this.speaking = false;
    this.onChange(false);
  }

  stop() {
    this.synthesis?.cancel();
    this.settle();
  }
}
