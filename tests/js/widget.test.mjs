import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFields } from "../../medcor/static/js/widget/account.js";
import { choiceBefore } from "../../medcor/static/js/widget/app.js";
import { Bridge } from "../../medcor/static/js/widget/bridge.js";
import { initials } from "../../medcor/static/js/widget/dom.js";
import { codeOf, explain, Problem, problemOf } from "../../medcor/static/js/widget/problems.js";
import { matching } from "../../medcor/static/js/widget/steps.js";
import { BookedWatch, memory } from "../../medcor/static/js/widget/talk_rules.js";
import { addDays, byDay, countDays, nearest, oneEach, stepWeek, weekOf } from "../../medcor/static/js/widget/times.js";
import { clock, makeFormats, makeWords } from "../../medcor/static/js/widget/words.js";

const time = (date, start, doctor = 1) => ({ slot_id: 1, doctor_id: doctor, doctor: "Dr. A", date, start_time: start, end_time: "23:59" });

test("days follow each other across months, years and changes of the clock", () => {
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  assert.equal(addDays("2026-03-01", -1), "2026-02-28");
  assert.equal(addDays("2026-10-24", 2), "2026-10-26");
});

test("a week ends with the last day that can be booked", () => {
  assert.equal(weekOf("2026-11-25", "2027-01-01").length, 7);
  assert.deepEqual(weekOf("2026-11-25", "2026-11-26"), ["2026-11-25", "2026-11-26"]);
  assert.equal(stepWeek("2026-11-25", 1, "2026-11-25", "2026-12-31"), "2026-12-02");
  assert.equal(stepWeek("2026-11-28", -1, "2026-11-25", "2026-12-31"), "2026-11-25");
  assert.equal(stepWeek("2026-12-30", 1, "2026-11-25", "2026-12-31"), "2026-12-30");
});

test("times are grouped by day in their order, and one start of any doctor is offered once", () => {
  const found = [time("2026-11-25", "09:00", 1), time("2026-11-25", "09:00", 2), time("2026-11-26", "09:00", 2)];
  assert.deepEqual(oneEach(found), [found[0], found[2]]);
  assert.deepEqual(byDay(found).map(({ day, times }) => [day, times.length]), [["2026-11-25", 2], ["2026-11-26", 1]]);
});

test("a day is counted only where the answer can't have ended before it did", () => {
  const days = ["2026-11-25", "2026-11-26", "2026-11-27"];
  const found = [time("2026-11-25", "09:00"), time("2026-11-25", "09:00", 2), time("2026-11-26", "10:00")];
  assert.deepEqual(countDays(days, found, 100).map(({ free }) => free), [1, 1, 0]);
  assert.deepEqual(countDays(days, found, 3).map(({ free }) => free), [1, null, null]);
  assert.deepEqual(countDays(days, [], 100).map(({ free }) => free), [0, 0, 0]);
});

test("the nearest times lie on both sides of the wish, in the order of the clock", () => {
  const found = [time("2026-11-25", "08:00"), time("2026-11-25", "11:00"), time("2026-11-25", "12:00"), time("2026-11-26", "09:00")];
  const got = nearest(found, time("2026-11-25", "10:00"), 3);
  assert.deepEqual(got.map((each) => each.start_time), ["08:00", "11:00", "12:00"]);
  assert.equal(found[3].date, "2026-11-26", "the list itself stays as it was");
});

test("each answer of the API has a code that says what to do", () => {
  const code = (status, body, purpose) => codeOf({ status, body }, purpose);
  assert.equal(code(400, { error: "Slot is already booked." }), "gone");
  assert.equal(code(400, { error: "Slot is unavailable on this date." }), "gone");
  assert.equal(code(404, { error: "Slot not found." }), "gone");
  assert.equal(code(404, { error: "Treatment not found." }), "missing");
  assert.equal(code(400, { error: "Invalid credentials or please verify your email." }, "login"), "credentials");
  assert.equal(code(400, { error: "x", fields: { email: ["y"] } }), "fields");
  assert.equal(code(401, { error: "Authentication Failed." }), "signed_out");
  assert.equal(code(403, { error: "x" }), "refused");
  assert.equal(code(409, { error: "You already hold two times." }), "holds");
  assert.equal(code(429, {}), "limited");
  assert.equal(code(503, {}), "busy");
  assert.equal(code(500, null), "busy");
  assert.equal(code(418, null), "unknown");
});

test("a problem is told in the reader's words, with the seconds to wait", () => {
  const words = makeWords({ limited: "Wait %(seconds)s s.", unknown: "Hm.", offline: "No line." });
  assert.equal(explain(words, problemOf({ status: 429, body: {}, seconds: 12 })), "Wait 12 s.");
  assert.equal(explain(words, problemOf({ status: 429, body: {}, seconds: 0 })), "Wait 60 s.");
  assert.equal(explain(words, new Problem("offline")), "No line.");
  assert.equal(explain(words, new TypeError("x")), "Hm.");
});

