import { alert, button, el } from "./dom.js";
import { addDays, byDay, countDays, nearest, oneEach, stepWeek, weekOf } from "./times.js";

const FIRST = 6;
const LIMIT = 100;

/** Step 3: the first free times at once, any other day behind one press. */
export function timeStep(app, { gone } = {}) {
  const { words } = app;
  const box = el("div", { class: "stack" });
  const draw = ({ times, reason }) => {
    const told = gone && alert([reason, words("gone", { time: gone.start_time, day: app.formats.day(gone.date) })].find(Boolean), "warning");
    if (!times.length) return [told, app.nothing("noTimes")];
    return [told, section(words(gone ? "nearest" : "first"), days(app, times)), otherDays(app, times[0].date, gone ? app.clinic.today : times[0].date)];
  };
  app.load(box, () => (gone ? timesNear(app, gone) : firstTimes(app)), draw);
  const zone = app.zoneDiffers && el("p", { class: "muted small" }, words("zone", { zone: app.clinic.zone }));
  return { title: words("time"), content: [zone, box] };
}

function wish(app) {
  return { treatment: app.choice.treatment.id, doctor: app.choice.doctor?.id };
}

async function firstTimes(app) {
  // More than are shown: two doctors who are free at once make one button.
  return { times: oneEach(await app.api.firstFree({ ...wish(app), limit: FIRST * 5 })).slice(0, FIRST) };
}

/** What is nearest to a time that is gone, and why it is gone where the server says so. */
async function timesNear(app, gone) {
  const from = [addDays(gone.date, -2), app.clinic.today].sort().at(-1);
  const [told, found] = await Promise.all([
    app.api.whyNot({ treatment: wish(app).treatment, doctor: gone.doctor_id, date: gone.date, time: gone.start_time }).catch(() => null),
    app.api.firstFree({ ...wish(app), from, limit: LIMIT }),
  ]);
  const mine = ({ date, start_time: start }) => !(date === gone.date && start === gone.start_time && app.choice.doctor);
  return { times: nearest(oneEach(found.filter(mine)), gone, FIRST), reason: told?.available ? null : told?.reasons?.[0]?.text };
}

function section(title, ...content) {
  return el("section", { class: "widget__section" }, el("h3", {}, title), content);
}

function days(app, times) {
  const groups = byDay(times).map(({ day, times: found }) =>
    el("div", { class: "day" }, el("h4", { class: "day__name" }, app.formats.day(day)), timeButtons(app, found)),
  );
  return el("div", { class: "days" }, groups);
}

function timeButtons(app, found) {
  return el("div", { class: "times" }, found.map((time) => timeButton(app, time)));
}

function timeButton(app, time) {
  const hidden = el("span", { class: "visually-hidden" }, `${app.formats.day(time.date)}, `);
  const note = app.choice.doctor ? null : el("span", { class: "time__note" }, time.doctor);
  return el("button", { type: "button", class: "time", onclick: () => app.chooseTime(time) }, hidden, el("span", {}, time.start_time), note);
}

/** The days of a week as buttons, and the times of the one that is pressed; none lies before `earliest`. */
function otherDays(app, first, earliest) {
  const { words } = app;
  const region = el("div", { class: "stack", id: "other-days", hidden: true });
  const opener = button(words("otherDays"), { symbol: "calendar-plus", wide: true, "aria-expanded": "false", "aria-controls": "other-days" });
  opener.addEventListener("click", () => {
    region.hidden = !region.hidden;
    opener.setAttribute("aria-expanded", String(!region.hidden));
    if (!region.hidden && !region.childElementCount) new Week(app, region, first, earliest).show();
  });
  return el("div", { class: "stack" }, opener, region);
}

class Week {
  constructor(app, region, first, earliest) {
    const { today, horizonDays } = app.clinic;
    Object.assign(this, { app, region, earliest, start: first < today ? today : first, last: addDays(today, horizonDays) });
    this.strip = el("div", {});
    this.times = el("div", { class: "widget__section", "aria-live": "polite" });
  }

  show() {
    this.region.replaceChildren(this.strip, this.times);
    this.load();
  }

  load(focus) {
    const { app } = this;
    const ask = () => app.api.firstFree({ ...wish(app), from: this.start, days: 7, limit: LIMIT });
    this.times.replaceChildren();
    app.load(this.strip, ask, (found) => this.draw(found)).then(() => focus && this.strip.querySelector(`[data-turn="${focus}"]`)?.focus());
  }

  draw(found) {
    const { words } = this.app;
    this.found = found;
    const counted = countDays(weekOf(this.start, this.last), found, LIMIT);
    this.times.replaceChildren(el("p", { class: "muted" }, words("pickDay")));
    const turns = el(
      "div",
      { class: "widget__turns" },
      this.turn(-1, "earlier", "chevron-left", this.start <= this.earliest),
      this.turn(1, "later", "chevron-right", addDays(this.start, 7) > this.last),
    );
    return [turns, el("div", { class: "widget__week", role: "group", "aria-label": words("days") }, counted.map((day) => this.day(day)))];
  }

  turn(direction, word, symbol, isEnd) {
    return button(this.app.words(word), {
      kind: "quiet",
      symbol,
      "data-turn": word,
      disabled: isEnd,
      onclick: () => {
        this.start = stepWeek(this.start, direction, this.earliest, this.last);
        this.load(word);
      },
    });
  }

  day({ day, free }) {
    const { words, formats } = this.app;
    const note = free === null ? "" : free ? words("dayFree", { count: free }) : words("dayNone");
    const content = [formats.weekday(day), formats.shortDay(day), note];
    const [first, second, third] = content.map((text, index) => el("span", { class: `widget__day-${index + 1}` }, text));
    const props = { type: "button", class: "widget__day", "aria-pressed": "false", disabled: free === 0 };
    const control = el("button", { ...props, onclick: () => this.pick(control, day, free) }, first, " ", second, " ", third);
    return control;
  }

  pick(control, day, free) {
    const { app } = this;
    for (const other of this.strip.querySelectorAll(".widget__day")) other.setAttribute("aria-pressed", String(other === control));
    const draw = (times) => [
      el("h3", {}, app.words("onDay", { day: app.formats.day(day) })),
      times.length ? timeButtons(app, times) : el("p", {}, app.words("dayEmpty", { day: app.formats.day(day) })),
    ];
    const known = free !== null && this.found.filter(({ date }) => date === day);
    app.load(this.times, () => known || this.timesOf(day), (times) => draw(oneEach(times)));
  }

  /** All times of a day; a day with more than one answer holds is asked doctor by doctor. */
  async timesOf(day) {
    const { app } = this;
    const ask = (doctor) => app.api.firstFree({ ...wish(app), doctor, from: day, days: 1, limit: LIMIT });
    const found = await ask(wish(app).doctor);
    if (found.length < LIMIT || app.choice.doctor) return found;
    const each = await Promise.all((app.doctors ?? []).map(({ id }) => ask(id)));
    return each.flat().sort((one, other) => one.start_time.localeCompare(other.start_time));
  }
}
