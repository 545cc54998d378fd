import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { forgetDraft, forgetOthers, forgetSaved, keepDraft, readDraft, sameWords } from "../../medcor/static/js/drafts.js";

class Storage {
  setItem(key, value) { this[key] = String(value); }
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  removeItem(key) { delete this[key]; }
}

const KEY = "record:1:7:715";
const WORDS = [["version", "2"], ["complaint", "Pain"]];

beforeEach(() => (globalThis.sessionStorage = new Storage()));

test("a draft comes back as it was kept, with the version it was written over", () => {
  keepDraft(KEY, WORDS);
  const draft = readDraft(KEY);
  assert.ok(sameWords(draft.words, WORDS));
  assert.equal(draft.version, "2");
  assert.equal(draft.sent, false);
  forgetDraft(KEY);
  assert.equal(readDraft(KEY), null);
});

test("what can not be read counts as none", () => {
  sessionStorage.setItem(KEY, "{broken");
  assert.equal(readDraft(KEY), null);
});

test("a draft goes only once a newer version than its own stands and it was sent", () => {
  keepDraft(KEY, WORDS);
  forgetSaved(KEY, "3");
  assert.ok(readDraft(KEY), "typed, never sent");
  keepDraft(KEY, WORDS, true);
  forgetSaved(KEY, "2");
  assert.ok(readDraft(KEY), "sent, but the sign-in was over");
  forgetSaved(KEY, "3");
  assert.equal(readDraft(KEY), null);
});

test("the next person in the tab finds nothing of the one before", () => {
  keepDraft(KEY, WORDS);
  keepDraft("record:1:77:715", WORDS);
  sessionStorage.setItem("theme", "dark");
  forgetOthers("record:1:77:9");
  assert.equal(readDraft(KEY), null);
  assert.ok(readDraft("record:1:77:715"));
  assert.equal(sessionStorage.getItem("theme"), "dark");
});
