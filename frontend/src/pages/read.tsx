import { useMemo, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Link } from "wouter";
import type { TaskDetails } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { Icon } from "../ui/icon";
import { headings, Markdown } from "../ui/markdown";
import { Fact, Page, Panel } from "../ui/page";
import { useSources, type Source } from "../ui/sources";
import { Empty, Shown } from "../ui/states";
import { save, type ExportFormat } from "./export";
import { QualityPanel, type Quality } from "./quality";
import { titleOf, useTask } from "./task-queries";

export interface Rfc {
  title: string;
  rfc_content: string;
  word_count: number;
  quality: Quality;
  rfc_id?: string;
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
  const { money } = useFormats();
  const parts = useMemo(() => headings(rfc.rfc_content).filter((heading) => heading.depth === 2), [rfc.rfc_content]);
  const body = useMemo(() => rfc.rfc_content.replace(/^# .*\n+/, ""), [rfc.rfc_content]);
  const { cite, open, passage } = useSources(rfc.sources_used);
  return (
    <Page
      title={titleOf(task, words)}
      above={
        <Link className="back" href="/documents">
          <Icon name="back" />
          {words.documents.back}
        </Link>
      }
      actions={
        <>
          {rfc.rfc_id && (
            <Link className="button" href={`/rfc/${rfc.rfc_id}`}>
              {words.documents.versions}
            </Link>
          )}
          <Export task={task} rfc={rfc} />
        </>
      }
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
          <QualityPanel quality={rfc.quality} />
          <Panel title={words.documents.sources}>
            {rfc.sources_used.length === 0 ? (
              <p>{words.documents.noSources}</p>
            ) : (
              <ol className="sources">
                {rfc.sources_used.map((source) => (
                  <li key={source.number} value={source.number}>
                    <Button className="as-link" onPress={() => open(source)}>
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
      {passage}
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