test("a form is checked before it is sent", () => {
  assert.deepEqual(checkFields({ email: "a@b.test", password: "x" }), {});
  assert.deepEqual(checkFields({ email: " ", password: "" }), { email: "needed", password: "needed" });
  assert.deepEqual(checkFields({ email: "a@b", password: "x" }), { email: "badEmail" });
  const person = { first_name: "A", last_name: "B", email: "a@b.test" };
  assert.deepEqual(checkFields({ ...person, password: "ninechars" }, { isNew: true }), { password: "shortPassword" });
  assert.deepEqual(checkFields({ ...person, password: "tencharact" }, { isNew: true }), {});
});

test("going back forgets what is asked later, and nothing else", () => {
  const choice = { treatment: 1, doctor: null, time: 2, requestKey: "k" };
  assert.deepEqual(choiceBefore("treatment", choice), {});
  assert.deepEqual(choiceBefore("doctor", choice), { treatment: 1 });
  assert.deepEqual(choiceBefore("time", choice), { treatment: 1, doctor: null });
  assert.deepEqual(choiceBefore("confirm", choice), choice);
});

test("a treatment is found by every word of its name or description, in any case", () => {
  const found = [{ name: "Dental Cleaning", description: "Removes plaque" }, { name: "İmplant", description: null }];
  assert.deepEqual(matching(found, "clean PLAQUE", "en"), [found[0]]);
  assert.deepEqual(matching(found, "implant", "tr"), [found[1]]);
  assert.deepEqual(matching(found, "  ", "en"), found);
  assert.deepEqual(matching(found, "crown", "en"), []);
});

test("days and money are written as the language does, whatever the reader's zone", () => {
  const formats = makeFormats("en", "EUR");
  assert.equal(formats.day("2026-11-25"), "Wednesday 25 November");
  assert.equal(formats.money("90.00"), "€90.00");
  assert.match(makeFormats("tr", "TRY").day("2026-11-25"), /25 Kasım/);
  assert.equal(clock(299.2), "5:00");
  assert.equal(clock(61), "1:01");
  assert.equal(clock(-3), "0:00");
  assert.equal(initials("Dr. Deniz Demo-Arslan"), "DD");
  assert.equal(initials("Ayşe"), "A");
});

/** A frame inside a page that notes what it is sent. */
function framed() {
  const sent = [];
  const parent = { postMessage: (data, origin) => sent.push([data, origin]) };
  const frame = { parent, listeners: [], addEventListener: (_name, listener) => frame.listeners.push(listener) };
  const tell = (data, origin, source = parent) => frame.listeners.forEach((listen) => listen({ data, origin, source }));
  return { frame, sent, tell };
}

test("only a listed page that is the frame's own parent is talked to", () => {
  const { frame, sent, tell } = framed();
  let focused = 0;
  const bridge = new Bridge(["https://clinic.test"], { frame, onFocus: () => focused++, onClosed: () => null });
  bridge.booked({ appointment_id: 1, treatment: "x", date: "d", time: "t" });
  tell({ type: "medcor:hello" }, "https://evil.test");
  tell({ type: "medcor:hello" }, "https://clinic.test", {});
  tell({ type: "medcor:focus" }, "https://evil.test");
  tell({ type: "constructor" }, "https://clinic.test");
  tell(null, "https://clinic.test");
  assert.deepEqual([sent, focused], [[], 0]);
  tell({ type: "medcor:hello" }, "https://clinic.test");
  tell({ type: "medcor:focus" }, "https://clinic.test");
  assert.deepEqual([sent, focused], [[[{ type: "medcor-frame:ready" }, "https://clinic.test"]], 1]);
});

test("the page learns which appointment was booked and nothing more", () => {
  const { frame, sent, tell } = framed();
  const bridge = new Bridge(["https://clinic.test"], { frame });
  tell({ type: "medcor:hello" }, "https://clinic.test");
  bridge.booked({ appointment_id: 7, treatment: "x", date: "d", time: "t", doctor: "Dr. A", email: "a@b.test" });
  const told = { type: "medcor-frame:booked", appointment: { appointment_id: 7, treatment: "x", date: "d", time: "t" } };
  assert.deepEqual(sent.at(-1), [told, "https://clinic.test"]);
});

test("a page of its own has nobody to talk to", () => {
  const frame = { addEventListener: () => assert.fail("nobody can write") };
  frame.parent = frame;
  new Bridge(["https://clinic.test"], { frame }).close();
});

test("what the assistant booked is known by its tool and its card", () => {
  const watch = new BookedWatch();
  const card = { kind: "appointment", url: "/appointment-details/12/" };
  assert.equal(watch.take("reply", { cards: [card] }), null, "a card that is only shown");
  watch.take("tool", { name: "book_appointment", state: "running" });
  assert.equal(watch.take("reply", { cards: [card] }), null, "a booking that failed");
  watch.take("tool", { name: "book_appointment", state: "done" });
  assert.equal(watch.take("reply", { cards: [card] }), 12);
  assert.equal(watch.take("reply", { cards: [card] }), null, "told once");
});

test("a store without storage remembers for as long as the page lives", () => {
  const store = memory(false);
  assert.equal(store.load(), false);
  store.save(true);
  assert.equal(store.load(), true);
});
