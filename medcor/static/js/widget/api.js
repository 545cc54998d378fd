import { Problem, problemOf, tokenRefused } from "./problems.js";

// A key lives 15 minutes; one that is nearly over is renewed before it is used.
const KEY_MS = 14 * 60_000;
const TIMES_LIMIT = 100;

/** A random text that tells one booking from the next; some pages are not secure contexts. */
export function requestKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The chatbot API for one widget. The widget's token and the person's key stay in memory; the
 * refresh token is a cookie that some browsers keep from frames, and then the person signs in again.
 */
export class Api {
  constructor({ clinic, language, send = (...call) => fetch(...call), now = () => Date.now() }) {
    Object.assign(this, { clinic, language, send, now });
    this.forget();
  }

  get signedIn() {
    return Boolean(this.key);
  }

  forget() {
    this.key = null;
    this.user = null;
  }

  keep({ api_key: key, user_data: user }) {
    this.key = key;
    this.keyAt = this.now();
    this.user = user;
  }

  /** One call, read: {status, body, seconds}; a Problem "offline" where nothing came back. */
  async request(method, path, { body, headers = {}, token = this.token, keepalive } = {}) {
    const all = { Accept: "application/json", "Accept-Language": this.language, ...headers };
    if (token) all.Authorization = `Bearer ${token}`;
    if (body) all["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await this.send(path, { method, headers: all, credentials: "same-origin", keepalive, body: body && JSON.stringify(body) });
    } catch {
      throw new Problem("offline");
    }
    const read = await answer.json().catch(() => null);
    return { status: answer.status, body: read, seconds: Number(answer.headers.get("Retry-After")) || 0 };
  }

  async issueToken() {
    const answer = await this.request("POST", `/generate-chatbot-token/${this.clinic}/`, { token: null });
    if (answer.status !== 200) throw problemOf(answer);
    this.token = answer.body.data_token;
  }

  /** A call under the widget's token, which is issued anew once it is over. */
  async ask(method, path, options = {}) {
    if (!this.token) await this.issueToken();
    const answer = await this.request(method, path, options);
    if (!tokenRefused(answer)) return answer;
    await this.issueToken();
    return this.request(method, path, options);
  }

  /** The same with the person's key: renewed when it is over, else the person is signed out. */
  async askAsPatient(method, path, options = {}) {
    await this.renewKey();
    if (!this.key) throw new Problem("signed_out");
    const call = () => this.ask(method, path, { ...options, headers: { ...options.headers, "X-Api-Key": this.key } });
    const answer = await call();
    if (answer.status !== 401) return answer;
    if (!(await this.resume())) throw new Problem("signed_out");
    return call();
  }

  async got(answer, purpose) {
    const read = await answer;
    if (read.status >= 300) throw problemOf(read, purpose);
    return read.body;
  }

  // The person

  /** Sign in by the refresh cookie; false where there is none, or it is another person's by now. */
  async resume() {
    if (!this.token) await this.issueToken();
    const answer = await this.request("POST", `/chatbot/token/login/${this.token}/`, { token: null });
    const other = this.user && answer.body?.user_data?.user_id !== this.user.user_id;
    if (answer.status === 200 && !other) this.keep(answer.body);
    else this.forget();
    this.replaced = answer.status === 200 && Boolean(other);
    return this.signedIn;
  }

  /** Exchange a key that is nearly over; without the cookie it serves until its end. */
  async renewKey() {
    if (!this.key || this.now() - this.keyAt < KEY_MS) return;
    const old = { api_key: this.key, user_data: this.user, at: this.keyAt };
    if ((await this.resume()) || this.replaced) return;
    this.keep(old);
    this.keyAt = old.at;
  }

  /** A path that holds the token; a token that is over is issued anew, once. */
  async askWithToken(path, body) {
    if (!this.token) await this.issueToken();
    const call = () => this.request("POST", `${path}${this.clinic}/${this.token}/`, { body, token: null });
    const answer = await call();
    if (answer.status !== 401) return answer;
    await this.issueToken();
    return call();
  }

  async signIn(email, password) {
    this.keep(await this.got(this.askWithToken("/chatbot/login/", { email, password }), "login"));
  }

