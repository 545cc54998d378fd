import assert from "node:assert/strict";
import { test } from "node:test";

import { clocksDiffer } from "../../medcor/static/js/zone.js";

test("zones differ where their clocks do", () => {
  const winter = new Date("2026-01-15T12:00:00Z");
  const summer = new Date("2026-07-15T12:00:00Z");
  assert.equal(clocksDiffer("Europe/Istanbul", "Asia/Riyadh", winter), false);
  assert.equal(clocksDiffer("Europe/Istanbul", "Europe/London", winter), true);
  assert.equal(clocksDiffer("Africa/Abidjan", "Europe/London", winter), false);
  assert.equal(clocksDiffer("Africa/Abidjan", "Europe/London", summer), true);
  assert.equal(clocksDiffer("Europe/London", "Nowhere/Town", summer), true);
});
