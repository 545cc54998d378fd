/**
 * Between the frame and the page around it. A page is talked to only once it has said hello from an
 * origin that the clinic lists, and only under that origin.
 */
export class Bridge {
  constructor(hosts, { frame = window, onFocus, onClosed }) {
    this.hosts = hosts;
    this.frame = frame;
    this.origin = null;
    this.handlers = { "medcor:hello": (origin) => this.meet(origin), "medcor:focus": onFocus, "medcor:closed": onClosed };
    if (this.framed) frame.addEventListener("message", (event) => this.hear(event));
  }

  get framed() {
    return this.frame.parent !== this.frame;
  }

  hear({ source, origin, data }) {
    if (source !== this.frame.parent || !this.hosts.includes(origin)) return;
    if (Object.hasOwn(this.handlers, data?.type)) this.handlers[data.type](origin);
  }

  meet(origin) {
    this.origin = origin;
    this.send("medcor-frame:ready");
  }

  send(type, more = {}) {
    if (this.origin) this.frame.parent.postMessage({ type, ...more }, this.origin);
  }

  close() {
    this.send("medcor-frame:close");
  }

  /** Nothing medical: which appointment, of what, and when. */
  booked({ appointment_id, treatment, date, time }) {
    this.send("medcor-frame:booked", { appointment: { appointment_id, treatment, date, time } });
  }
}
