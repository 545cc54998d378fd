import assert from "node:assert/strict";
import { test } from "node:test";

import { countOf } from "../../medcor/static/js/week.js";

test("a series has as many openings as fit with their pauses", () => {
  assert.equal(countOf(540, 630, 30, 0), 3);
  assert.equal(countOf(540, 630, 30, 15), 2);
  assert.equal(countOf(540, 645, 30, 15), 2);
  assert.equal(countOf(540, 570, 30, 15), 1);
});

test("what is no series has none", () => {
  assert.equal(countOf(540, 565, 30, 0), 0);
  assert.equal(countOf(630, 540, 30, 0), 0);
  assert.equal(countOf(540, 630, 0, 0), 0);
  assert.equal(countOf(540, 630, 30, -5), 0);
  assert.equal(countOf(Number.NaN, 630, 30, 0), 0);
});
