/** What the socket told: the notifications of this user, newest first, and whether we hear everything. */

import type { Notification } from "../notifications";

export type ConnectionState = "connecting" | "live" | "stopped";

export interface LiveState {
  connection: ConnectionState;
  notifications: Notification[];
  /** Messages between what was shown and what came were lost; the state was read anew. */
  historyLost: boolean;
  /** How often the socket was resumed without losing anything. */
  resumed: number;
  readOffset: number;
  epoch: string | null;
}

const KEPT = 200;

export class LiveStore {
  private state: LiveState;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly userId: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem">,
  ) {
    const read = parse(storage.getItem(this.key));
    this.state = {
      connection: "connecting",
      notifications: [],
      historyLost: false,
      resumed: 0,
      readOffset: read?.offset ?? 0,
      epoch: read?.epoch ?? null,
    };
  }

  private get key(): string {
    return `assistant.read.${this.userId}`;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): LiveState => this.state;

  connected(connection: ConnectionState): void {
    const back = connection === "live" && this.state.connection === "connecting" && this.state.notifications.length > 0;
    this.set({ connection, resumed: this.state.resumed + (back ? 1 : 0) });
  }

  /** Several at once: a burst of two hundred is one change of state. */
  add(messages: Notification[]): void {
    const known = new Set(this.state.notifications.map((message) => message.message_id));
    const fresh = messages.filter((message) => message.offset !== null && !known.has(message.message_id));
    if (fresh.length === 0) return;
    const merged = [...fresh, ...this.state.notifications].sort((a, b) => (b.offset ?? 0) - (a.offset ?? 0));
    this.set({ notifications: merged.slice(0, KEPT) });
  }

  lost(): void {
    this.set({ historyLost: true });
  }

  dismissLoss(): void {
    this.set({ historyLost: false });
  }

  /** Of another epoch, what was read before counts no more. */
  inEpoch(epoch: string): void {
    if (epoch === this.state.epoch) return;
    this.set({ epoch, readOffset: 0, notifications: this.state.notifications.filter((one) => one.epoch === epoch) });
  }

  read(): void {
    const offset = this.state.notifications[0]?.offset ?? this.state.readOffset;
    if (offset <= this.state.readOffset) return;
    this.set({ readOffset: offset });
    this.storage.setItem(this.key, JSON.stringify({ offset, epoch: this.state.epoch }));
  }

  private set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** What is worth the bell: results and warnings, not each step of a task. */
export function isNews(message: Notification): boolean {
  return message.type !== "task_progress" && message.type !== "task_started";
}

export function unread(state: LiveState): number {
  return state.notifications.filter((message) => (message.offset ?? 0) > state.readOffset && isNews(message)).length;
}

function parse(text: string | null): { offset: number; epoch: string } | null {
  try {
    return text ? (JSON.parse(text) as { offset: number; epoch: string }) : null;
  } catch {
    return null;
  }
}
