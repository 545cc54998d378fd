import assert from "node:assert/strict";
import test from "node:test";

import { clockOf, eventsUrl, hoursFor } from "../../medcor/static/js/calendar.js";

test("the clinic's clock is told in its own zone, whatever the browser's is", () => {
  const moment = new Date("2026-03-04T22:30:00Z");
  assert.equal(clockOf("Europe/Istanbul", moment), "2026-03-05T01:30:00");
  assert.equal(clockOf("America/New_York", moment), "2026-03-04T17:30:00");
});

test("the hours widen for an appointment outside them, and for nothing else", () => {
  const timed = (start, end) => ({ start: `2026-03-09T${start}`, end: `2026-03-09T${end}` });
  assert.deepEqual(hoursFor("09:00:00", "17:00:00", []), ["09:00:00", "17:00:00"]);
  assert.deepEqual(hoursFor("09:00:00", "17:00:00", [timed("07:30:00", "08:00:00"), timed("16:00:00", "18:15:00")]), [
    "07:30:00",
    "18:15:00",
  ]);
  const off = [
    { start: "2026-03-09", end: "2026-03-10", allDay: true },
    { ...timed("00:00:00", "00:00:00"), display: "background", allDay: false },
  ];
  assert.deepEqual(hoursFor("09:00:00", "17:00:00", off), ["09:00:00", "17:00:00"]);
});

test("the events are asked for by day, doctor and with the cancelled ones", () => {
  const setup = { events: "/calendar/events/", doctor_id: null, cancelled: false };
  assert.equal(eventsUrl(setup, "2026-03-09", "2026-03-16"), "/calendar/events/?start=2026-03-09&end=2026-03-16");
  assert.equal(
    eventsUrl({ ...setup, doctor_id: 0, cancelled: true }, "2026-03-09", "2026-03-16"),
    "/calendar/events/?start=2026-03-09&end=2026-03-16&doctor_id=0&cancelled=1",
  );
});
