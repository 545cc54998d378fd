/* Medcor's widget on a clinic's own site. One script tag starts it:
   <script async src="https://host/widget.js" data-clinic="5"></script>
   It adds one button; the panel behind it is loaded when it is first opened. Nothing of it reaches
   the page's own styles or scripts but the object `Medcor`. */
(function () {
  "use strict";

  var script = document.currentScript || document.querySelector('script[data-clinic][src*="/widget.js"]');
  if (!script || window.Medcor) return;

  var base = new URL(".", script.src);
  var chosen = script.dataset;
  var wait = 20000;
  var host, shadow, dialog, launcher, frame, timer, config, asked, ready;

  var STYLE =
    ":host{all:initial!important;display:contents!important}" +
    "@media print{:host{display:none!important}}" +
    ".medcor{color-scheme:light dark;font:16px/1.4 system-ui,-apple-system,'Segoe UI',sans-serif;font-size:medium}" +
    ".medcor[data-theme=light]{color-scheme:light}.medcor[data-theme=dark]{color-scheme:dark}" +
    "*{box-sizing:border-box}button{font:inherit;letter-spacing:normal;cursor:pointer}" +
    ".launcher{position:fixed;z-index:2147483000;bottom:calc(1.25em + env(safe-area-inset-bottom));" +
    "right:calc(1.25em + env(safe-area-inset-right));display:inline-flex;align-items:center;gap:.6em;" +
    "max-width:calc(100vw - 2.5em);min-height:3.25em;min-width:3.25em;margin:0;padding:.5em 1.3em .5em 1.1em;" +
    "border:1px solid var(--edge);border-radius:99px;background:var(--fill);color:var(--on);font-weight:600;" +
    "text-align:start;box-shadow:0 .4em 1.6em rgb(0 0 0/.24);animation:show .24s}" +
    ".launcher:hover{background:var(--hover)}" +
    ".launcher svg,.close svg{flex:none;width:1.375em;height:1.375em;fill:none;stroke:currentColor;stroke-width:1.9;" +
    "stroke-linecap:round;stroke-linejoin:round}" +
    ".left .launcher{right:auto;left:calc(1.25em + env(safe-area-inset-left))}" +
    ":focus-visible{outline:3px solid var(--text);outline-offset:3px}" +
    ".launcher:focus-visible{outline-color:var(--text);box-shadow:0 0 0 3px var(--paper),0 .4em 1.6em rgb(0 0 0/.24)}" +
    ".panel{position:fixed;inset:auto 1.25em 1.25em auto;width:26em;max-width:calc(100vw - 2.5em);height:44em;" +
    "max-height:calc(100dvh - 2.5em);margin:0;padding:0;border:1px solid var(--line);border-radius:1em;" +
    "background:var(--paper);color:var(--ink);overflow:hidden;box-shadow:0 1em 3em rgb(0 0 0/.32)}" +
    ".left .panel{inset:auto auto 1.25em 1.25em}" +
    ".panel[open]{display:flex;flex-direction:column;animation:rise .24s}" +
    ".panel::backdrop{background:rgb(15 22 21/.32)}" +
    ".head{display:flex;flex:none;align-items:center;gap:.75em;min-height:3.5em;" +
    "padding:.3em max(.4em,env(safe-area-inset-right)) .3em max(1.25em,env(safe-area-inset-left));" +
    "background:var(--fill);color:var(--on)}" +
    ".name{flex:1;min-width:0;margin:0;font-size:1.0625em;font-weight:650;line-height:1.25;overflow-wrap:anywhere}" +
    ".close{display:grid;flex:none;place-items:center;width:2.75em;height:2.75em;min-width:44px;min-height:44px;padding:0;" +
    "border:0;border-radius:.6em;background:none;color:inherit}" +
    ".close:hover{background:var(--hover)}.close:focus-visible{outline-color:currentColor;outline-offset:-4px}" +
    ".body{position:relative;flex:1;min-height:0}" +
    ".frame{display:block;width:100%;height:100%;border:0;background:var(--paper)}" +
    ".note{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;justify-content:center;" +
    "gap:1em;margin:0;padding:1.5em;background:var(--paper);text-align:center}" +
    ".note[hidden]{display:none}.note p{margin:0}.note a{display:inline-block;padding:.7em 0;color:var(--text)}" +
    "@media(max-width:36em),(max-height:30em){.panel,.left .panel{inset:0;width:100vw;max-width:none;height:100dvh;" +
    "max-height:none;border:0;border-radius:0}.panel[open]{animation:none}}" +
    "@keyframes show{from{opacity:0}}@keyframes rise{from{opacity:0;transform:translateY(.8em)}}" +
    "@media(prefers-reduced-motion:reduce){.launcher,.panel[open]{animation:none}}" +
    "@media(forced-colors:active){.launcher,.panel{border:2px solid ButtonText}}";

  var CALENDAR = "M8 2v4M16 2v4M21 13V6a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h8M3 10h18M16 19h6M19 16v6";
  var CROSS = "M18 6 6 18M6 6l12 12";

  function make(tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function icon(path) {
    var space = "http://www.w3.org/2000/svg";
    var svg = document.createElementNS(space, "svg");
    var line = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function button(className, path) {
    var node = make("button", className);
    node.type = "button";
    node.append(icon(path));
    return node;
  }

  /** Whatever goes wrong in here stays in here. */
  function guarded(work) {
    return function () {
      try {
        return work.apply(null, arguments);
      } catch (error) {
        console.warn("Medcor: the widget failed.", error);
      }
    };
  }

  // A sheet that is made by a script needs no exception in the page's content security policy.
  function dress() {
    try {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.append(make("style", "", STYLE));
    }
  }

  function colour(root) {
    var light = config.accent.light;
    var dark = config.accent.dark;
    var both = window.CSS && CSS.supports("color", "light-dark(#fff, #000)");
    var pairs = { paper: ["#faf9f6", "#0f1615"], ink: ["#172220", "#e8eeec"], line: ["#e6e3db", "#283432"] };
    var names = { fill: "fill", on: "on_fill", hover: "hover", edge: "edge", text: "text" };
    for (var name in names) pairs[name] = [light[names[name]], dark[names[name]]];
    for (var key in pairs) {
      root.style.setProperty("--" + key, both ? "light-dark(" + pairs[key].join() + ")" : pairs[key][0]);
    }
  }

  function build() {
    var root = make("section", "medcor" + (/left/.test(chosen.position || "") ? " left" : ""));
    root.setAttribute("aria-label", config.words.region);
    root.lang = config.language;
    if (/^(light|dark)$/.test(chosen.theme || "")) root.dataset.theme = chosen.theme;
    colour(root);
    launcher = button("launcher", CALENDAR);
    launcher.append(make("span", "", (chosen.label || "").trim().slice(0, 60) || config.words.label));
    launcher.setAttribute("aria-haspopup", "dialog");
    launcher.addEventListener("click", guarded(open));
    root.append(launcher, buildDialog());
    host = make("medcor-widget");
    shadow = host.attachShadow({ mode: "open" });
    dress();
    shadow.append(root);
    document.body.append(host);
  }

  function buildDialog() {
    var head = make("div", "head");
    var name = make("h2", "name", config.name);
    var shut = button("close", CROSS);
    name.id = "medcor-name";
    shut.setAttribute("aria-label", config.words.close);
    shut.addEventListener("click", guarded(close));
    head.append(name, shut);
    dialog = make("dialog", "panel");
    dialog.setAttribute("aria-labelledby", name.id);
    dialog.append(head, make("div", "body"), turn(shut));
    dialog.addEventListener("close", guarded(closed));
    // A press beside the panel closes it; what was chosen inside is kept.
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog) close();
    });
    return dialog;
  }

  // The last stop of the keyboard: whoever comes to it through the frame goes on at the first one.
  function turn(first) {
    var edge = make("span");
    edge.tabIndex = 0;
    edge.addEventListener("focus", guarded(function (event) {
      if (event.relatedTarget === frame) first.focus();
    }));
    return edge;
  }

  function note(text, link) {
    var box = make("div", "note");
    var line = make("p", "", text);
    line.setAttribute("role", "status");
    box.append(line);
    if (link) {
      var anchor = make("a", "", config.words.elsewhere);
      anchor.href = new URL(config.page, base).href;
      anchor.target = "_blank";
      anchor.rel = "noopener";
      box.append(anchor);
    }
    return box;
  }

  function showNote(box) {
    dialog.querySelectorAll(".note").forEach(function (old) {
      old.remove();
    });
    if (box) dialog.querySelector(".body").append(box);
  }

  function loadFrame() {
    var url = new URL(config.frame, base);
    if (chosen.theme) url.searchParams.set("theme", chosen.theme);
    frame = make("iframe", "frame");
    frame.title = config.words.region;
    frame.allow = "microphone";
    frame.addEventListener("load", function () {
      post("medcor:hello");
    });
    frame.src = url.href;
    dialog.querySelector(".body").append(frame);
    showNote(note(config.words.loading));
    timer = setTimeout(failed, wait);
  }

  // A frame that was refused or lost on the way is tried again at the next press.
  function failed() {
    if (ready || !frame) return;
    frame.remove();
    frame = null;
    showNote(note(config.words.failed, true));
  }

  function post(type) {
    if (frame) frame.contentWindow.postMessage({ type: type }, base.origin);
  }

  function open() {
    if (!dialog) {
      asked = true;
      return;
    }
    if (dialog.open) return;
    if (!frame) loadFrame();
    dialog.showModal();
    Medcor.isOpen = true;
    if (ready) enter();
    tell("opened", {});
  }

  function enter() {
    frame.focus();
    post("medcor:focus");
  }

  function close() {
    asked = false;
    if (dialog && dialog.open) dialog.close();
  }

  function closed() {
    Medcor.isOpen = false;
    post("medcor:closed");
    tell("closed", {});
  }

  /** Tell the page, as an event of the document and as a message to its own window. */
  function tell(name, detail) {
    var type = "medcor:" + name;
    document.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: detail }));
    if (window.origin && window.origin !== "null") window.postMessage({ type: type, detail: detail }, window.origin);
  }

  function appointmentOf(data) {
    var made = (data && data.appointment) || {};
    return {
      appointment_id: Number(made.appointment_id),
      treatment: String(made.treatment),
      date: String(made.date),
      time: String(made.time),
    };
  }

  var FROM_FRAME = {
    "medcor-frame:ready": function () {
      ready = true;
      clearTimeout(timer);
      showNote();
      if (dialog.open) enter();
    },
    "medcor-frame:close": close,
    "medcor-frame:booked": function (data) {
      tell("booked", appointmentOf(data));
    },
  };
  var FROM_PAGE = { "medcor:open": open, "medcor:close": close };

  /** Messages count only from the frame with this server's origin, or from the page's own window. */
  function heard(event) {
    var type = event.data && event.data.type;
    var table = null;
    if (frame && event.source === frame.contentWindow && event.origin === base.origin) table = FROM_FRAME;
    else if (event.source === window && event.origin === window.origin) table = FROM_PAGE;
    if (table && Object.prototype.hasOwnProperty.call(table, type)) table[type](event.data);
  }

  function start(found) {
    config = found;
    build();
    tell("ready", {});
    if (asked) open();
  }

  function whenBody(work) {
    if (document.body) work();
    else document.addEventListener("DOMContentLoaded", work);
  }

  function fetchConfig() {
    var clinic = /^\d{1,10}$/.test(chosen.clinic || "") ? chosen.clinic : null;
    if (!clinic) return console.warn("Medcor: data-clinic must be the clinic's number.");
    var url = new URL("widget/" + clinic + "/config.json", base);
    if (chosen.language) url.searchParams.set("language", chosen.language);
    return fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", priority: "low" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status === 404 ? "no such clinic" : "status " + answer.status);
        return answer.json();
      })
      .then(function (found) {
        whenBody(guarded(function () {
          start(found);
        }));
      })
      .catch(function (error) {
        console.warn("Medcor: nothing to show for clinic " + clinic + " on " + window.origin + " (" + error.message +
          "). Is this address in the clinic's list of web sites?");
      });
  }

  var Medcor = { isOpen: false, open: guarded(open), close: guarded(close) };
  window.Medcor = Medcor;
  window.addEventListener("message", guarded(heard));
  guarded(fetchConfig)();
})();
