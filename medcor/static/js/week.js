const STEP = 15;

const two = (number) => String(number).padStart(2, "0");
const clock = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

/** Minutes since midnight of a time field, NaN while it is empty. */
function minuteOf(input) {
  const [hour, minute] = input.value.split(":").map(Number);
  return hour * 60 + minute;
}

/** A click on a free place of the week opens the form for a new opening at that time. */
function addWhereClicked(week) {
  const { new: target, first, minutes } = week.dataset;
  for (const body of week.querySelectorAll("[data-week-body]")) {
    const back = body.querySelector(".week__back");
    body.addEventListener("click", (event) => {
      const box = back.getBoundingClientRect();
      if (event.target.closest("a, button") || !box.height) return;
      const at = Number(first) + ((event.clientY - box.top) / box.height) * Number(minutes);
      const url = new URL(target, location.href);
      url.searchParams.set("weekday", body.closest("[data-weekday]").dataset.weekday);
      url.searchParams.set("start_time", clock(Math.max(0, Math.floor(at / STEP) * STEP)));
      location.assign(url);
    });
  }
}

export function countOf(start, end, minutes, pause) {
  if (!(minutes > 0) || !(pause >= 0) || !(end - start >= minutes)) return 0;
  return Math.floor((end - start - minutes) / (minutes + pause)) + 1;
}

/** Tell how many openings a series makes while it is filled in. */
function tellSize(frame) {
  const form = frame.querySelector("form");
  const line = frame.querySelector("[data-series-size]");
  const { start_time: start, end_time: end, minutes, pause } = form.elements;
  const tell = () => {
    const day = countOf(minuteOf(start), minuteOf(end), Number(minutes.value), Number(pause.value));
    const days = form.querySelectorAll("input[name=weekdays]:checked").length;
    line.hidden = !start.value || !end.value;
    line.textContent = day * days
      ? line.dataset.some.replace("{day}", day).replace("{all}", day * days)
      : line.dataset.none;
  };
  form.addEventListener("input", tell);
  tell();
}

if (globalThis.document) {
  document.querySelectorAll("[data-week]").forEach(addWhereClicked);
  document.querySelectorAll("[data-series]").forEach(tellSize);
}
