/** For unit tests of components: the real client and cache, a signed-in user, and a network that answers as told. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createApi, type UserProfile } from "../api/client";
import { AppearanceProvider } from "../i18n/language";
import { ConnectionContext } from "../session/context";
import type { Session } from "../session/session";

type Answer = (request: Request) => object | Promise<object>;

/** `answers` by "METHOD /path"; an object with a `status` of 400 or more is a problem. */
export function show(what: ReactNode, answers: Record<string, Answer>): { asked: string[] } {
  const asked: string[] = [];
  const send = async (request: Request): Promise<Response> => {
    const named = `${request.method} ${new URL(request.url).pathname}`;
    asked.push(named);
    const answer = answers[named];
    if (!answer) throw new Error(`nobody answers ${named}`);
    const body = (await answer(request)) as { status?: unknown };
    const status = typeof body.status === "number" ? body.status : 200;
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  };
  const api = createApi("http://api", { accessToken: async () => "token", renew: async () => null }, send as typeof fetch);
  const state = { status: "signedIn", user: { user_id: "me", scopes: [] } as unknown as UserProfile } as const;
  const session = { subscribe: () => () => undefined, snapshot: () => state } as unknown as Session;
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  localStorage.setItem("assistant.language", "en");
  render(
    <AppearanceProvider>
      <QueryClientProvider client={cache}>
        <ConnectionContext value={{ api, session, configuration: { api_url: "http://api", websocket_url: "" } }}>{what}</ConnectionContext>
      </QueryClientProvider>
    </AppearanceProvider>,
  );
  return { asked };
}
