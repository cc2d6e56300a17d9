/** The documents that are about the same as one that was found, and searching in one of them. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ask } from "../api/client";
import { useFormats, useWords } from "../i18n/language";
import { useApi } from "../session/context";
import { Window } from "../ui/dialog";
import { Shown } from "../ui/states";

export interface Found {
  document_id: string;
  title: string;
}

interface SimilarProps {
  to: Found | null;
  onWithin: (document: Found) => void;
  onClose: () => void;
}

export function Similar({ to, onWithin, onClose }: SimilarProps): ReactNode {
  const { search } = useWords();
  return (
    <Window title={to ? search.similarTo(to.title) : ""} isOpen={to !== null} onClose={onClose}>
      {to && <Nearest to={to} onWithin={onWithin} />}
    </Window>
  );
}

function Nearest({ to, onWithin }: { to: Found; onWithin: (document: Found) => void }): ReactNode {
  const { search } = useWords();
  const { percent } = useFormats();
  const api = useApi();
  const similar = useQuery({
    queryKey: ["similar", to.document_id],
    queryFn: () => ask(api.GET("/api/v1/vector-search/similar/{doc_id}", { params: { path: { doc_id: to.document_id } } })),
  });
  return (
    <Shown query={similar}>
      {({ by, documents }) =>
        documents.length === 0 ? (
          <p className="quiet">{search.noSimilar}</p>
        ) : (
          <>
            {by === "words" && <p className="notice">{search.byWords}</p>}
            <ol className="plain-list">
              {documents.map((one) => (
                <li key={one.document_id} className="meta">
                  <strong>{one.title}</strong>
                  <span className="quiet">{percent(one.similarity * 100)}</span>
                  <span className="spring" />
                  <Button className="button small" aria-label={`${search.within}: ${one.title}`} onPress={() => onWithin(one)}>
                    {search.within}
                  </Button>
                </li>
              ))}
            </ol>
          </>
        )
      }
    </Shown>
  );
}
