/** The frame of a page: its heading, what it is for, its actions. The document's title follows it. */

import { useEffect, type ReactNode } from "react";
import { useWords } from "../i18n/language";

interface PageProps {
  title: string;
  intro?: string;
  actions?: ReactNode;
  above?: ReactNode;
  children: ReactNode;
}

export function Page({ title, intro, actions, above, children }: PageProps): ReactNode {
  const { app } = useWords();
  useEffect(() => {
    document.title = `${title} · ${app.name}`;
  }, [title, app.name]);
  return (
    <div className="page">
      {above}
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {intro && <p className="quiet">{intro}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section className="panel" aria-label={title}>
      {title && (
        <header className="panel-head">
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

/** A name and its value, in a list of such. */
export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Progress({ value, label }: { value: number; label: string }): ReactNode {
  return (
    <div className="progress" role="progressbar" aria-valuenow={value} aria-valuemin={0} aria-valuemax={100} aria-label={label}>
      <span style={{ width: `${value}%` }} />
    </div>
  );
}
