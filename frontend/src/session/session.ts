/**
 * The sign-in of this browser. The access token is in this page's memory alone; the refresh token is in a cookie that
 * scripts cannot read, so a reload asks for new tokens. All tabs hear of a sign-out.
 */

import { ask, reach, Unreachable, type Api, type SignedIn, type UserProfile } from "../api/client";
import { problemOf } from "../api/problem";

export type SessionState =
  | { status: "restoring" }
  | { status: "unreachable" }
  | { status: "signedOut"; because: "" | "ended" | "left" }
  | { status: "signedIn"; user: UserProfile };

/** Only says that asking for tokens is worth it; no secret. */
const HINT = "assistant.signedIn";
const CHANNEL = "assistant.session";
const LOCK = "assistant.refresh";
const EARLY_MS = 60_000;
const RETRY_MS = 3_000;

export interface Surroundings {
  send: typeof fetch;
  store: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  channel: { postMessage(message: unknown): void; onmessage: ((event: MessageEvent) => void) | null };
  /** One tab at a time: a refresh token works once. */
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  now: () => number;
}

export function browserSurroundings(): Surroundings {
  return {
    send: (...request) => fetch(...request),
    store: localStorage,
    channel: new BroadcastChannel(CHANNEL),
    inTurn: async (work) => navigator.locks.request(LOCK, work),
    now: () => Date.now(),
  };
}

export class Session {
  state: SessionState = { status: "restoring" };
  private token: string | null = null;
  private endsAt = 0;
  private renewing: Promise<string | null> | null = null;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly apiUrl: string,
    private readonly around: Surroundings,
  ) {
    around.channel.onmessage = ({ data }) => {
      if (data === "left") this.end("left", false);
      else if (data === "signedIn" && this.state.status === "signedOut") void this.restore();
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SessionState => this.state;

  /** Go on with the sign-in that this browser has, if any. */
  async restore(): Promise<void> {
    if (!this.around.store.getItem(HINT)) return this.change({ status: "signedOut", because: "" });
    if (this.state.status !== "unreachable") this.change({ status: "restoring" });
    try {
      await this.refresh();
    } catch {
      this.change({ status: "unreachable" });
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => void this.restore(), RETRY_MS);
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.post("login", { email, password, refresh_in: "cookie" });
    if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
    this.begin((await answer.json()) as SignedIn);
    this.around.channel.postMessage("signedIn");
  }

  /** End this sign-in, or all of the user's. The page forgets everything even when the API does not answer. */
  async signOut(api: Api, everywhere: boolean): Promise<void> {
    try {
      await ask(api.POST("/api/v1/auth/logout", { params: { query: { everywhere } }, credentials: "include" }));
    } finally {
      this.end("left", true);
    }
  }

  async accessToken(): Promise<string | null> {
    if (this.token && this.around.now() < this.endsAt - EARLY_MS) return this.token;
    return this.state.status === "signedIn" ? this.refresh() : null;
  }

  async renew(refused: string): Promise<string | null> {
    return this.token && this.token !== refused ? this.token : this.refresh();
  }

  /** New tokens, asked for once however many wait for them. Null when the sign-in is over. */
  private refresh(): Promise<string | null> {
    this.renewing ??= this.around.inTurn(() => this.exchange()).finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async exchange(): Promise<string | null> {
    const answer = await this.post("refresh", {});
    if (answer.status === 401) {
      this.end("ended", false);
      return null;
    }
    if (!answer.ok) throw answer.status >= 500 || answer.status === 429 ? new Unreachable() : problemOf(answer.status, null);
    this.begin((await answer.json()) as SignedIn);
    return this.token;
  }

  private post(what: "login" | "refresh", body: object): Promise<Response> {
    const request: RequestInit = {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "include",
      keepalive: true, // a reload must not lose the cookie of an answer on its way
      body: JSON.stringify(body),
    };
    return reach(() => this.around.send(`${this.apiUrl}/api/v1/auth/${what}`, request));
  }

  private begin(signedIn: SignedIn): void {
    this.token = signedIn.access_token;
    this.endsAt = this.around.now() + signedIn.expires_in * 1000;
    this.around.store.setItem(HINT, "1");
    const user = this.state.status === "signedIn" ? this.state.user : null;
    if (user?.user_id !== signedIn.user.user_id || user.role !== signedIn.user.role)
      this.change({ status: "signedIn", user: signedIn.user });
  }

  private end(because: "ended" | "left", tellOthers: boolean): void {
    this.token = null;
    this.around.store.removeItem(HINT);
    if (tellOthers) this.around.channel.postMessage("left");
    this.change({ status: "signedOut", because });
  }

  private change(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
