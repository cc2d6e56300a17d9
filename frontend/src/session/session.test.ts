import { beforeEach, expect, test } from "vitest";
import { createApi, Problem, type SignedIn } from "../api/client";
import { Session, type Surroundings } from "./session";

const signedIn = (token: string): SignedIn => ({
  access_token: token,
  refresh_token: null,
  token_type: "bearer",
  expires_in: 1800,
  user: {
    user_id: "u",
    organization_id: "o",
    email: "ann@example.com",
    name: "Ann",
    role: "user",
    scopes: ["basic"],
    is_active: true,
    created_at: "2026-01-01T00:00:00Z",
  },
});

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

let asked: { path: string; body: string; credentials: unknown }[];
let answers: (() => Response)[];
let kept: Map<string, string>;
let told: unknown[];
let now: number;
let around: Surroundings;

beforeEach(() => {
  asked = [];
  answers = [];
  kept = new Map();
  told = [];
  now = 0;
  around = {
    send: (async (url: string, request: RequestInit) => {
      asked.push({ path: new URL(url).pathname, body: String(request.body), credentials: request.credentials });
      const answer = answers.shift();
      if (!answer) throw new TypeError("Failed to fetch");
      return answer();
    }) as typeof fetch,
    store: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    channel: { postMessage: (message) => void told.push(message), onmessage: null },
    inTurn: (work) => work(),
    now: () => now,
  };
});

const make = (): Session => new Session("http://api", around);

test("who never signed in here is not asked for tokens", async () => {
  const session = make();
  await session.restore();
  expect(session.state).toEqual({ status: "signedOut", because: "" });
  expect(asked).toEqual([]);
});

test("a sign-in asks for the cookie and keeps no token where a script could find it", async () => {
  const session = make();
  answers.push(() => json(signedIn("first")));
  await session.signIn("ann@example.com", "secret");
  expect(JSON.parse(asked[0]!.body)).toMatchObject({ refresh_in: "cookie" });
  expect(asked[0]!.credentials).toBe("include");
  expect(session.state.status).toBe("signedIn");
  expect(await session.accessToken()).toBe("first");
  expect([...kept.values()].join()).not.toContain("first");
  expect(told).toEqual(["signedIn"]);
});

test("a refusal is the API's problem", async () => {
  answers.push(() => json({ status: 401, code: "unauthenticated", detail: "wrong" }, 401));
  await expect(make().signIn("ann@example.com", "x")).rejects.toBeInstanceOf(Problem);
});

test("a reload goes on; an ended sign-in is said", async () => {
  kept.set("assistant.signedIn", "1");
  const session = make();
  answers.push(() => json(signedIn("second")));
  await session.restore();
  expect(await session.accessToken()).toBe("second");
  now = 1_800_000;
  answers.push(() => json({}, 401));
  expect(await session.accessToken()).toBeNull();
  expect(session.state).toEqual({ status: "signedOut", because: "ended" });
  expect(kept.has("assistant.signedIn")).toBe(false);
});

test("an API that does not answer is no sign-out", async () => {
  kept.set("assistant.signedIn", "1");
  const session = make();
  await session.restore();
  expect(session.state.status).toBe("unreachable");
  expect(kept.has("assistant.signedIn")).toBe(true);
});

test("however many wait for a token, it is asked for once", async () => {
  kept.set("assistant.signedIn", "1");
  const session = make();
  answers.push(() => json(signedIn("third")));
  await session.restore();
  now = 1_800_000;
  answers.push(() => json(signedIn("fourth")));
  expect(await Promise.all([session.accessToken(), session.accessToken(), session.renew("third")])).toEqual([
    "fourth",
    "fourth",
    "fourth",
  ]);
  expect(asked).toHaveLength(2);
});

test("another tab's sign-out is ours", async () => {
  kept.set("assistant.signedIn", "1");
  const session = make();
  answers.push(() => json(signedIn("fifth")));
  await session.restore();
  around.channel.onmessage!({ data: "left" } as MessageEvent);
  expect(session.state).toEqual({ status: "signedOut", because: "left" });
  expect(await session.accessToken()).toBeNull();
});

test("a request that is refused for its token is sent once more with a new one", async () => {
  const tokens = { accessToken: async () => "old", renew: async (refused: string) => (refused === "old" ? "new" : null) };
  const sent: (string | null)[] = [];
  const api = createApi("http://api", tokens, (async (request: Request) => {
    sent.push(request.headers.get("authorization"));
    return sent.length === 1 ? json({}, 401) : json({ ok: await request.text() });
  }) as typeof fetch);
  await api.POST("/api/v1/users", { body: { username: "Ann", email: "ann@example.com" } });
  expect(sent).toEqual(["Bearer old", "Bearer new"]);
});

test.each([
  [() => json({}), false],
  [() => json({ detail: "down" }, 503), true],
])("leaving forgets the token and tells the other tabs, whatever the API answers", async (answer, fails) => {
  const session = make();
  answers.push(() => json(signedIn("first")));
  await session.signIn("ann@example.com", "secret");
  let paths: string[] = [];
  const send = async (request: Request): Promise<Response> => {
    paths = [...paths, new URL(request.url).pathname + new URL(request.url).search];
    return answer();
  };
  const leaving = session.signOut(createApi("http://api", session, send as typeof fetch), true);
  if (fails) await expect(leaving).rejects.toBeInstanceOf(Problem);
  else await leaving;
  expect(paths).toEqual(["/api/v1/auth/logout?everywhere=true"]);
  expect(session.state).toEqual({ status: "signedOut", because: "left" });
  expect([await session.accessToken(), kept.size, told.at(-1)]).toEqual([null, 0, "left"]);
});

test("another tab's sign-in is ours", async () => {
  const session = make();
  await session.restore();
  expect(session.state.status).toBe("signedOut");
  kept.set("assistant.signedIn", "1");
  answers.push(() => json(signedIn("again")));
  around.channel.onmessage?.({ data: "signedIn" } as MessageEvent);
  await expect.poll(() => session.state.status).toBe("signedIn");
  expect([await session.accessToken(), told]).toEqual(["again", []]); // it does not tell what it was told
});
