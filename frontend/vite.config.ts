/** The build of the console. Nothing is inlined: the Content-Security-Policy allows neither inline scripts nor styles. */

import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** For `npm run dev`: where the local cloud of `make run` is, as the console's own server tells it. */
function configuration(): Plugin {
  return {
    name: "configuration",
    configureServer(server) {
      server.middlewares.use("/config.json", (_request, response) => {
        const { api_url, websocket_url } = JSON.parse(readFileSync("../.local/run.json", "utf8"));
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ api_url, websocket_url }));
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), configuration()],
  build: {
    target: "es2023",
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true, // the API's CORS list knows this one
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"], // what no unit test loads counts too: the pages are the business of `make e2e`
      exclude: ["src/api/schema.ts", "src/i18n/**/{en,ru}.ts", "src/i18n/pages/*", "src/test/**"],
      reporter: [["text", { skipEmpty: true, maxCols: 110 }]],
      thresholds: { "src/{live,notifications,session}/*.ts": { lines: 85 } },
    },
  },
});
