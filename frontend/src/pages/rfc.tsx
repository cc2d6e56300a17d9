/** An RFC in each of its versions: the text with its citations, its quality, what changed, as a file. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Link } from "wouter";
import { ask, Problem, type Api, type RfcDocument } from "../api/client";
import { problemOf } from "../api/problem";
import { usePageWords, useWords } from "../i18n/language";
import { dialogueWords } from "../i18n/pages/dialogue";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Field } from "../ui/fields";
import { Icon } from "../ui/icon";
import { Markdown } from "../ui/markdown";
import { Page, Panel } from "../ui/page";
import { useSources, type Source } from "../ui/sources";
import { Refusal, Shown } from "../ui/states";
import { download, fileName } from "./export";
import { QualityPanel, type Quality } from "./quality";
import { Versions } from "./rfc-versions";

export default function RfcPage({ id }: { id: string }): ReactNode {
  const api = useApi();
  const [version, setVersion] = useState<number | null>(null);
  const rfc = useQuery({
    queryKey: ["rfc", id, version ?? "current"],
    queryFn: () =>
      ask(api.GET("/api/v1/generate/rfc/{rfc_id}", { params: { path: { rfc_id: id }, query: version === null ? {} : { version } } })),
    placeholderData: (before) => before,
  });
  return <Shown query={rfc}>{(data) => <Text rfc={data as RfcDocument} onVersion={setVersion} />}</Shown>;
}

function Text({ rfc, onVersion }: { rfc: RfcDocument; onVersion: (version: number | null) => void }): ReactNode {
  const words = usePageWords(dialogueWords);
  const { documents } = useWords();
  const sources = rfc.sources_used as unknown as Source[];
  const { cite, open, passage } = useSources(sources);
  const body = useMemo(() => rfc.full_content.replace(/^# .*\n+/, ""), [rfc.full_content]);
  const removed = (rfc.citations.removed ?? []) as { section: string; sentence: string; reason: string }[];
  return (
    <Page
      title={rfc.title}
      intro={words.version(rfc.version)}
      above={
        <Link className="back" href="/documents">
          <Icon name="back" />
          {documents.back}
        </Link>
      }
      actions={
        <>
          {rfc.version === rfc.latest_version && <Edit rfc={rfc} onSaved={() => onVersion(null)} />}
          <Export rfc={rfc} />
        </>
      }
    >
      <div className="reading">
        <article className="document panel">
          <Markdown text={body} cite={cite} />
        </article>
        <aside>
          <Versions rfc={rfc} onVersion={onVersion} />
          <QualityPanel quality={rfc.quality as Quality} />
          <Panel title={documents.sources}>
            {typeof rfc.citations.checked === "number" && (
              <p className="quiet">{words.checked(Number(rfc.citations.kept ?? 0), rfc.citations.checked)}</p>
            )}
            {sources.length === 0 ? (
              <p>{documents.noSources}</p>
            ) : (
              <ol className="sources">
                {sources.map((source) => (
                  <li key={source.number} value={source.number}>
                    <Button className="as-link" onPress={() => open(source)}>
                      {source.title}
                    </Button>
                    {source.heading && <span className="quiet">{source.heading}</span>}
                  </li>
                ))}
              </ol>
            )}
            {removed.length > 0 && (
              <details>
                <summary>{words.takenAway}</summary>
                <ul>
                  {removed.map((one, index) => (
                    <li key={index}>
                      {one.section}: {one.sentence} <span className="quiet">({one.reason})</span>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </Panel>
        </aside>
      </div>
      {passage}
    </Page>
  );
}

function Edit({ rfc, onSaved }: { rfc: RfcDocument; onSaved: () => void }): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const cache = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.PUT("/api/v1/generate/rfc/{rfc_id}", {
          params: { path: { rfc_id: rfc.rfc_id } },
          body: { based_on_version: rfc.version, content: text ?? "", note },
        }),
      ),
    onSuccess: () => {
      setText(null);
      setNote("");
      onSaved();
      void cache.invalidateQueries({ queryKey: ["rfc", rfc.rfc_id] });
    },
  });
  const wrong = save.error instanceof Problem ? save.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <>
      <Button className="button" onPress={() => setText(rfc.full_content)}>
        <Icon name="enhance" />
        {words.edit}
      </Button>
      <Window title={words.edit} isOpen={text !== null} onClose={() => setText(null)}>
        <form className="form" onSubmit={submit} noValidate>
          <Field label={words.content} value={text ?? ""} onChange={setText} rows={16} error={wrong?.at("/content")} />
          <Field label={words.note} value={note} onChange={setNote} maxLength={500} error={wrong?.at("/note")} />
          <Refusal error={save.error} />
          <div className="actions">
            <Button className="button" onPress={() => setText(null)}>
              {words.close}
            </Button>
            <Button className="button primary" type="submit" isPending={save.isPending} isDisabled={!text?.trim()}>
              {words.save}
            </Button>
          </div>
        </form>
      </Window>
    </>
  );
}

/** The file of a version as the API writes it. */
async function fileOf(api: Api, rfc: RfcDocument, format: string): Promise<Blob> {
  const { data, error, response } = await api.GET("/api/v1/generate/rfc/{rfc_id}", {
    params: { path: { rfc_id: rfc.rfc_id }, query: { version: rfc.version, format: format as "md" } },
    parseAs: "blob",
  });
  if (!response.ok) throw problemOf(response.status, error);
  return data as unknown as Blob;
}

function Export({ rfc }: { rfc: RfcDocument }): ReactNode {
  const words = usePageWords(dialogueWords);
  const api = useApi();
  const take = useMutation({
    mutationFn: async (format: string) => {
      if (format === "print") return window.print();
      download(await fileOf(api, rfc, format), fileName(rfc.title, format));
    },
  });
  return (
    <>
      <MenuTrigger>
        <Button className="button" isPending={take.isPending}>
          {words.export}
          <Icon name="chevron" />
        </Button>
        <Popover className="popover">
          <Menu className="options" onAction={(format) => take.mutate(String(format))}>
            {Object.entries(words.formats).map(([format, text]) => (
              <MenuItem key={format} id={format} className="option">
                {text}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Refusal error={take.error} />
    </>
  );
}
