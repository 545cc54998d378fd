import assert from "node:assert/strict";
import test from "node:test";
import { hasChanged, newsOf, titled } from "../../medcor/static/js/handovers.js";

const none = { open: 0, alarms: 0, latest_alarm: null };

test("the title says how much waits, once", () => {
  assert.equal(titled("Today · Clinic", 2), "(2) Today · Clinic");
  assert.equal(titled("(2) Today · Clinic", 3), "(3) Today · Clinic");
  assert.equal(titled("(3) Today · Clinic", 0), "Today · Clinic");
});

test("an alarm is news also while another one is taken", () => {
  assert.equal(newsOf(none, { open: 1, alarms: 1, latest_alarm: 7 }), "alarm");
  assert.equal(newsOf({ open: 1, alarms: 1, latest_alarm: 7 }, { open: 1, alarms: 1, latest_alarm: 9 }), "alarm");
  assert.equal(newsOf({ open: 2, alarms: 1, latest_alarm: 9 }, { open: 2, alarms: 2, latest_alarm: 9 }), "alarm");
  assert.equal(newsOf({ open: 1, alarms: 1, latest_alarm: 7 }, { open: 2, alarms: 1, latest_alarm: 7 }), "request");
  assert.equal(newsOf({ open: 2, alarms: 1, latest_alarm: 7 }, none), "");
  assert.equal(newsOf(none, none), "");
});

test("what is taken changes the page and is no news", () => {
  assert.ok(hasChanged({ open: 1, alarms: 1, latest_alarm: 7 }, none));
  assert.ok(!hasChanged(none, { open: 0, alarms: 0, latest_alarm: 0 }));
});
