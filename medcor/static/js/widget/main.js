import { Account } from "./account.js";
import { Api } from "./api.js";
import { App } from "./app.js";
import { Bridge } from "./bridge.js";
import { makeFormats, makeWords, zoneDiffers } from "./words.js";

const config = JSON.parse(document.getElementById("widget-config").textContent);
const words = makeWords(config.words);
const part = (name) => document.querySelector(`[data-${name}]`);
const tabs = [...document.querySelectorAll('[role="tab"]')];
const panels = tabs.map((tab) => document.getElementById(tab.getAttribute("aria-controls")));
const api = new Api({ clinic: config.clinic.id, language: config.language });
const bridge = new Bridge(config.hosts, { onFocus: focusIn, onClosed: () => talk?.rest() });
const app = new App({
  config,
  words,
  formats: makeFormats(config.language, config.clinic.currency),
  api,
  bridge,
  zoneDiffers: zoneDiffers(config.clinic.zone),
  panel: part('panel="book"'),
  say,
  onPerson: showPerson,
});
const blankPanel = document.getElementById("assistant").cloneNode(true);
let talk = null;
let gate = null;
let current = 0;

/** Read aloud without a change of focus; the same words twice are a change as well. */
function say(text) {
  part("status").textContent = "";
  setTimeout(() => (part("status").textContent = text), 50);
}

function focusIn() {
  const heading = [...panels[current].querySelectorAll("h2")].find((each) => each.checkVisibility());
  (heading ?? tabs[current]).focus({ preventScroll: true });
}

function showPerson() {
  const { user } = api;
  part("foot").hidden = !user;
  part("who").textContent = user ? words("signedInAs", { name: user.name }) : "";
}

async function signOut() {
  endTalk();
  await app.release();
  const told = await api.signOut().then(() => "signedOut", () => "notSignedOut");
  showPerson();
  app.signedOut();
  if (current === 1) showTalk();
  say(words(told));
  focusIn();
}

// The two ways to book

function choose(index, { focus = false } = {}) {
  if (current === 1 && index !== 1) talk?.rest();
  current = index;
  tabs.forEach((tab, at) => {
    tab.setAttribute("aria-selected", String(at === index));
    tab.tabIndex = at === index ? 0 : -1;
    panels[at].hidden = at !== index;
  });
  if (focus) tabs[index].focus();
  if (index === 1) showTalk();
}

function moveTab(event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -current, End: tabs.length - 1 - current };
  if (!(event.key in steps)) return;
  event.preventDefault();
  choose((current + steps[event.key] + tabs.length) % tabs.length, { focus: true });
}

function showTalk() {
  const isIn = api.signedIn;
  part("talk").hidden = !isIn;
  part("gate").hidden = isIn;
  if (isIn) return startAssistant();
  gate ??= new Account({ words, api, urls: config.urls, lead: "signInTalk", onDone: enterTalk });
  part("gate").replaceChildren(gate.node);
}

function enterTalk() {
  gate = null;
  showPerson();
  showTalk();
}

/** The assistant's scripts are loaded when somebody wants to talk. */
async function startAssistant() {
  if (talk) return talk.wake();
  const { startTalk } = await import("./talk.js");
  talk ??= startTalk(document.getElementById("assistant"), { api, words, onBooked: tellBooked, onSignedOut: loseTalk });
  document.querySelector('#assistant [data-part="line"]').focus();
}

function tellBooked({ id, treatment, date, start_time: time }) {
  bridge.booked({ appointment_id: id, treatment: treatment.name, date, time });
}

/** The key is over: with the cookie the talk begins anew, without it the person signs in again. */
async function loseTalk() {
  endTalk();
  const isIn = await api.resume().catch(() => false);
  if (!isIn) api.forget();
  showPerson();
  if (current === 1) showTalk();
  if (!isIn) say(words("talkSignedOut"));
}

/** The next person begins with an empty panel. */
function endTalk() {
  talk?.stop();
  talk = null;
  document.getElementById("assistant").replaceWith(blankPanel.cloneNode(true));
}

function listen() {
  tabs.forEach((tab, index) => tab.addEventListener("click", () => choose(index)));
  part("tabs").addEventListener("keydown", moveTab);
  part("sign-out").addEventListener("click", signOut);
  addEventListener("pagehide", () => app.release());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) bridge.close();
  });
}

listen();
part("tabs").hidden = false;
app.start();
api.resume().then(showPerson, () => null);
