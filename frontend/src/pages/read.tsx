import { useMemo, useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Link } from "wouter";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { Window } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { headings, Markdown } from "../ui/markdown";
import { Fact, Page, Panel, Progress } from "../ui/page";
import { Empty, Shown } from "../ui/states";
import { save, type ExportFormat } from "./export";
import { titleOf, useTask } from "./task-queries";

export interface Source {
  number: number;
  document_id: string;
  title: string;
  filename: string;
  chunk_index: number;
  heading: string;
  excerpt: string;
}

export interface Rfc {
  title: string;
  rfc_content: string;
  word_count: number;
  quality: Record<string, number> & { remarks?: string[] };
  sources_used: Source[];
  model: string;
  provider: string;
}

export default function Read({ id }: { id: string }): ReactNode {
  const words = useWords();
  const query = useTask(id);
  return (
    <Shown query={query}>
      {(task) =>
        typeof task.result?.rfc_content === "string" ? (
          <Document task={task} rfc={task.result as unknown as Rfc} />
        ) : (
          <Empty
            title={task.status === "completed" ? words.documents.gone : words.documents.notReady}
            hint={task.status === "completed" ? undefined : words.documents.notReadyHint}
          >
            <Link className="button" href={`/tasks/${id}`}>
              {words.documents.toTask}
            </Link>
          </Empty>
        )
      }
    </Shown>
  );
}

function Document({ task, rfc }: { task: TaskDetails; rfc: Rfc }): ReactNode {
  const words = useWords();
  const { money, number } = useFormats();
  const [open, setOpen] = useState<Source | null>(null);
  const parts = useMemo(() => headings(rfc.rfc_content).filter((heading) => heading.depth === 2), [rfc.rfc_content]);
  const body = useMemo(() => rfc.rfc_content.replace(/^# .*\n+/, ""), [rfc.rfc_content]);
  const cite = (cited: number): ReactNode | null => {
    const source = rfc.sources_used.find((one) => one.number === cited);
    return source ? (
      <Button className="citation" aria-label={words.documents.citation(cited)} onPress={() => setOpen(source)}>
        {cited}
      </Button>
    ) : null;
  };
  return (
    <Page
      title={titleOf(task, words)}
      above={
        <Link className="back" href="/documents">
          <Icon name="back" />
          {words.documents.back}
        </Link>
      }
      actions={<Export task={task} rfc={rfc} />}
    >
      <div className="reading">
        <article className="document panel" lang={/[а-яё]/i.test(rfc.rfc_content.slice(0, 200)) ? "ru" : undefined}>
          <Markdown text={body} cite={cite} />
        </article>
        <aside>
          <Panel title={words.documents.contents}>
            <ol className="contents">
              {parts.map((part) => (
                <li key={part.id}>
                  <a href={`#${part.id}`}>{part.text}</a>
                </li>
              ))}
            </ol>
          </Panel>
          <Panel title={words.documents.quality}>
            <p className="large">{words.documents.qualityOf(number(rfc.quality.overall ?? 0))}</p>
            {Object.entries(words.documents.parts).map(([part, name]) => (
              <div key={part} className="scored">
                <span>{name}</span>
                <span className="number">{number(rfc.quality[part] ?? 0)}</span>
                <Progress value={Math.round(rfc.quality[part] ?? 0)} label={name} />
              </div>
            ))}
            {rfc.quality.remarks && rfc.quality.remarks.length > 0 && (
              <details>
                <summary>{words.documents.remarks}</summary>
                <ul>
                  {rfc.quality.remarks.map((remark) => (
                    <li key={remark}>{remark}</li>
                  ))}
                </ul>
              </details>
            )}
          </Panel>
          <Panel title={words.documents.sources}>
            {rfc.sources_used.length === 0 ? (
              <p>{words.documents.noSources}</p>
            ) : (
              <ol className="sources">
                {rfc.sources_used.map((source) => (
                  <li key={source.number} value={source.number}>
                    <Button className="as-link" onPress={() => setOpen(source)}>
                      {source.title}
                    </Button>
                    {source.heading && <span className="quiet">{source.heading}</span>}
                  </li>
                ))}
              </ol>
            )}
          </Panel>
          <Panel>
            <dl className="facts">
              <Fact name={words.documents.model}>{rfc.model}</Fact>
              <Fact name={words.documents.cost}>{money(task.cost)}</Fact>
            </dl>
          </Panel>
        </aside>
      </div>
      <Window title={open ? words.documents.citation(open.number) : ""} isOpen={open !== null} onClose={() => setOpen(null)}>
        {open && (
          <>
            <h3>{open.title}</h3>
            <p className="quiet">
              {open.filename}
              {open.heading && ` · ${open.heading}`}
            </p>
            <blockquote className="passage">{open.excerpt}</blockquote>
          </>
        )}
      </Window>
    </Page>
  );
}

function Export({ task, rfc }: { task: TaskDetails; rfc: Rfc }): ReactNode {
  const { documents } = useWords();
  const formats: Record<ExportFormat, string> = {
    md: documents.markdown,
    txt: documents.text,
    json: documents.json,
    print: documents.print,
    copy: documents.copy,
  };
  return (
    <MenuTrigger>
      <Button className="button">
        {documents.export}
        <Icon name="chevron" />
      </Button>
      <Popover className="popover">
        <Menu className="options" onAction={(format) => void save(format as ExportFormat, task, rfc)}>
          {Object.entries(formats).map(([format, text]) => (
            <MenuItem key={format} id={format} className="option">
              {text}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
