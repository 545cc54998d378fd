const SHORT = { timeGridWeek: "week", timeGridDay: "day", listDay: "day", listWeek: "list" };
// A phone has no room for columns side by side.
const VIEWS = {
  wide: { week: "timeGridWeek", day: "timeGridDay", list: "listWeek" },
  narrow: { day: "listDay", week: "listDay", list: "listWeek" },
};
const NARROW = "(max-width: 60rem)";

/** The clinic's clock now, as a local time without a zone, whatever zone the browser is in. */
export function clockOf(zone, now = new Date()) {
  return now.toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T");
}

/** The hours to show: the clinic's own, wider where an event lies outside them. */
export function hoursFor(opens, closes, events) {
  const timed = events.filter((event) => !event.allDay && event.display !== "background");
  const starts = timed.map((event) => event.start.slice(11));
  const ends = timed.map((event) => event.end.slice(11));
  return [[opens, ...starts].sort()[0], [closes, ...ends].sort().at(-1)];
}

/** Where the events between two days are. */
export function eventsUrl(setup, start, end) {
  const query = new URLSearchParams({ start, end });
  if (setup.doctor_id !== null) query.set("doctor_id", setup.doctor_id);
  if (setup.cancelled) query.set("cancelled", "1");
  return `${setup.events}?${query}`;
}

async function load(setup, info) {
  const answer = await fetch(eventsUrl(setup, info.startStr.slice(0, 10), info.endStr.slice(0, 10)), {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Reloading, coming back and sharing the address show the same week in the same view. */
function rememberPlace(page, info) {
  const day = info.view.calendar.getDate().toISOString().slice(0, 10);
  const url = new URL(location.href);
  url.searchParams.set("date", day);
  url.searchParams.set("view", SHORT[info.view.type]);
  history.replaceState(history.state, "", url);
  const form = page.querySelector("[data-calendar-filters] form");
  form.elements.date.value = day;
  keepInForm(form, "view", SHORT[info.view.type]);
}

function keepInForm(form, name, value) {
  const field = form.elements[name] ?? form.appendChild(document.createElement("input"));
  Object.assign(field, { type: "hidden", name, value });
}

function words(texts) {
  const say = (pattern) => (text) => pattern.replace("$0", text);
  return {
    buttonText: {
      today: texts.today,
      prev: texts.prev,
      next: texts.next,
      timeGridWeek: texts.week,
      timeGridDay: texts.day,
      listDay: texts.day,
      listWeek: texts.list,
    },
    buttonHints: { prev: texts.prev, next: texts.next, today: texts.today },
    allDayText: texts.allDay,
    moreLinkText: texts.more,
    noEventsText: texts.none,
    navLinkHint: say(texts.weekOf),
    viewHint: say(texts.view),
  };
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false };

function looks(language, views) {
  return {
    locale: language === "tr" ? "tr" : "en-gb",
    firstDay: 1,
    buttonIcons: false,
    headerToolbar: { start: "prev,today,next", center: "title", end: [...new Set(Object.values(views))].join() },
    height: "auto",
    eventMinHeight: 24,
    displayEventEnd: false,
    slotEventOverlap: false,
    nowIndicator: true,
    navLinks: true,
    slotLabelFormat: CLOCK,
    eventTimeFormat: CLOCK,
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    views: {
      list: { listDayFormat: { weekday: "long", day: "numeric", month: "long" }, listDaySideFormat: false },
    },
  };
}

/** Put the living calendar in place of the plain week. */
export function startCalendar(page, { setup, language, texts }) {
  const place = page.querySelector("[data-calendar]");
  const failed = page.querySelector("[data-calendar-error]");
  const views = matchMedia(NARROW).matches ? VIEWS.narrow : VIEWS.wide;
  const calendar = new FullCalendar.Calendar(place, {
    ...looks(language, views),
    ...words(texts),
    // The events are local times of the clinic; named so, nothing is reckoned over to the browser's zone.
    timeZone: "UTC",
    now: () => clockOf(setup.zone),
    initialDate: setup.date,
    initialView: views[setup.view],
    slotMinTime: setup.opens,
    slotMaxTime: setup.closes,
    events: async (info) => {
      const events = await load(setup, info);
      const [first, last] = hoursFor(setup.opens, setup.closes, events);
      if (calendar.getOption("slotMinTime") !== first) calendar.setOption("slotMinTime", first);
      if (calendar.getOption("slotMaxTime") !== last) calendar.setOption("slotMaxTime", last);
      failed.hidden = true;
      return events;
    },
    eventSourceFailure: () => (failed.hidden = false),
    // What a short event has no room for.
    eventDidMount: ({ el, event }) => event.title && (el.title = event.title),
    datesSet: (info) => rememberPlace(page, info),
  });
  place.hidden = false;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", texts.label);
  page.querySelector("[data-calendar-plain]").hidden = true;
  calendar.render();
  addEventListener("medcor:changed", () => calendar.refetchEvents());
  page.addEventListener("visibilitychange", () => page.visibilityState === "visible" && calendar.refetchEvents());
  return calendar;
}

const setup = globalThis.document?.getElementById("calendar-setup");
if (setup && globalThis.FullCalendar) startCalendar(document, JSON.parse(setup.textContent));
