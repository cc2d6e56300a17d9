import { createContext, useContext, useSyncExternalStore } from "react";
import type { Api, UserProfile } from "../api/client";
import type { Configuration } from "../api/configuration";
import type { Session, SessionState } from "./session";

export interface Connection {
  api: Api;
  session: Session;
  configuration: Configuration;
}

export const ConnectionContext = createContext<Connection | null>(null);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error("useConnection is used outside of its provider");
  return connection;
}

export const useApi = (): Api => useConnection().api;

export function useSession(): SessionState {
  const { session } = useConnection();
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

export function useUser(): UserProfile {
  const state = useSession();
  if (state.status !== "signedIn") throw new Error("useUser is used without a sign-in");
  return state.user;
}

export const useIsAdmin = (): boolean => useUser().scopes.includes("admin");
