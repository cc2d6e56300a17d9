/** The routes, and the frame around them. Each page is loaded when it is first visited. */

import { lazy, Suspense, useEffect, useRef, type ReactNode } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { LiveProvider } from "./live/live";
import { Frame } from "./frame";
import { useWords } from "./i18n/language";
import { useSession } from "./session/context";
import { SignIn } from "./pages/sign-in";
import { Broken, Empty, Failed, Guard, Loading } from "./ui/states";
import { Unreachable } from "./api/client";

const Ask = lazy(() => import("./pages/ask"));
const Documents = lazy(() => import("./pages/documents"));
const Read = lazy(() => import("./pages/read"));
const StartDialogue = lazy(() => import("./pages/dialogue-start"));
const Dialogue = lazy(() => import("./pages/dialogue"));
const Rfc = lazy(() => import("./pages/rfc"));
const Enhance = lazy(() => import("./pages/enhance"));
const Enhancement = lazy(() => import("./pages/enhancement"));
const Code = lazy(() => import("./pages/code"));
const Search = lazy(() => import("./pages/search"));
const Tasks = lazy(() => import("./pages/tasks"));
const Task = lazy(() => import("./pages/task"));
const Budget = lazy(() => import("./pages/budget"));
const Performance = lazy(() => import("./pages/performance"));
const Notifications = lazy(() => import("./pages/notifications"));
const Admin = lazy(() => import("./pages/admin"));
const Settings = lazy(() => import("./pages/settings"));

export function App(): ReactNode {
  const session = useSession();
  if (session.status === "restoring") return <Loading />;
  if (session.status === "unreachable") return <Failed error={new Unreachable()} />;
  if (session.status === "signedOut") return <SignIn because={session.because} />;
  return (
    <LiveProvider key={session.user.user_id}>
      <Frame>
        <Pages />
      </Frame>
    </LiveProvider>
  );
}

function Pages(): ReactNode {
  const [path] = useLocation();
  useFocusOnArrival(path);
  return (
    <Guard key={path} broken={(again) => <Broken again={again} />}>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to="/documents" replace />
          </Route>
          <Route path="/ask">
            <Ask />
          </Route>
          <Route path="/ask/:id">{({ id }) => <Ask id={id} />}</Route>
          <Route path="/documents" component={Documents} />
          <Route path="/documents/:id">{({ id }) => <Read id={id} />}</Route>
          <Route path="/dialogue" component={StartDialogue} />
          <Route path="/dialogue/:id">{({ id }) => <Dialogue id={id} />}</Route>
          <Route path="/rfc/:id">{({ id }) => <Rfc id={id} />}</Route>
          <Route path="/enhance" component={Enhance} />
          <Route path="/enhance/:id">{({ id }) => <Enhancement id={id} />}</Route>
          <Route path="/code" component={Code} />
          <Route path="/search" component={Search} />
          <Route path="/tasks" component={Tasks} />
          <Route path="/tasks/:id">{({ id }) => <Task id={id} />}</Route>
          <Route path="/budget" component={Budget} />
          <Route path="/performance" component={Performance} />
          <Route path="/notifications" component={Notifications} />
          <Route path="/admin" component={Admin} />
          <Route path="/settings" component={Settings} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Guard>
  );
}

/** After a change of page a screen reader reads from its beginning, and the keyboard goes on there. */
function useFocusOnArrival(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById("content")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
}

function NotFound(): ReactNode {
  const { app } = useWords();
  return (
    <Empty title={app.notFound} hint={app.notFoundHint}>
      <Link className="button" href="/documents">
        {app.home}
      </Link>
    </Empty>
  );
}
