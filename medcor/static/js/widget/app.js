import { Account } from "./account.js";
import { alert, button, el, waiting } from "./dom.js";
import { confirmStep, doneStep } from "./confirm.js";
import { explain } from "./problems.js";
import { doctorStep, nothing, summary, treatmentStep } from "./steps.js";
import { timeStep } from "./time_step.js";

const STEPS = { treatment: treatmentStep, doctor: doctorStep, time: timeStep, confirm: confirmStep, done: doneStep };
const ORDER = ["treatment", "doctor", "time", "confirm"];
const BEFORE = { doctor: "treatment", time: "doctor", account: "time", confirm: "time" };

/** What going to a step leaves of what was chosen: everything that is asked before it. */
export function choiceBefore(step, choice) {
  const { treatment, doctor, time, requestKey } = choice;
  if (step === "treatment") return {};
  if (step === "doctor") return { treatment };
  if (step === "time") return { treatment, doctor };
  return { treatment, doctor, time, requestKey };
}

/** The steps of a booking in the frame: one question at a time, each with a way back. */
export class App {
  constructor({ config, words, formats, api, bridge, zoneDiffers, panel, say, onPerson }) {
    const { clinic, urls, language } = config;
    Object.assign(this, { clinic, urls, language, words, formats, api, bridge, zoneDiffers, panel, say, onPerson });
    this.choice = {};
  }

  start() {
    this.draw("treatment");
  }

  restart() {
    this.show("treatment");
  }

  nothing(word) {
    return nothing(this, word);
  }

  choose(more, next) {
    Object.assign(this.choice, more);
    this.show(next);
  }

  chooseTime(time) {
    this.release();
    Object.assign(this.choice, { time, requestKey: undefined });
    this.show(this.api.signedIn ? "confirm" : "account");
  }

  async release() {
    const { hold } = this;
    this.hold = null;
    if (hold) await this.api.release(hold.id);
  }

  booked(made) {
    const { treatment, time } = this.choice;
    this.hold = null;
    this.bridge.booked({ appointment_id: made.appointment_id, treatment: treatment.name, date: time.date, time: time.start_time });
    this.show("done", { made });
  }

  /** Go to a step; its heading takes the focus, so that a reader begins there. */
  show(step, extra = {}) {
    if (BEFORE[step] !== "time" && step !== "done") this.release();
    this.choice = choiceBefore(step, this.choice);
    this.draw(step, extra);
    this.panel.scrollTop = 0;
    this.focus();
  }

  focus() {
    this.panel.querySelector("h2")?.focus({ preventScroll: true });
  }

  draw(step, extra = {}) {
    this.step = step;
    const nodes = step === "account" ? this.accountStep(extra) : this.usualStep(step, extra);
    this.panel.replaceChildren(el("div", { class: "widget__step" }, nodes));
  }

  usualStep(step, extra) {
    const { title, content, lead } = STEPS[step](this, extra);
    const shown = !["confirm", "done"].includes(step) && summary(this);
    return [this.count(step), lead, el("h2", { tabindex: "-1" }, title), shown, content, this.back(step)];
  }

  count(step) {
    const number = ORDER.indexOf(step === "account" ? "confirm" : step) + 1;
    return number > 0 && el("p", { class: "widget__count" }, this.words("step", { number, all: ORDER.length }));
  }

  back(step) {
    const before = BEFORE[step];
    if (!before) return null;
    const control = button(this.words("back"), { kind: "quiet", symbol: "arrow-left", onclick: () => this.show(before) });
    return el("div", { class: "widget__back" }, control);
  }

  accountStep({ told }) {
    const account = new Account({
      words: this.words,
      api: this.api,
      urls: this.urls,
      lead: "signInLead",
      onDone: () => {
        this.onPerson();
        this.show("confirm");
      },
      onBack: () => this.show("time"),
    });
    return [this.count("account"), summary(this), told && alert(this.words(told), "warning"), account.node];
  }

  /** Fill a box with what has to be asked for first; what went wrong can be tried again there. */
  async load(box, ask, draw) {
    const mine = (box.asked = Symbol("ask"));
    try {
      let found = ask();
      if (found instanceof Promise) {
        box.replaceChildren(waiting(this.words));
        box.setAttribute("aria-busy", "true");
        found = await found;
      }
      if (box.asked === mine) box.replaceChildren(...[draw(found)].flat(Infinity).filter(Boolean));
    } catch (problem) {
      if (box.asked !== mine) return;
      const again = button(this.words("retry"), { onclick: () => this.load(box, ask, draw) });
      box.replaceChildren(alert(explain(this.words, problem), "error", el("p", {}, again)));
    } finally {
      if (box.asked === mine) box.removeAttribute("aria-busy");
    }
  }

  signedOut() {
    if (["confirm", "done"].includes(this.step)) this.restart();
  }
}