  async register(person) {
    await this.got(this.askWithToken("/chatbot/register/", person));
  }

  /** End the session, also where the browser keeps no cookie; throws where it may live on. */
  async signOut() {
    const headers = this.key ? { "X-Api-Key": this.key } : {};
    const call = () => this.request("POST", `/chatbot/token/logout/${this.token}/`, { token: null, headers });
    this.forget();
    if (!this.token) await this.issueToken();
    let answer = await call();
    if (answer.status === 401) {
      await this.issueToken();
      answer = await call();
    }
    // Unknown by now: it was over already.
    if (answer.status !== 200 && answer.status !== 404) throw problemOf(answer, "logout");
  }

  // What can be booked

  async treatments() {
    const found = [];
    for (let page = 1; page; ) {
      const body = await this.got(this.ask("GET", `/${this.clinic}/treatments/?page_size=100&page=${page}`));
      found.push(...body.results);
      page = body.next && page < 20 ? page + 1 : 0;
    }
    return found;
  }

  async doctors(treatment) {
    const answer = await this.ask("GET", `/${this.clinic}/treatments/${treatment}/get-doctors/`);
    return answer.status === 404 ? [] : (await this.got(answer)).doctors;
  }

  /** Free times in their order; as a patient, without those at which one is busy oneself. */
  async firstFree({ treatment, doctor = null, from = null, days = 60, limit = TIMES_LIMIT }) {
    const query = new URLSearchParams({ days, limit });
    if (doctor) query.set("doctor_id", doctor);
    if (from) query.set("from", from);
    return (await this.got(this.askFor(`/${this.clinic}/treatments/${treatment}/first-free/?${query}`))).times;
  }

  /** A call that a key makes better, and that goes without one as well. */
  async askFor(path) {
    if (!this.signedIn) return this.ask("GET", path);
    try {
      return await this.askAsPatient("GET", path);
    } catch (problem) {
      if (problem.code !== "signed_out") throw problem;
      return this.ask("GET", path);
    }
  }

  /** Why a time is not offered, and what is nearest to it: {reasons, nearest}. */
  async whyNot({ treatment, doctor, date, time }) {
    const query = new URLSearchParams({ date, time });
    return this.got(this.askFor(`/${this.clinic}/treatments/${treatment}/get-doctors/${doctor}/why-not/?${query}`));
  }

  // Holding and booking

  slotPath(treatment, slot, act) {
    return `/${this.clinic}/treatments/${treatment}/get-doctors/slots/${slot}/${act}/`;
  }

  async hold({ treatment, time }) {
    const body = { doctor_id: time.doctor_id, appointment_date: time.date };
    return this.got(this.askAsPatient("POST", this.slotPath(treatment, time.slot_id, "hold"), { body }));
  }

  /** Give a held time back, also while the page goes; if that fails, it ends by itself. */
  async release(hold) {
    await this.askAsPatient("DELETE", `/${this.clinic}/holds/${hold}/`, { keepalive: true }).catch(() => null);
  }

  async book({ treatment, time, requestKey: key }) {
    await this.renewKey();
    const body = { doctor_id: time.doctor_id, appointment_date: time.date, patient_email: this.user?.email };
    const path = this.slotPath(treatment, time.slot_id, "book");
    return this.got(this.askAsPatient("POST", path, { body, headers: { "Idempotency-Key": key } }));
  }

  // Pages of this server that take the key

  /** The calendar file of an appointment, as a Blob. */
  async calendarFile(appointment) {
    const answer = await this.fetchOwn(`/appointments/${appointment}/calendar.ics`);
    return answer.blob();
  }

  /** An appointment that the assistant made, as the pages' JSON shows it. */
  async appointment(id) {
    return (await this.fetchOwn(`/appointment-details/${id}/`)).json();
  }

  async fetchOwn(path) {
    await this.renewKey();
    const headers = { Accept: "application/json, text/calendar", Authorization: `Bearer ${this.key}` };
    const answer = await this.send(path, { headers, credentials: "omit" }).catch(() => null);
    if (!answer?.ok) throw new Problem(answer ? "unknown" : "offline");
    return answer;
  }
}
