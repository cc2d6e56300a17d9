/** Fails when src/api/schema.ts is not what `npm run api` makes of ../openapi.json. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "schema-"));
try {
  const fresh = join(folder, "schema.ts");
  const { api } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;
  const [tool, ...words] = api.split(" ");
  execFileSync(join(root, "node_modules", ".bin", tool), words.map((word) => (word === "src/api/schema.ts" ? fresh : word)), {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (readFileSync(fresh, "utf8") !== readFileSync(join(root, "src/api/schema.ts"), "utf8")) {
    console.error("src/api/schema.ts is stale: run `npm run api` in frontend/ and commit it.");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
