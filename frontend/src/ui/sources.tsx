/** Citations that open the passage they stand on. */

import { useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useWords } from "../i18n/language";
import { Window } from "./dialog";

export interface Source {
  number: number;
  document_id: string;
  title: string;
  filename: string;
  chunk_index: number;
  heading: string;
  excerpt: string;
}

interface Sources {
  cite: (number: number) => ReactNode | null;
  open: (source: Source) => void;
  /** The dialog; to be put into the page once. */
  passage: ReactNode;
}

export function useSources(sources: Source[]): Sources {
  const { documents } = useWords();
  const [shown, setShown] = useState<Source | null>(null);
  const cite = (number: number): ReactNode | null => {
    const source = sources.find((one) => one.number === number);
    return source ? (
      <Button className="citation" aria-label={documents.citation(number)} onPress={() => setShown(source)}>
        {number}
      </Button>
    ) : null;
  };
  const passage = (
    <Window title={shown ? documents.citation(shown.number) : ""} isOpen={shown !== null} onClose={() => setShown(null)}>
      {shown && (
        <>
          <h3>{shown.title}</h3>
          <p className="quiet">
            {shown.filename}
            {shown.heading && ` · ${shown.heading}`}
          </p>
          <blockquote className="passage">{shown.excerpt}</blockquote>
        </>
      )}
    </Window>
  );
  return { cite, open: setShown, passage };
}
