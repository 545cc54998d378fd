import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, requestKey } from "../../medcor/static/js/widget/api.js";

const USER = { user_id: 1, name: "A B", email: "a@b.test" };
const TIME = { slot_id: 9, doctor_id: 3, date: "2026-12-01", start_time: "09:00" };

/** An Api whose server answers from a table: "METHOD path" -> one answer, or a list of answers. */
function made(table, now = { at: 0 }) {
  const calls = [];
  const send = async (path, { method = "GET", headers, body }) => {
    calls.push({ call: `${method} ${path}`, headers, body: body && JSON.parse(body) });
    const found = table[`${method} ${path}`];
    const answer = Array.isArray(found?.[0]) ? found.shift() : found;
    if (!answer) throw new TypeError("no line");
    return { status: answer[0], ok: answer[0] < 300, headers: new Map([["Retry-After", answer[2] ?? null]]), json: async () => answer[1] };
  };
  const api = new Api({ clinic: 5, language: "tr", send, now: () => now.at });
  return { api, calls };
}

const ISSUE = "POST /generate-chatbot-token/5/";
const LIST = "GET /5/treatments/?page_size=100&page=1";
const REFUSED = [401, { detail: "Invalid or missing chatbot token." }];
const PERSON = [200, { api_key: "key-1", user_data: USER }];

test("a call gets the widget's token first, and every further call has it", async () => {
  const { api, calls } = made({ [ISSUE]: [200, { data_token: "t1" }], [LIST]: [200, { results: [{ id: 1 }], next: null }] });
  assert.deepEqual(await api.treatments(), [{ id: 1 }]);
  await api.treatments();
  assert.deepEqual(calls.map(({ call }) => call), [ISSUE, LIST, LIST]);
  assert.equal(calls[1].headers.Authorization, "Bearer t1");
  assert.equal(calls[1].headers["Accept-Language"], "tr");
});

test("a token that is over is issued anew and the call made again, once", async () => {
  const { api, calls } = made({
    [ISSUE]: [[200, { data_token: "t1" }], [200, { data_token: "t2" }]],
    [LIST]: [REFUSED, [200, { results: [], next: null }]],
  });
  assert.deepEqual(await api.treatments(), []);
  assert.equal(calls.at(-1).headers.Authorization, "Bearer t2");
});

test("all pages of the treatments are read", async () => {
  const { api } = made({
    [ISSUE]: [200, { data_token: "t" }],
    [LIST]: [200, { results: [1], next: "x" }],
    "GET /5/treatments/?page_size=100&page=2": [200, { results: [2], next: null }],
  });
  assert.deepEqual(await api.treatments(), [1, 2]);
});

test("what can't be reached, is limited or refused is told by its code", async () => {
  const { api } = made({ [ISSUE]: [[429, {}, "17"], [403, { error: "x" }]] });
  await assert.rejects(api.treatments(), { code: "limited", seconds: 17 });
  await assert.rejects(api.treatments(), { code: "refused" });
  await assert.rejects(made({}).api.treatments(), { code: "offline" });
});

test("signing in keeps the key; a wrong password is told as such", async () => {
  const login = "POST /chatbot/login/5/t/";
  const { api } = made({ [ISSUE]: [200, { data_token: "t" }], [login]: [[400, { error: "Invalid credentials" }], PERSON] });
  await assert.rejects(api.signIn("a@b.test", "x"), { code: "credentials" });
  assert.equal(api.signedIn, false);
  await api.signIn("a@b.test", "y");
  assert.deepEqual([api.key, api.user], ["key-1", USER]);
});

test("a booking carries the patient's key and the same request key at every try", async () => {
  const path = "POST /5/treatments/2/get-doctors/slots/9/book/";
  const { api, calls } = made({ [path]: [[503, {}], [201, { appointment_id: 7 }]] });
  api.token = "t";
  api.keep(PERSON[1]);
  const wish = { treatment: 2, time: TIME, requestKey: requestKey() };
  await assert.rejects(api.book(wish), { code: "busy" });
  assert.equal((await api.book(wish)).appointment_id, 7);
  assert.deepEqual(calls[1].body, { doctor_id: 3, appointment_date: "2026-12-01", patient_email: USER.email });
  assert.equal(calls[1].headers["X-Api-Key"], "key-1");
  assert.equal(calls[0].headers["Idempotency-Key"], calls[1].headers["Idempotency-Key"]);
  assert.match(wish.requestKey, /^[0-9a-f]{32}$/);
});

