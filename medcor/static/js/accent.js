/** The preview of the clinic's colour: the server says which tones of it are readable. */
const input = document.querySelector("[data-accent]");
const preview = document.querySelector("[data-accents]");
const own = document.querySelector("[name=own_accent]");
let asked = 0;

function show(theme, tones) {
  const box = preview.querySelector(`.accent--${theme}`);
  for (const [name, value] of Object.entries(tones)) {
    box.style.setProperty(`--tone-${name.replaceAll("_", "-")}`, value);
  }
}

async function refresh() {
  const mine = ++asked;
  const url = `${preview.dataset.accents}&preview=${encodeURIComponent(input.value)}`;
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const tones = await answer.json();
  if (mine !== asked) return;
  show("light", tones.light);
  show("dark", tones.dark);
}

if (input && preview) {
  input.addEventListener("input", () => {
    own.checked = true;
    refresh();
  });
  refresh();
}
