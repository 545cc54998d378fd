import { el, icon, initials } from "./dom.js";

const SEARCH_FROM = 7;

function pick({ title, note, side, lead, onclick }) {
  const text = el("span", { class: "pick__text" }, el("span", { class: "pick__title" }, title), note && el("span", { class: "pick__note" }, note));
  const main = el("span", { class: "pick__main" }, text, side && el("span", { class: "pick__side" }, side));
  return el("li", {}, el("button", { type: "button", class: "pick", onclick }, lead, main, icon("chevron-right")));
}

function list(items) {
  return el("ul", { class: "picks" }, items);
}

/** Step 1. A long list can be searched, without a trip to the server. */
export function treatmentStep(app) {
  const { words, api } = app;
  const box = el("div", { class: "stack" });
  const draw = (found) => {
    app.treatments = found;
    if (!found.length) return app.nothing("noTreatments");
    const shown = el("div", {}, rows(app, found));
    return found.length >= SEARCH_FROM ? [search(app, found, shown), shown] : shown;
  };
  app.load(box, () => app.treatments ?? api.treatments(), draw);
  return { title: words("treatment"), content: [box] };
}

function rows(app, found) {
  if (!found.length) return el("p", { class: "muted" }, app.words("noMatch"));
  return list(
    found.map((treatment) =>
      pick({
        title: treatment.name,
        note: treatment.description,
        side: Number(treatment.price) > 0 && app.formats.money(treatment.price),
        onclick: () => app.choose({ treatment }, "doctor"),
      }),
    ),
  );
}

/** Those whose name or description holds every word. */
export function matching(found, typed, language) {
  const fold = (text) => (text ?? "").toLocaleLowerCase(language);
  const wanted = fold(typed).split(/\s+/).filter(Boolean);
  return found.filter(({ name, description }) => wanted.every((word) => fold(`${name} ${description ?? ""}`).includes(word)));
}

function search(app, found, shown) {
  const input = el("input", { class: "input", id: "treatment-search", type: "search", autocomplete: "off", enterkeyhint: "search" });
  input.addEventListener("input", () => {
    const left = matching(found, input.value, app.language);
    shown.replaceChildren(rows(app, left));
    if (!left.length) app.say(app.words("noMatch"));
  });
  return el("div", { class: "field" }, el("label", { class: "field__label", for: "treatment-search" }, app.words("search")), input);
}

/** Step 2. Any doctor comes first: it is the quickest way to a time. */
export function doctorStep(app) {
  const { words, api, choice } = app;
  const box = el("div", {});
  const draw = (found) => {
    app.doctors = found;
    if (!found.length) return app.nothing("noDoctors");
    const any = pick({
      title: words("anyDoctor"),
      note: words("anyDoctorNote"),
      lead: el("span", { class: "avatar avatar--accent", "aria-hidden": "true" }, icon("users")),
      onclick: () => app.choose({ doctor: null }, "time"),
    });
    return list([found.length > 1 && any, ...found.map((doctor) => doctorPick(app, doctor))]);
  };
  app.load(box, () => api.doctors(choice.treatment.id), draw);
  return { title: words("doctor"), content: [box] };
}

function doctorPick(app, doctor) {
  const years = doctor.total_year_of_experience;
  const note = doctor.specializations.join(", ") || (years ? app.words("years", { years }) : "");
  return pick({ title: doctor.name, note, lead: avatar(doctor), onclick: () => app.choose({ doctor }, "time") });
}

function avatar({ name, profile_picture: picture }) {
  if (picture) return el("img", { class: "avatar", src: picture, alt: "", width: 40, height: 40 });
  return el("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
}

/** What was chosen so far, above the next question. */
export function summary(app) {
  const { treatment, doctor, time } = app.choice;
  const lines = [
    treatment && ["clipboard-list", treatment.name],
    time ? ["stethoscope", time.doctor] : doctor !== undefined && ["stethoscope", doctor?.name ?? app.words("anyDoctor")],
    time && ["clock", `${app.formats.day(time.date)}, ${time.start_time}`],
  ].filter(Boolean);
  if (!lines.length) return null;
  const items = lines.map(([symbol, text]) => el("li", { class: "booking-summary__item" }, icon(symbol), text));
  return el("ul", { class: "booking-summary", "aria-label": app.words("chosen") }, items);
}

/** Nothing to choose: a word about it, and the clinic's number where there is one. */
export function nothing(app, word) {
  const { phone } = app.clinic;
  const call = phone && el("a", { class: "button", href: `tel:${phone.replace(/[^+\d]/g, "")}` }, icon("phone"), app.words("call", { phone }));
  return el("div", { class: "stack" }, el("p", {}, app.words(word)), call && el("p", {}, call));
}
