import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText, phaseOf, wishOf } from "../../medcor/static/js/hold.js";

test("what is left is said in minutes and seconds", () => {
  assert.equal(clockText(300), "5:00");
  assert.equal(clockText(245.2), "4:06");
  assert.equal(clockText(9), "0:09");
  assert.equal(clockText(0.4), "0:01");
  assert.equal(clockText(0), "0:00");
  assert.equal(clockText(-12), "0:00");
});

test("a hold is kept, in its last minute, or over", () => {
  assert.equal(phaseOf(300), "kept");
  assert.equal(phaseOf(60.1), "kept");
  assert.equal(phaseOf(60), "last");
  assert.equal(phaseOf(0.1), "last");
  assert.equal(phaseOf(0), "over");
  assert.equal(phaseOf(-1), "over");
});

test("what is asked for are numbers, and a moved appointment only where there is one", () => {
  const box = { slot: "7", treatment: "3", day: "2026-03-09" };
  assert.deepEqual(wishOf(box), { slot_id: 7, treatment_id: 3, appointment_date: "2026-03-09" });
  assert.equal(wishOf({ ...box, appointment: "12" }).appointment_id, 12);
});
