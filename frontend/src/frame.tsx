/** What stands around every page: the navigation, the bell, the state of the connection. */

import { onlineManager, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { ask } from "./api/client";
import { useAppearance, useFormats, useWords } from "./i18n/language";
import { useLive, useLiveStore } from "./live/live";
import { unread } from "./live/store";
import { keys } from "./live/tasks";
import { useApi, useIsAdmin, useUser } from "./session/context";
import { Icon, type IconName } from "./ui/icon";

export function Frame({ children }: { children: ReactNode }): ReactNode {
  const words = useWords();
  useStoredAppearance();
  const [open, setOpen] = useState(false);
  const [path] = useLocation();
  const live = useLive();
  const store = useLiveStore();
  const count = unread(live);
  const isAdmin = useIsAdmin();
  const places: [string, IconName, string][] = [
    ["/ask", "ask", words.app.ask],
    ["/documents", "documents", words.app.documents],
    ["/enhance", "enhance", words.app.enhance],
    ["/code", "code", words.app.code],
    ["/search", "search", words.app.search],
    ["/tasks", "tasks", words.app.tasks],
    ["/budget", "budget", words.app.budget],
    ["/performance", "pulse", words.app.performance],
    ["/notifications", "bell", words.app.notifications],
    ...(isAdmin ? ([["/admin", "admin", words.app.admin]] as [string, IconName, string][]) : []),
    ["/settings", "settings", words.app.settings],
  ];
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {words.app.skip}
      </a>
      <header className="top">
        <Button
          className="button plain icon-only only-phone"
          aria-label={open ? words.app.closeMenu : words.app.menu}
          aria-expanded={open}
          aria-controls="navigation"
          onPress={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} />
        </Button>
        <Link href="/documents" className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          {words.app.name}
        </Link>
        <span className="spring" />
        <MoneyLeft />
        <ConnectionDot />
        <Link href="/notifications" className="button plain icon-only bell" aria-label={words.notifications.bell(count)}>
          <Icon name="bell" />
          {count > 0 && <span className="badge">{count > 99 ? "99+" : count}</span>}
        </Link>
      </header>
      <nav id="navigation" className={open ? "side open" : "side"} aria-label={words.app.navigation}>
        <ul>
          {places.map(([href, icon, text]) => (
            <li key={href}>
              <Link
                href={href}
                className="place"
                aria-current={path === href || path.startsWith(`${href}/`) ? "page" : undefined}
                onClick={() => setOpen(false)}
              >
                <Icon name={icon} />
                <span>{text}</span>
                {href === "/notifications" && count > 0 && <span className="badge quiet-badge">{count}</span>}
              </Link>
            </li>
          ))}
        </ul>
        <Who />
      </nav>
      <main id="content" tabIndex={-1}>
        <OfflineBanner />
        {live.historyLost && (
          <div className="banner warning" role="alert">
            <Icon name="warning" />
            <div>
              <strong>{words.notifications.lost}</strong>
              <p>{words.notifications.lostHint}</p>
            </div>
            <Button className="button" onPress={() => store.dismissLoss()}>
              {words.notifications.dismiss}
            </Button>
          </div>
        )}
        {children}
      </main>
    </div>
  );
}

function useStoredAppearance(): void {
  const api = useApi();
  const { adopt } = useAppearance();
  const { data } = useQuery({
    queryKey: ["settings"],
    queryFn: () => ask(api.GET("/api/v1/users/current/settings")),
    staleTime: Infinity,
  });
  const stored = useRef(false);
  useEffect(() => {
    if (stored.current || !data?.preferences) return;
    stored.current = true;
    adopt(data.preferences);
  }, [data, adopt]);
}

function Who(): ReactNode {
  const user = useUser();
  return (
    <p className="who quiet">
      <strong>{user.name}</strong>
      {user.email}
    </p>
  );
}

function MoneyLeft(): ReactNode {
  const words = useWords();
  const { money } = useFormats();
  const budget = useBudgetStatus();
  if (!budget.data) return null;
  return (
    <Link href="/budget" className={`left-over ${budget.data.budget_status}`}>
      {words.app.left(money(Math.max(0, budget.data.remaining_budget)))}
    </Link>
  );
}

export function useBudgetStatus() {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.budget, "status"],
    queryFn: () => ask(api.GET("/api/v1/budget/status")),
    refetchInterval: 60_000,
  });
}

function ConnectionDot(): ReactNode {
  const { notifications: words } = useWords();
  const { connection } = useLive();
  return (
    <span className={`dot ${connection}`} role="status">
      <span className="only-wide" aria-hidden="true">
        {words[connection]}
      </span>
      <span className="hidden">{words[connection]}</span>
    </span>
  );
}

function OfflineBanner(): ReactNode {
  const { state } = useWords();
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );
  if (online) return null;
  return (
    <div className="banner warning" role="status">
      <Icon name="offline" />
      <p>{state.offlineBanner}</p>
    </div>
  );
}
