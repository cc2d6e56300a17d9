import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask, Problem } from "../api/client";
import { useWords } from "../i18n/language";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Panel } from "../ui/page";
import { Refusal } from "../ui/states";

type Role = "user" | "admin";
type Severity = "info" | "warning" | "critical";

export function CreateUser(): ReactNode {
  const { admin } = useWords();
  const api = useApi();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("user");
  const create = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/users", { body: { username: name, email, role } })),
    onSuccess: () => {
      setName("");
      setEmail("");
    },
  });
  const wrong = create.error instanceof Problem ? create.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Panel title={admin.create}>
      <form className="form narrow" onSubmit={submit} noValidate>
        <p className="quiet">{admin.createHint}</p>
        <Field label={admin.name} value={name} onChange={setName} error={wrong?.at("/username")} required />
        <Field label={admin.email} type="email" value={email} onChange={setEmail} error={wrong?.at("/email")} required />
        <Choice label={admin.role} value={role} options={admin.roles} onChange={(to: string) => setRole(to as Role)} />
        <Refusal error={create.error} />
        {create.data && (
          <div className="notice" role="status">
            <p>{admin.created(create.data.email)}</p>
            <p>
              {admin.password}: <code>{create.data.temporary_password}</code>
            </p>
          </div>
        )}
        <div className="actions">
          <Button className="button primary" type="submit" isPending={create.isPending}>
            {admin.create}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

export function Announce(): ReactNode {
  const { admin } = useWords();
  const api = useApi();
  const [title, setTitle] = useState("");
  const [message, setMessage] = useState("");
  const [severity, setSeverity] = useState<Severity>("info");
  const send = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/notifications/broadcast", {
          body: { title, message, severity, priority: severity === "critical" ? "urgent" : "normal" },
        }),
      ),
    onSuccess: () => {
      setTitle("");
      setMessage("");
    },
  });
  const wrong = send.error instanceof Problem ? send.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Panel title={admin.announce}>
      <form className="form narrow" onSubmit={submit} noValidate>
        <Field label={admin.broadcastTitle} value={title} onChange={setTitle} maxLength={200} error={wrong?.at("/title")} required />
        <Field
          label={admin.broadcastMessage}
          value={message}
          onChange={setMessage}
          rows={4}
          maxLength={4000}
          error={wrong?.at("/message")}
          required
        />
        <Choice label={admin.severity} value={severity} options={admin.severities} onChange={(to: string) => setSeverity(to as Severity)} />
        <Refusal error={send.error} />
        {send.data && (
          <p className="notice" role="status">
            {admin.sent(send.data.recipients)}
          </p>
        )}
        <div className="actions">
          <Button className="button primary" type="submit" isPending={send.isPending}>
            {admin.send}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
