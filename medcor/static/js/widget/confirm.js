import { requestKey } from "./api.js";
import { alert, busyWhile, button, el, icon } from "./dom.js";
import { explain } from "./problems.js";
import { clock } from "./words.js";

/** The last step: the time is held while the person looks it over, then it is booked. */
export function confirmStep(app) {
  const { words } = app;
  const told = el("div", {});
  const held = el("p", { class: "widget__held" });
  const book = button(words("book"), { kind: "primary", wide: true });
  book.addEventListener("click", () => busyWhile(book, () => bookNow(app, told)));
  holdTime(app, held, told);
  return { title: words("confirm"), content: [facts(app), held, told, book] };
}

function facts(app) {
  const { treatment, time } = app.choice;
  const price = Number(treatment.price) > 0 ? app.formats.money(treatment.price) : "";
  const lines = [
    ["clipboard-list", [treatment.name, price].filter(Boolean).join(" · ")],
    ["stethoscope", time.doctor],
    ["clock", `${app.formats.fullDay(time.date)}, ${time.start_time}–${time.end_time}`],
  ];
  return el("ul", { class: "widget__facts" }, lines.map(([symbol, text]) => el("li", {}, icon(symbol), el("span", {}, text))));
}

async function holdTime(app, held, told) {
  const { words, choice } = app;
  const { time } = choice;
  // The step is drawn first, so that what is told here has a place.
  await null;
  if (app.hold?.time !== time || app.hold.until <= Date.now()) {
    held.replaceChildren(words("holding"));
    try {
      const made = await app.api.hold({ treatment: choice.treatment.id, time });
      app.hold = { id: made.hold_id, time, until: Date.now() + made.seconds * 1000 };
    } catch (problem) {
      held.replaceChildren();
      if (app.choice.time === time && held.isConnected) return refused(app, problem, told);
      return;
    }
  }
  // Whoever went on meanwhile holds nothing.
  if (app.choice.time !== time) return app.release();
  countDown(app.hold, held, words);
}

function countDown(hold, held, words) {
  const show = () => {
    const left = (hold.until - Date.now()) / 1000;
    if (!held.isConnected) return clearInterval(timer);
    if (left > 0) return held.replaceChildren(icon("clock"), el("span", {}, words("held", { time: clock(left) })));
    clearInterval(timer);
    held.setAttribute("role", "status");
    held.replaceChildren(icon("info"), el("span", {}, words("heldOver")));
  };
  const timer = setInterval(show, 1000);
  show();
}

/** A time that is gone leads to those nearest to it; what can be tried again is told here. */
function refused(app, problem, told) {
  if (problem.code === "gone") return app.show("time", { gone: app.choice.time });
  if (problem.code === "signed_out") return app.show("account", { told: "signed_out" });
  told.replaceChildren(alert(explain(app.words, problem), "error"));
}

async function bookNow(app, told) {
  const { treatment, time } = app.choice;
  told.replaceChildren();
  app.choice.requestKey ??= requestKey();
  try {
    const made = await app.api.book({ treatment: treatment.id, time, requestKey: app.choice.requestKey });
    app.booked(made);
  } catch (problem) {
    refused(app, problem, told);
  }
}

/** What was booked, the calendar file, and the ways on. */
export function doneStep(app, { made }) {
  const { words, choice } = app;
  const { time } = choice;
  const told = el("div", {});
  const save = button(words("calendar"), { kind: "primary", wide: true, symbol: "calendar-plus" });
  save.addEventListener("click", () => busyWhile(save, () => saveFile(app, made.appointment_id, told)));
  const note = el("span", { class: "visually-hidden" }, ` ${words("newWindow")}`);
  const list = el("a", { class: "button button--wide", href: app.urls.appointments, target: "_blank", rel: "noopener" }, el("span", {}, words("appointments"), note));
  const content = [
    el("p", { class: "when" }, `${app.formats.fullDay(time.date)}, ${time.start_time}`),
    el("p", {}, `${choice.treatment.name} · ${time.doctor}`),
    el("p", { class: "muted" }, words(made.appointment_status === "Confirmed" ? "confirmed" : "pending")),
    told,
    save,
    list,
    button(words("another"), { kind: "quiet", wide: true, onclick: () => app.restart() }),
  ];
  return { title: words("booked"), lead: el("div", { class: "success-mark" }, icon("check")), content };
}

async function saveFile(app, appointment, told) {
  told.replaceChildren();
  try {
    const url = URL.createObjectURL(await app.api.calendarFile(appointment));
    el("a", { href: url, download: `appointment-${appointment}.ics` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch {
    told.replaceChildren(alert(app.words("calendarFailed"), "error"));
  }
}
