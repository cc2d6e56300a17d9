/**
 * What a browser loads, in bytes after gzip: the first load (before anybody has signed in, and with the first page), and
 * each page by itself. Fails when the first load is over its budget or a page over its own.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const FIRST_LOAD = 200 * 1024;
const PAGE = 60 * 1024; // what a page may add to the first load
const FIRST_PAGES = ["src/pages/documents.tsx"];

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));
const gzipped = new Map();

function size(file) {
  if (!gzipped.has(file)) gzipped.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length);
  return gzipped.get(file);
}

/** The scripts that an entry needs before it runs. */
function scripts(key, found = new Set()) {
  const chunk = manifest[key];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) scripts(imported, found);
  return found;
}

const sum = (files) => [...files].reduce((bytes, file) => bytes + size(file), 0);
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = scripts(entry);
const rows = [["sign in", sum(first), FIRST_LOAD]];
const withPage = new Set(first);
for (const page of FIRST_PAGES) scripts(page, withPage);
rows.push(["first load, with the first page", sum(withPage), FIRST_LOAD]);
for (const key of Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry).sort()) {
  const more = [...scripts(key)].filter((file) => !first.has(file));
  rows.push([`+ ${key.replace(/^src\//, "")}`, sum(more), PAGE]);
}
let failed = false;
for (const [name, bytes, most] of rows) {
  failed ||= bytes > most;
  console.log(`${bytes > most ? "TOO LARGE" : "ok       "} ${(bytes / 1024).toFixed(1).padStart(7)} KB of ${most / 1024}  ${name}`);
}
writeFileSync(join(dist, "sizes.json"), JSON.stringify(Object.fromEntries(rows.map(([name, bytes]) => [name, bytes])), null, 2));
process.exitCode = failed ? 1 : 0;
