import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem } from "../api/client";
import { useAppearance } from "../i18n/language";
import { useConnection } from "../session/context";
import { Field } from "../ui/fields";
import { Refusal } from "../ui/states";

export function SignIn({ because }: { because: "" | "ended" | "left" }): ReactNode {
  const { words, language, choose } = useAppearance();
  const { session } = useConnection();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await session.signIn(email.trim(), password);
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };

  return (
    <main className="sign-in" id="content">
      <form className="panel" onSubmit={(event) => void submit(event)} noValidate>
        <p className="brand">
          <img src="/favicon.svg" alt="" width="36" height="36" />
          {words.app.name}
        </p>
        <p className="quiet">{words.signIn.claim}</p>
        <h1>{words.signIn.title}</h1>
        {because && !error && (
          <p className="notice" role="status">
            {words.signIn[because]}
          </p>
        )}
        <Field label={words.signIn.email} type="email" name="email" autoComplete="username" value={email} onChange={setEmail} required />
        <Field
          label={words.signIn.password}
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          required
        />
        <Explained error={error} />
        <Button className="button primary wide" type="submit" isPending={busy}>
          {words.signIn.submit}
        </Button>
        <DemoAccounts
          choose={(account) => {
            setEmail(account.email);
            setPassword(account.password);
          }}
        />
      </form>
      <p className="languages">
        {(["en", "ru"] as const).map((one) => (
          <Button key={one} className="button plain" aria-pressed={language === one} onPress={() => choose({ language: one })}>
            {one === "en" ? "English" : "Русский"}
          </Button>
        ))}
      </p>
    </main>
  );
}

function Explained({ error }: { error: unknown }): ReactNode {
  const { signIn } = useAppearance().words;
  if (error instanceof Problem && error.status === 401) return <Refusal error={new Error(signIn.wrong)} />;
  if (error instanceof Problem && error.status === 422) return <Refusal error={new Error(signIn.wrong)} />;
  if (error instanceof Problem && error.status === 429)
    return <Refusal error={new Error(signIn.tooMany(error.body.retry_after ?? 60))} />;
  return <Refusal error={error} />;
}

/** On the local stage the API names its demo accounts; elsewhere it answers 404 and nothing is shown. */
function DemoAccounts({ choose }: { choose: (account: { email: string; password: string }) => void }): ReactNode {
  const { signIn } = useAppearance().words;
  const { api, configuration } = useConnection();
  const local = new URL(configuration.api_url || location.origin).hostname === "127.0.0.1";
  const demo = useQuery({
    queryKey: ["demo-users"],
    queryFn: () => ask(api.GET("/api/v1/auth/demo-users")),
    enabled: local,
    staleTime: Infinity,
  });
  if (!demo.data || demo.data.users.length === 0) return null;
  return (
    <fieldset className="demo">
      <legend>{signIn.demo}</legend>
      {demo.data.users.map((account) => (
        <Button key={account.email} className="button" onPress={() => choose(account)}>
          <span className="hidden">{signIn.use("")}</span> {account.email}
        </Button>
      ))}
    </fieldset>
  );
}
