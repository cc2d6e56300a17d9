/** Puts the console together. */

import "./styles/base.css";
import "./styles/parts.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createApi } from "./api/client";
import { readConfiguration } from "./api/configuration";
import { mayPass } from "./api/problem";
import { App } from "./app";
import { AppearanceProvider } from "./i18n/language";
import { ConnectionContext } from "./session/context";
import { browserSurroundings, Session } from "./session/session";

const configuration = await readConfiguration();
const session = new Session(configuration.api_url, browserSurroundings());
const api = createApi(configuration.api_url || location.origin, session, (request) => fetch(request));
const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000, // the socket says what changes; the API counts 30 requests a minute and endpoint
      retry: (failures, error) => failures < 3 && mayPass(error),
    },
  },
});
session.subscribe(() => {
  if (session.state.status === "signedOut") cache.clear(); // nothing of one user for the next
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <AppearanceProvider>
      <QueryClientProvider client={cache}>
        <ConnectionContext value={{ api, session, configuration }}>
          <App />
        </ConnectionContext>
      </QueryClientProvider>
    </AppearanceProvider>
  </StrictMode>,
);
void session.restore();
