// Copies the browser files of the installed packages to the static folder, which git ignores.
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "medcor", "static", "vendor");

const FILES = {
  "socket.io.esm.min.js": "socket.io-client/dist/socket.io.esm.min.js",
  "fonts/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "fonts/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "fonts/LICENSE": "@fontsource-variable/inter/LICENSE",
  "fullcalendar/fullcalendar.min.js": "fullcalendar/index.global.min.js",
  "fullcalendar/locale-tr.min.js": "@fullcalendar/core/locales/tr.global.min.js",
  "icons/LICENSE": "lucide-static/LICENSE",
};

async function copyFile(target, source) {
  const destination = join(vendor, target);
  await mkdir(dirname(destination), { recursive: true });
  await cp(join(modules, source), destination);
}

async function copyIcons() {
  const source = join(modules, "lucide-static", "icons");
  const names = (await readdir(source)).filter((name) => name.endsWith(".svg"));
  await Promise.all(names.map((name) => copyFile(`icons/${name}`, `lucide-static/icons/${name}`)));
  return names.length;
}

// Its icon font is a data URL, which the content security policy forbids; the calendar's buttons use words.
async function dropIconFont() {
  const file = join(vendor, "fullcalendar", "fullcalendar.min.js");
  const before = await readFile(file, "utf8");
  const after = before.replace(/@font-face\s*\{[^}]*fcicons[^}]*\}/, "");
  if (after === before) throw new Error("FullCalendar's icon font was not found; check its new version");
  await writeFile(file, after);
}

await rm(vendor, { recursive: true, force: true });
await Promise.all(Object.entries(FILES).map(([target, source]) => copyFile(target, source)));
await dropIconFont();
const icons = await copyIcons();
console.log(`vendored ${Object.keys(FILES).length} files and ${icons} icons`);
