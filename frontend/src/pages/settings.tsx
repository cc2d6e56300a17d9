import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem, type Settings as StoredSettings } from "../api/client";
import { useAppearance, type Language, type Theme } from "../i18n/language";
import { useApi, useConnection, useUser } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Fact, Page, Panel } from "../ui/page";
import { Refusal } from "../ui/states";

const LANGUAGES: Record<Language, string> = { en: "English", ru: "Русский" };

export default function Settings(): ReactNode {
  const { words } = useAppearance();
  const user = useUser();
  return (
    <Page title={words.settings.title}>
      <div className="halves">
        <Appearance />
        <Panel title={words.settings.profile}>
          <dl className="facts">
            <Fact name={words.settings.name}>{user.name}</Fact>
            <Fact name={words.settings.email}>{user.email}</Fact>
            <Fact name={words.settings.role}>{words.admin.roles[user.role] ?? user.role}</Fact>
            <Fact name={words.settings.scopes}>{user.scopes.join(", ")}</Fact>
          </dl>
        </Panel>
        <Password />
        <SignOut />
      </div>
    </Page>
  );
}

/** Chosen here, at once; stored with the account, so that another browser begins with it. */
function Appearance(): ReactNode {
  const { words, language, theme, choose } = useAppearance();
  const api = useApi();
  const cache = useQueryClient();
  const stored = useQuery({
    queryKey: ["settings"],
    queryFn: () => ask(api.GET("/api/v1/users/current/settings")),
    staleTime: Infinity,
  });
  const save = useMutation({
    mutationFn: (change: { language?: Language; theme?: Theme }) => {
      const body: StoredSettings = { ...stored.data, preferences: { ...stored.data?.preferences, ...change } };
      return ask(api.PUT("/api/v1/users/current/settings", { body }));
    },
    onSuccess: (settings) => cache.setQueryData(["settings"], settings),
  });
  const set = (change: { language?: Language; theme?: Theme }): void => {
    choose(change);
    save.mutate(change);
  };
  return (
    <Panel title={words.settings.appearance}>
      <Choice label={words.settings.language} value={language} options={LANGUAGES} onChange={(to: string) => set({ language: to as Language })} />
      <Choice label={words.settings.theme} value={theme} options={words.settings.themes} onChange={(to: string) => set({ theme: to as Theme })} />
      <Refusal error={save.error} />
      {save.isSuccess && (
        <p className="quiet" role="status">
          {words.settings.saved}
        </p>
      )}
    </Panel>
  );
}

function Password(): ReactNode {
  const { words } = useAppearance();
  const api = useApi();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/auth/password", { body: { current_password: current, new_password: next } })),
    onSuccess: () => {
      setCurrent("");
      setNext("");
    },
  });
  const wrong = change.error instanceof Problem ? change.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Panel title={words.settings.password}>
      <form className="form" onSubmit={submit} noValidate>
        <Field
          label={words.settings.current}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          required
        />
        <Field
          label={words.settings.next}
          hint={words.settings.rules}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          error={wrong?.at("/new_password")}
          required
        />
        <Refusal error={wrong?.status === 401 ? new Error(words.settings.wrong) : change.error} />
        {change.data && (
          <p className="notice" role="status">
            {words.settings.changed(change.data.other_sessions_ended)}
          </p>
        )}
        <div className="actions">
          <Button className="button" type="submit" isPending={change.isPending} isDisabled={!current || !next}>
            {words.settings.change}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function SignOut(): ReactNode {
  const { words } = useAppearance();
  const { api, session } = useConnection();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const leave = (everywhere: boolean): void => {
    setBusy(true);
    session.signOut(api, everywhere).catch((refused: unknown) => setError(refused));
  };
  useEffect(() => () => setBusy(false), []);
  return (
    <Panel title={words.settings.sessions}>
      <p className="quiet">{words.settings.sessionsHint}</p>
      <Refusal error={error} />
      <div className="actions start">
        <Button className="button" isDisabled={busy} onPress={() => leave(false)}>
          {words.settings.here}
        </Button>
        <Button className="button danger" isDisabled={busy} onPress={() => leave(true)}>
          {words.settings.everywhere}
        </Button>
      </div>
    </Panel>
  );
}
