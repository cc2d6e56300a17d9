/** Uploads of documents, several at once; each says what became of it. */

import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { DropZone } from "react-aria-components/DropZone";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { Text } from "react-aria-components/Text";
import { ask, Problem } from "../api/client";
import { useWords } from "../i18n/language";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Field } from "../ui/fields";
import { Icon } from "../ui/icon";

interface Item {
  id: number;
  name: string;
  state: "uploading" | "stored" | "refused";
  said: string;
}

let numbers = 0;

export function Upload(): ReactNode {
  const { search } = useWords();
  const api = useApi();
  const [isOpen, setOpen] = useState(false);
  const [items, setItems] = useState<Item[]>([]);
  const [tags, setTags] = useState("");

  const change = (id: number, to: Partial<Item>): void =>
    setItems((all) => all.map((item) => (item.id === id ? { ...item, ...to } : item)));

  const send = async (files: File[]): Promise<void> => {
    const added = files.map((file) => ({ id: (numbers += 1), file }));
    setItems((all) => [
      ...added.map(({ id, file }) => ({ id, name: file.name, state: "uploading" as const, said: search.uploading })),
      ...all,
    ]);
    for (const { id, file } of added) {
      const form = new FormData();
      form.set("file", file);
      if (tags.trim()) form.set("tags", tags);
      try {
        const stored = await patiently(() =>
          ask(api.POST("/api/v1/upload", { body: form as never, bodySerializer: (body) => body as never })),
        );
        change(id, { state: "stored", said: search.uploaded(stored.chunks) });
      } catch (error) {
        change(id, { state: "refused", said: (error as Error).message });
      }
    }
  };

  return (
    <>
      <Button className="button" onPress={() => setOpen(true)}>
        <Icon name="upload" />
        {search.upload}
      </Button>
      <Window title={search.uploadTitle} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Field label={search.tags} value={tags} onChange={setTags} />
        <DropZone
          className="drop"
          aria-label={search.drop}
          onDrop={(event) => {
            const files = event.items.filter((item) => item.kind === "file");
            void Promise.all(files.map((item) => item.getFile())).then(send);
          }}
        >
          <Text slot="label">{search.uploadHint}</Text>
          <FileTrigger allowsMultiple onSelect={(files) => files && void send([...files])}>
            <Button className="button primary">{search.choose}</Button>
          </FileTrigger>
        </DropZone>
        <ul className="uploads" aria-live="polite">
          {items.map((item) => (
            <li key={item.id} className={item.state}>
              <strong>{item.name}</strong> <span>{item.said}</span>
            </li>
          ))}
        </ul>
      </Window>
    </>
  );
}

/** Waits as long as the API asks for when there were too many uploads in a minute. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 429) throw error;
      await new Promise((wake) => setTimeout(wake, (error.body.retry_after ?? 5) * 1000));
    }
  }
}
