const LAST_MINUTE = 60;
const GONE = "medcor-hold-gone";

/** What is left as minutes and seconds: 4:05. */
export function clockText(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** Which of its three parts a hold is in. */
export function phaseOf(seconds) {
  if (seconds <= 0) return "over";
  return seconds <= LAST_MINUTE ? "last" : "kept";
}

/** What the server is asked to keep. */
export function wishOf({ slot, treatment, day, appointment }) {
  const wish = { slot_id: Number(slot), treatment_id: Number(treatment), appointment_date: day };
  return appointment ? { ...wish, appointment_id: Number(appointment) } : wish;
}

function send(page, url, body, options = {}) {
  const token = page.querySelector('meta[name="csrf-token"]').content;
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    ...options,
  });
}

/** Keep the page's time for the visitor, and say how long it stays kept. */
export class HeldTime {
  constructor(page, box) {
    this.page = page;
    this.box = box;
    this.parts = Object.fromEntries(
      ["text", "clock", "status", "again"].map((name) => [name, box.querySelector(`[data-hold-${name}]`)]),
    );
    this.parts.again.addEventListener("click", () => this.ask());
    for (const link of page.querySelectorAll("[data-hold-release]")) {
      link.addEventListener("click", () => this.release());
    }
  }

  async ask() {
    let answer;
    try {
      answer = await send(this.page, this.box.dataset.hold, wishOf(this.box.dataset));
    } catch {
      // Without a connection nothing is kept; booking says what is wrong.
      return;
    }
    if (answer.status === 409) return this.lost((await answer.json()).error);
    sessionStorage.removeItem(GONE);
    const held = answer.ok ? await answer.json() : {};
    if (held.hold_id) this.begin(held);
  }

  /** The page itself says why the time is gone, and shows the nearest ones. */
  lost(reason) {
    this.stop();
    if (sessionStorage.getItem(GONE) !== location.href) {
      sessionStorage.setItem(GONE, location.href);
      location.reload();
      return;
    }
    this.say("over", reason);
  }

  begin({ hold_id: id, seconds, until }) {
    this.stop();
    this.id = id;
    this.until = until;
    this.phase = "";
    // The wall clock goes on while the machine sleeps.
    this.ends = Date.now() + seconds * 1000;
    this.timer = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  stop() {
    clearInterval(this.timer);
  }

  tick() {
    const left = (this.ends - Date.now()) / 1000;
    const phase = phaseOf(left);
    this.parts.clock.textContent = phase === "over" ? "" : clockText(left);
    if (phase === this.phase) return;
    this.phase = phase;
    if (phase === "over") this.stop();
    const { kept, last, over } = this.box.dataset;
    this.say(phase, { kept, last, over }[phase].replace("$0", this.until));
  }

  /** Seconds are for the eye; a reader hears of each part once. */
  say(phase, text) {
    this.box.hidden = false;
    this.box.dataset.phase = phase;
    this.parts.text.textContent = text;
    this.parts.status.textContent = text;
    this.parts.again.hidden = phase !== "over" || !this.id;
  }

  release() {
    if (!this.id || this.phase === "over") return;
    this.stop();
    send(this.page, `${this.box.dataset.hold}${this.id}/release/`, {}, { keepalive: true }).catch(() => {});
  }
}

const box = globalThis.document?.querySelector("[data-hold]");
if (box) {
  const held = new HeldTime(document, box);
  held.ask();
  // Back from another page the old countdown may be over, or the time gone.
  addEventListener("pageshow", (event) => event.persisted && held.ask());
}
