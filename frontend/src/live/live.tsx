/** Keeps one socket open while somebody is signed in, and spreads what it says. */

import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { ask } from "../api/client";
import { NotificationClient, type Notification, type Position } from "../notifications";
import { useConnection, useUser } from "../session/context";
import { LiveStore, type LiveState } from "./store";
import { applyMessages } from "./tasks";

const FLUSH_MS = 50; // twenty changes of the page a second are enough for the eye, whatever comes in

const LiveContext = createContext<LiveStore | null>(null);

export function LiveProvider({ children }: { children: ReactNode }): ReactNode {
  const { api, configuration, session } = useConnection();
  const { user_id: userId } = useUser();
  const cache = useQueryClient();
  const store = useMemo(() => new LiveStore(userId, localStorage), [userId]);

  useEffect(() => {
    const placeKey = `assistant.position.${userId}`;
    let waiting: Notification[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      const messages = waiting;
      waiting = [];
      const epoch = client.position?.epoch;
      if (epoch) store.inEpoch(epoch);
      store.add(messages);
      applyMessages(cache, messages);
      if (client.position) sessionStorage.setItem(placeKey, JSON.stringify(client.position));
    };
    const client = new NotificationClient({
      socketUrl: configuration.websocket_url,
      ticket: async () => (await ask(api.POST("/api/v1/notifications/ticket"))).ticket,
      position: place(sessionStorage.getItem(placeKey)),
      onEvent: (event) => {
        if (event.kind === "state") store.connected(event.state);
        else if (event.kind === "shown") {
          waiting.push(event.message);
          timer ??= setTimeout(flush, FLUSH_MS);
        } else {
          store.lost();
          void cache.invalidateQueries();
        }
      },
    });
    client.start();
    const history = async (): Promise<void> => {
      const log = await ask(api.GET("/api/v1/notifications", { params: { query: { limit: 200 } } }));
      store.inEpoch(log.epoch);
      store.add(log.notifications as Notification[]);
    };
    history().catch(() => undefined); // the socket says the same later on
    return () => {
      clearTimeout(timer);
      client.stop();
    };
  }, [api, cache, configuration, session, store, userId]);

  return <LiveContext value={store}>{children}</LiveContext>;
}

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error("useLiveStore is used outside of its provider");
  return store;
}

export function useLive(): LiveState {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

function place(text: string | null): Position | undefined {
  try {
    return text ? (JSON.parse(text) as Position) : undefined;
  } catch {
    return undefined;
  }
}
