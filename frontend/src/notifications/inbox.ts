/**
 * What a client does with the messages of its sockets, without a network: order, duplicates, gaps, lost history.
 *
 * The inbox knows one position, up to which everything was shown. The message right behind it is shown; an older one is
 * a duplicate; a later one is held back until the gap is filled. Whatever the server says about the end of the log tells
 * whether something is missing: then `behind` is true, and `resume()` asks for it. What cannot be had any more is
 * announced as `historyLost`. The same rules as `assistant.client.inbox`; docs/notifications.md describes the protocol.
 */

export interface Notification {
  type: string;
  data: Record<string, unknown>;
  priority: "low" | "normal" | "high" | "urgent";
  timestamp: string;
  message_id: string;
  /** null: about the connection, outside the log */
  offset: number | null;
  epoch: string | null;
}

export type InboxEvent =
  | { kind: "shown"; message: Notification }
  | { kind: "historyLost"; epoch: string; offset: number };

/** A place in the log; keep it in sessionStorage to go on after a reload. */
export interface Position {
  epoch: string;
  offset: number;
}

interface End extends Position {
  recovered?: boolean;
}

const HELD_AT_MOST = 200;
const EPHEMERAL = new Set(["chat_delta"]); // outside the log: in order, but perhaps not all of them

export class Inbox {
  duplicates = 0;
  private epoch: string | null;
  private offset: number;
  private end: number;
  private doubtful = false;
  private readonly held = new Map<number, Notification>();
  private readonly past = new Set<string>();

  constructor(position?: Position) {
    this.epoch = position?.epoch ?? null;
    this.offset = position?.offset ?? 0;
    this.end = this.offset;
  }

  /** Up to where everything was shown; null before the first connection. */
  get position(): Position | null {
    return this.epoch === null ? null : { epoch: this.epoch, offset: this.offset };
  }

  /** Whether something is missing that no message on its way is known to bring. */
  get behind(): boolean {
    return this.doubtful || this.end > this.offset;
  }

  /** The request for everything after what was shown. */
  resume(): { type: "resume"; offset: number; epoch: string } {
    return { type: "resume", offset: this.offset, epoch: this.epoch ?? "" };
  }

  /** What is to be shown after a message. */
  feed(message: Notification): InboxEvent[] {
    if (message.offset !== null) return this.logged(message, message.offset);
    const data = message.data as unknown as End;
    switch (message.type) {
      case "connection_established":
        if (this.epoch === null) return this.begin(data);
        this.compare(data);
        return [];
      case "pong":
        this.compare(data);
        return [];
      case "resumed":
        return this.resumed(data);
      default:
        return EPHEMERAL.has(message.type) ? [{ kind: "shown", message }] : [];
    }
  }

  private begin(end: End): InboxEvent[] {
    for (const [offset, message] of this.held) if (message.epoch !== end.epoch) this.held.delete(offset);
    this.epoch = end.epoch;
    this.offset = this.end = end.offset;
    return this.release();
  }

  private compare(end: End): void {
    if (end.epoch !== this.epoch) {
      if (this.epoch !== null && !this.past.has(end.epoch)) this.doubtful = true;
      return;
    }
    this.end = Math.max(this.end, end.offset);
    // Less than was shown: overtaken on its way, or the log was set back. The server knows, and answering is cheap.
    if (end.offset < this.offset) this.doubtful = true;
  }

  private resumed(answer: End): InboxEvent[] {
    this.doubtful = false;
    if (answer.epoch === this.epoch && (answer.recovered || answer.offset <= this.offset)) {
      this.end = Math.max(this.end, answer.offset); // what of the replay was lost is asked for again
      return [];
    }
    if (this.past.has(answer.epoch) || answer.recovered) return []; // the answer to an older question
    if (this.epoch !== null && this.epoch !== answer.epoch) {
      this.past.add(this.epoch);
      this.held.clear();
    }
    this.epoch = answer.epoch;
    this.offset = this.end = answer.offset;
    return [{ kind: "historyLost", epoch: answer.epoch, offset: answer.offset }, ...this.release()];
  }

  private logged(message: Notification, offset: number): InboxEvent[] {
    if (this.epoch !== null && message.epoch !== this.epoch) {
      if (message.epoch !== null && !this.past.has(message.epoch)) this.doubtful = true;
      return [];
    }
    if ((this.epoch !== null && offset <= this.offset) || this.held.has(offset)) {
      this.duplicates += 1;
      return [];
    }
    this.end = Math.max(this.end, offset);
    if (this.held.size < HELD_AT_MOST || offset === this.offset + 1) this.held.set(offset, message);
    return this.epoch === null ? [] : this.release();
  }

  private release(): InboxEvent[] {
    for (const offset of [...this.held.keys()]) {
      if (offset <= this.offset) this.held.delete(offset);
      else this.end = Math.max(this.end, offset);
    }
    const events: InboxEvent[] = [];
    for (let next = this.held.get(this.offset + 1); next; next = this.held.get(this.offset + 1)) {
      this.offset += 1;
      this.held.delete(this.offset);
      if (next.type !== "skipped") events.push({ kind: "shown", message: next });
    }
    return events;
  }
}
