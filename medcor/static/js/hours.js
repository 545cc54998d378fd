/** Opening hours without a round trip: the buttons of the form do the same on the server. */
const week = document.querySelector("[data-hours]");
let added = 0;

function rowsOf(day) {
  return [...day.querySelectorAll("[data-opening]")];
}

function showClosed(day) {
  day.querySelector("[data-hours-closed]").hidden = rowsOf(day).length > 0;
}

/** The blank row of a day, with ids of its own. */
function blankRow(day) {
  const row = day.querySelector("[data-hours-blank]").content.firstElementChild.cloneNode(true);
  added += 1;
  for (const label of row.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace("-new-", `-added${added}-`);
  for (const input of row.querySelectorAll("input")) input.id = input.id.replace("-new-", `-added${added}-`);
  return row;
}

function addRow(day, values = []) {
  const row = blankRow(day);
  const inputs = row.querySelectorAll("input");
  inputs.forEach((input, number) => (input.value = values[number] ?? ""));
  day.querySelector("[data-hours-closed]").before(row);
  showClosed(day);
  return inputs[0];
}

function dropRow(row) {
  const day = row.closest("[data-hours-day]");
  row.remove();
  showClosed(day);
  day.querySelector("[data-hours-add]").focus();
}

function valuesOf(row) {
  return [...row.querySelectorAll("input")].map((input) => input.value);
}

function copyMonday() {
  const [monday, ...others] = week.querySelectorAll("[data-hours-day]");
  const spans = rowsOf(monday).map(valuesOf);
  for (const day of others.slice(0, 4)) {
    rowsOf(day).forEach((row) => row.remove());
    spans.forEach((values) => addRow(day, values));
    showClosed(day);
  }
}

week?.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-hours-add]")) addRow(button.closest("[data-hours-day]")).focus();
  else if (button.matches("[data-hours-drop]")) dropRow(button.closest("[data-opening]"));
  else copyMonday();
});