const HOLD = "POST /5/treatments/2/get-doctors/slots/9/hold/";
const RESUME = "POST /chatbot/token/login/t/";

test("a key that is over is renewed by the cookie, and the call made again", async () => {
  const { api, calls } = made({
    [HOLD]: [[401, { error: "Authentication Failed." }], [201, { hold_id: 4, seconds: 300 }]],
    [RESUME]: [200, { api_key: "key-2", user_data: USER }],
  });
  api.token = "t";
  api.keep(PERSON[1]);
  assert.equal((await api.hold({ treatment: 2, time: TIME })).hold_id, 4);
  assert.equal(calls.at(-1).headers["X-Api-Key"], "key-2");
});

test("without the cookie the person is signed out and knows it", async () => {
  const { api } = made({ [HOLD]: [401, { error: "Authentication Failed." }], [RESUME]: [404, { message: "login required" }] });
  api.token = "t";
  api.keep(PERSON[1]);
  await assert.rejects(api.hold({ treatment: 2, time: TIME }), { code: "signed_out" });
  assert.equal(api.signedIn, false);
});

test("a key that is nearly over is renewed before it is used; without the cookie it serves on", async () => {
  const now = { at: 0 };
  const free = "GET /5/treatments/2/first-free/?days=60&limit=6";
  const { api, calls } = made({ [RESUME]: [404, {}], [free]: [200, { times: [TIME] }] }, now);
  api.token = "t";
  api.keep(PERSON[1]);
  now.at = 14 * 60_000 + 1;
  assert.deepEqual(await api.firstFree({ treatment: 2, limit: 6 }), [TIME]);
  assert.deepEqual(calls.map(({ call }) => call), [RESUME, free]);
  assert.equal(calls[1].headers["X-Api-Key"], "key-1");
});

test("free times are shown to a person whose sign-in has just ended as to anybody", async () => {
  const free = "GET /5/treatments/2/first-free/?days=1&limit=100&doctor_id=3&from=2026-12-01";
  const { api, calls } = made({ [free]: [[401, { error: "Authentication Failed." }], [200, { times: [] }]], [RESUME]: [404, {}] });
  api.token = "t";
  api.keep(PERSON[1]);
  assert.deepEqual(await api.firstFree({ treatment: 2, doctor: 3, from: "2026-12-01", days: 1 }), []);
  assert.equal("X-Api-Key" in calls.at(-1).headers, false);
});

test("giving a hold back never fails", async () => {
  const { api } = made({});
  api.token = "t";
  api.keep(PERSON[1]);
  await api.release(4);
});

test("signing out forgets the key at once, whatever the server says", async () => {
  const { api } = made({ "POST /chatbot/token/logout/t/": [404, {}] });
  api.token = "t";
  api.keep(PERSON[1]);
  await api.signOut();
  assert.deepEqual([api.key, api.user], [null, null]);
});

test("signing out is not said to be done where it was not", async () => {
  for (const answer of [[503, {}], [429, {}, "9"], undefined]) {
    const { api } = made({ "POST /chatbot/token/logout/t/": answer });
    api.token = "t";
    api.keep(PERSON[1]);
    await assert.rejects(api.signOut());
    assert.equal(api.key, null);
  }
});

test("a token that is over is issued anew before signing out", async () => {
  const { api, calls } = made({
    [ISSUE]: [200, { data_token: "new" }],
    "POST /chatbot/token/logout/old/": REFUSED,
    "POST /chatbot/token/logout/new/": [200, {}],
  });
  api.token = "old";
  api.keep(PERSON[1]);
  await api.signOut();
  assert.equal(calls.at(-1).call, "POST /chatbot/token/logout/new/");
  assert.equal(calls.at(-1).headers["X-Api-Key"], "key-1");
});

test("a cookie that is another person's by now signs out instead of changing the person", async () => {
  const now = { at: 0 };
  const other = { api_key: "key-2", user_data: { ...USER, user_id: 2 } };
  const { api } = made({ "POST /chatbot/token/login/t/": [200, other] }, now);
  api.token = "t";
  api.keep(PERSON[1]);
  now.at = 60 * 60 * 1000;
  await api.renewKey();
  assert.deepEqual([api.key, api.user], [null, null]);
});
