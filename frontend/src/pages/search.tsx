import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Checkbox } from "react-aria-components/Checkbox";
import { ask, type SearchQuery, type SearchResult, type SearchResults } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { keys } from "../live/tasks";
import { useApi } from "../session/context";
import { Choice, Field } from "../ui/fields";
import { Highlighted } from "../ui/highlighted";
import { Page } from "../ui/page";
import { Empty, Failed, Loading } from "../ui/states";
import { Similar, type Found } from "./similar";
import { Upload } from "./upload";

type Mode = "hybrid" | "lexical" | "vector";

export default function Search(): ReactNode {
  const words = useWords();
  const api = useApi();
  const [query, setQuery] = useState("");
  const [mode, setMode] = useState<Mode>("hybrid");
  const [tags, setTags] = useState("");
  const [onePer, setOnePer] = useState(false);
  const [sources, setSources] = useState("");
  const [within, setWithin] = useState<Found | null>(null);
  const [similarTo, setSimilarTo] = useState<Found | null>(null);
  const known = useQuery({
    queryKey: [...keys.sources, "enabled"],
    queryFn: () => ask(api.GET("/api/v1/sources")),
  });
  const names = known.data?.sources.map((one) => one.name) ?? [];
  const search = useMutation({
    mutationFn: (body: SearchQuery) => ask(api.POST("/api/v1/search", { body })),
  });
  const find = (only: Found | null): void => {
    setWithin(only);
    if (query.trim() === "") return;
    const filters = { tags: listed(tags), document_ids: only ? [only.document_id] : [] };
    search.mutate({ query, mode, limit: 20, one_per_document: onePer, sources: listed(sources), filters });
  };
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    find(within);
  };
  return (
    <Page title={words.search.title} intro={words.search.intro} actions={<Upload />}>
      <form className="search" role="search" onSubmit={submit}>
        <div className="search-line">
          <Field label={words.search.field} type="search" value={query} onChange={setQuery} maxLength={1000} autoFocus />
          <Button className="button primary" type="submit" isPending={search.isPending}>
            {words.search.submit}
          </Button>
        </div>
        <details>
          <summary>{words.search.filters}</summary>
          <div className="filters">
            <Choice label={words.search.mode} value={mode} options={words.search.modes} onChange={(to: string) => setMode(to as Mode)} />
            <Field label={words.search.tags} value={tags} onChange={setTags} />
            <Field
              label={words.search.sources}
              hint={names.length > 0 ? words.search.sourcesHint(names.join(", ")) : undefined}
              value={sources}
              onChange={setSources}
            />
            <Checkbox className="checkbox" isSelected={onePer} onChange={setOnePer}>
              <span className="box" aria-hidden="true" />
              {words.search.onePer}
            </Checkbox>
          </div>
        </details>
      </form>
      {within && (
        <p className="meta">
          <span className="chip">{words.search.only(within.title)}</span>
          <Button className="button small" onPress={() => find(null)}>
            {words.search.everywhere}
          </Button>
        </p>
      )}
      <div aria-live="polite" aria-busy={search.isPending}>
        {search.isPending ? (
          <Loading />
        ) : search.error ? (
          <Failed error={search.error} onRetry={() => submit()} />
        ) : search.data ? (
          <Results found={search.data} onSimilar={setSimilarTo} />
        ) : (
          <Empty title={words.search.start} />
        )}
      </div>
      <Similar
        to={similarTo}
        onWithin={(document) => {
          setSimilarTo(null);
          find(document);
        }}
        onClose={() => setSimilarTo(null)}
      />
    </Page>
  );
}

const listed = (text: string): string[] => text.split(",").map((one) => one.trim()).filter(Boolean);

function Results({ found, onSimilar }: { found: SearchResults; onSimilar: (found: Found) => void }): ReactNode {
  const words = useWords();
  const { number } = useFormats();
  if (found.results.length === 0) return <Empty title={words.search.nothing} hint={words.search.nothingHint} />;
  return (
    <>
      <p className="quiet">
        {words.search.found(found.total_found, number(found.search_time_ms))}
        {found.results.length < found.total_found && `, ${words.search.shown(found.results.length)}`}
      </p>
      {found.degraded && <p className="notice">{words.search.degraded[found.degraded]}</p>}
      <ol className="results">
        {found.results.map((result) => (
          <Result key={`${result.document_id}-${result.chunk_index}`} result={result} onSimilar={onSimilar} />
        ))}
      </ol>
    </>
  );
}

function Result({ result, onSimilar }: { result: SearchResult; onSimilar: (found: Found) => void }): ReactNode {
  const words = useWords();
  const { number, day } = useFormats();
  return (
    <li className="card">
      <h2>{result.title}</h2>
      <p className="quiet meta">
        {result.heading && <span>{result.heading}</span>}
        <span className="chip">{result.source_type}</span>
        <span>{day(result.created_at)}</span>
        <span className="spring" />
        <span>{words.search.score(number(result.score, 2))}</span>
      </p>
      {result.highlights.length > 0 ? (
        result.highlights.map((highlight, index) => (
          <p key={index}>
            <Highlighted text={highlight.replace(/(^|\s)#{1,6}\s+/g, "$1")} />
          </p>
        ))
      ) : (
        <p>{result.content?.slice(0, 300)}</p>
      )}
      {result.content && (
        <details>
          <summary>{words.search.whole}</summary>
          <p className="passage">{result.content}</p>
        </details>
      )}
      <p className="meta">
        {result.url && /^https?:/.test(result.url) && (
          <a href={result.url} target="_blank" rel="noreferrer noopener">
            {words.search.open}
          </a>
        )}
        <Button className="as-link" onPress={() => onSimilar(result)}>
          {words.search.similar}
        </Button>
      </p>
    </li>
  );
}
