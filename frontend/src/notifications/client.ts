/**
 * Drives an inbox over WebSockets: connects with a ticket, pings, resumes, moves to a new socket in time, comes back
 * with jitter. No framework and no dependency.
 *
 *     const client = new NotificationClient({
 *       socketUrl,
 *       ticket: async () => (await api.issueTicket()).ticket,
 *       onEvent: (event) => { … "shown", "historyLost", "state" … },
 *     });
 *     client.start();
 */

import { Inbox, type InboxEvent, type Notification, type Position } from "./inbox";

export type State = "connecting" | "live" | "stopped";
export type ClientEvent = InboxEvent | { kind: "state"; state: State; reason: string };

/** What the client needs of a socket; the browser's WebSocket has it. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { reason?: string }) => void) | null;
}

export interface Options {
  socketUrl: string;
  /** A fresh one-use ticket, from POST /api/v1/notifications/ticket. */
  ticket: () => Promise<string>;
  onEvent: (event: ClientEvent) => void;
  /** Where to go on, from an earlier `position`. */
  position?: Position;
  /** Which types to hear; all when left out. */
  types?: string[];
  pingMs?: number;
  /** For tests. */
  open?: (url: string, protocols: string[]) => SocketLike;
  random?: () => number;
}

const PING_MS = 60_000; // finds what no later message would reveal; the server closes after 300 silent seconds
const GRACE_MS = 150; // before asking for what may be on its way
const ASK_AGAIN_MS = { first: 500, longest: 8_000 };
const RECONNECT_MS = { first: 200, longest: 30_000 };

export class NotificationClient {
  private readonly inbox: Inbox;
  private socket: SocketLike | null = null;
  private old: SocketLike | null = null;
  private running = false;
  private pause = RECONNECT_MS.first;
  private askPause = ASK_AGAIN_MS.first;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private pinging: ReturnType<typeof setTimeout> | undefined;
  private connecting: ReturnType<typeof setTimeout> | undefined;
  private acked = 0;

  constructor(private readonly options: Options) {
    this.inbox = new Inbox(options.position);
  }

  get position(): Position | null {
    return this.inbox.position;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.tell("connecting");
    void this.connect();
  }

  stop(): void {
    this.running = false;
    for (const timer of [this.asking, this.pinging, this.connecting]) clearTimeout(timer);
    this.asking = this.pinging = this.connecting = undefined;
    for (const socket of [this.socket, this.old]) socket?.close();
    this.socket = this.old = null;
    this.tell("stopped");
  }

  private tell(state: State, reason = ""): void {
    this.options.onEvent({ kind: "state", state, reason });
  }

  private async connect(): Promise<void> {
    let socket: SocketLike;
    try {
      const ticket = await this.options.ticket();
      if (!this.running) return;
      const open = this.options.open ?? ((url, protocols) => new WebSocket(url, protocols) as unknown as SocketLike);
      socket = open(this.options.socketUrl, ["ticket", ticket]);
    } catch (error) {
      this.comeBack(String(error));
      return;
    }
    socket.onopen = () => this.opened(socket);
    socket.onmessage = ({ data }) => this.heard(socket, JSON.parse(data) as Notification);
    socket.onclose = ({ reason }) => this.closed(socket, reason ?? "");
  }

  private opened(socket: SocketLike): void {
    if (!this.running) return socket.close();
    this.old = this.socket; // when rotating; closed once the new one is heard from
    this.socket = socket;
    this.pause = RECONNECT_MS.first;
    if (this.old === null) this.tell("live");
    this.ping(this.jitter(this.options.pingMs ?? PING_MS));
  }

  private closed(socket: SocketLike, reason: string): void {
    if (socket === this.old) this.old = null;
    else if (socket === this.socket) {
      this.socket = null;
      this.tell("connecting", reason);
      this.comeBack(reason);
    } else if (this.socket === null) this.comeBack(reason); // refused before it opened
  }

  private comeBack(_reason: string): void {
    if (!this.running || this.socket !== null || this.connecting !== undefined) return;
    this.connecting = setTimeout(() => {
      this.connecting = undefined;
      void this.connect();
    }, this.jitter(this.pause));
    this.pause = Math.min(this.pause * 2, RECONNECT_MS.longest);
  }

  private heard(socket: SocketLike, message: Notification): void {
    for (const event of this.inbox.feed(message)) this.options.onEvent(event);
    let grace = GRACE_MS;
    if (message.type === "connection_established" && socket === this.socket) {
      if (this.options.types) this.say({ type: "subscribe", types: this.options.types });
      this.old?.close();
      this.old = null;
      grace = 0;
    } else if (message.type === "rotate" && socket === this.socket) {
      void this.connect();
    }
    this.askWhenBehind(grace);
  }

  private askWhenBehind(grace: number): void {
    if (!this.inbox.behind) {
      clearTimeout(this.asking);
      this.asking = undefined;
      this.askPause = ASK_AGAIN_MS.first;
    } else if (this.asking === undefined || grace === 0) {
      clearTimeout(this.asking);
      this.asking = setTimeout(() => this.ask(), grace);
    }
  }

  private ask(): void {
    this.asking = undefined;
    if (!this.inbox.behind || this.socket === null) return; // a new socket asks anew
    this.say(this.inbox.resume());
    this.asking = setTimeout(() => this.ask(), this.askPause);
    this.askPause = Math.min(this.askPause * 2, ASK_AGAIN_MS.longest);
  }

  private ping(wait: number): void {
    clearTimeout(this.pinging);
    this.pinging = setTimeout(() => {
      const offset = this.inbox.position?.offset ?? 0;
      if (offset > this.acked) {
        this.acked = offset;
        this.say({ type: "ack", offset });
      }
      this.say({ type: "ping" });
      this.ping(this.options.pingMs ?? PING_MS);
    }, wait);
  }

  private say(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private jitter(most: number): number {
    return most * (0.5 + (this.options.random ?? Math.random)() / 2);
  }
}
