/** The API by its types: paths, parameters and answers come from openapi.json. */

import createClient from "openapi-fetch";
import { Problem, problemOf, Unreachable } from "./problem";
import type { paths } from "./schema";

export * from "./schema";
export { Problem, Unreachable };

export type Api = ReturnType<typeof createClient<paths>>;

interface Tokens {
  /** A token that is still good, or null without a session. */
  accessToken(): Promise<string | null>;
  /** A new one, after the API refused this one; null when the session is over. */
  renew(refused: string): Promise<string | null>;
}

/** A client that sends the access token, and tries once more with a new one when it has expired. */
export function createApi(baseUrl: string, tokens: Tokens, send: typeof fetch = fetch): Api {
  const authorized = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const token = await tokens.accessToken();
    if (token) request.headers.set("authorization", `Bearer ${token}`);
    const answer = await reach(() => send(request));
    if (answer.status !== 401 || !token) return answer;
    const fresh = await tokens.renew(token);
    if (!fresh) return answer;
    again.headers.set("authorization", `Bearer ${fresh}`);
    return reach(() => send(again));
  };
  return createClient<paths>({ baseUrl, fetch: authorized });
}

/** Runs a request; that nobody answered becomes an Unreachable. */
export async function reach(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof TypeError) throw new Unreachable();
    throw error;
  }
}

/** The data of an answer; a refusal is thrown as its Problem. */
export async function ask<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response.status, error);
  return data as NonNullable<Data>;
}
