/** Documentation of code: what is in it, for nothing, and a document about it as a task. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useLocation } from "wouter";
import { ask, Problem, type AnalyzedCode, type DocumentationOrder } from "../api/client";
import { useFormats, usePageWords } from "../i18n/language";
import { enhanceWords } from "../i18n/pages/enhance";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Fact, Page, Panel } from "../ui/page";
import { Refusal } from "../ui/states";
import { Table } from "../ui/table";
import { base64, codeInput, LARGEST_FILE, type From, type Given } from "./code-input";
import { NoRoom } from "./room";

const NOTHING: Given = { code: "", fileName: "main.py", file: null, url: "", reference: "" };

export default function Code(): ReactNode {
  const words = usePageWords(enhanceWords);
  const api = useApi();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [from, setFrom] = useState<From>("string");
  const [given, setGiven] = useState<Given>(NOTHING);
  const [document, setDocument] = useState<NonNullable<DocumentationOrder["documentation_type"]>>("readme");
  const [detail, setDetail] = useState<NonNullable<DocumentationOrder["detail_level"]>>("brief");
  const input = codeInput(from, given);
  const analyze = useMutation({
    mutationFn: (code_input: NonNullable<typeof input>) =>
      ask(api.POST("/api/v1/documentation/analyze", { body: { code_input, depth: "standard" } })),
  });
  const write = useMutation({
    mutationFn: (code_input: NonNullable<typeof input>) =>
      ask(
        api.POST("/api/v1/documentation/generate", {
          body: { code_input, documentation_type: document, detail_level: detail },
        }),
      ),
    onSuccess: ({ task_id }) => {
      for (const key of [keys.tasks, keys.budget]) void cache.invalidateQueries({ queryKey: key });
      go(`/tasks/${task_id}`);
    },
  });
  const wrong = write.error instanceof Problem ? write.error : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (input) write.mutate(input);
  };
  return (
    <Page title={words.code} intro={words.codeIntro}>
      <Panel>
        <form className="form" onSubmit={submit} noValidate>
          <Choice label={words.from} value={from} options={words.froms} onChange={(to: string) => setFrom(to as From)} />
          <CodeFields from={from} given={given} onChange={setGiven} />
          <div className="two">
            <Choice
              label={words.document}
              value={document}
              options={words.documents}
              onChange={(to: string) => setDocument(to as typeof document)}
            />
            <Choice label={words.detail} value={detail} options={words.details} onChange={(to: string) => setDetail(to as typeof detail)} />
          </div>
          <Refusal error={analyze.error} />
          {wrong?.status === 402 ? <NoRoom problem={wrong} /> : <Refusal error={write.error} />}
          <div className="actions">
            <Button className="button" isPending={analyze.isPending} isDisabled={!input} onPress={() => input && analyze.mutate(input)}>
              {words.analyze}
            </Button>
            <Button className="button primary" type="submit" isPending={write.isPending} isDisabled={!input}>
              {words.write}
            </Button>
          </div>
        </form>
      </Panel>
      {analyze.data && <Found code={analyze.data} />}
    </Page>
  );
}

interface FieldsProps {
  from: From;
  given: Given;
  onChange: (given: Given) => void;
}

function CodeFields({ from, given, onChange }: FieldsProps): ReactNode {
  const words = usePageWords(enhanceWords);
  const [tooLarge, setTooLarge] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setTooLarge(file.size > LARGEST_FILE);
    if (file.size > LARGEST_FILE) return;
    onChange({ ...given, file: { name: file.name, base64: base64(new Uint8Array(await file.arrayBuffer())) } });
  };
  if (from === "file")
    return (
      <div className="drop">
        <FileTrigger onSelect={(files) => void take(files?.[0])}>
          <Button className="button">{words.file}</Button>
        </FileTrigger>
        <p className="quiet">{given.file?.name ?? words.fileHint}</p>
        {tooLarge && <p className="error">{words.tooLarge}</p>}
      </div>
    );
  if (from === "repository")
    return (
      <div className="two">
        <Field label={words.url} value={given.url} onChange={(url) => onChange({ ...given, url })} maxLength={300} required />
        <Field label={words.reference} value={given.reference} onChange={(reference) => onChange({ ...given, reference })} />
      </div>
    );
  return (
    <>
      <Field label={words.fileName} value={given.fileName} onChange={(fileName) => onChange({ ...given, fileName })} />
      <Field label={words.paste} value={given.code} onChange={(code) => onChange({ ...given, code })} rows={12} required />
    </>
  );
}

function Found({ code }: { code: AnalyzedCode }): ReactNode {
  const words = usePageWords(enhanceWords);
  const { number, percent } = useFormats();
  const remarks = [...(code.security_remarks ?? []), ...(code.performance_remarks ?? [])];
  return (
    <Panel title={words.found}>
      <p>{words.lines(code.files, number(code.lines))}</p>
      <dl className="facts">
        <Fact name={words.functions}>{number(code.function_count)}</Fact>
        <Fact name={words.types}>{number(code.type_count)}</Fact>
        <Fact name={words.complexity}>{number(code.complexity.average, 1)}</Fact>
        {code.documented_share !== null && <Fact name={words.documented}>{percent(code.documented_share * 100)}</Fact>}
      </dl>
      {code.functions.length > 0 && (
        <Table
          label={words.functions}
          columns={[words.functions, words.complexity]}
          rows={code.functions.slice(0, 50).map((one) => [<code key="name">{one.signature}</code>, number(one.complexity)])}
        />
      )}
      {remarks.length > 0 && (
        <>
          <h3>{words.remarks}</h3>
          <ul>
            {remarks.map((one, index) => (
              <li key={index}>
                <code>{`${one.path}:${one.line}`}</code> {one.message}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
