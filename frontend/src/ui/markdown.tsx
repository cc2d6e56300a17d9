/**
 * Markdown as elements. Built from tokens and never from HTML: what a model or a source wrote cannot become a script.
 * A number in brackets such as [2] is a citation, drawn by `cite` when the document has such a source.
 */

import { lexer, type Token, type Tokens } from "marked";
import { Fragment, type ReactNode } from "react";

const CITATION = /\[(\d{1,3})\]/;
const HEADING_MARKS = /(^|\s)#{1,6}[ \t]+/g;
const LINK = /^(https?:|mailto:)/i;

type Cite = (number: number) => ReactNode | null;

export interface MarkdownHeading {
  id: string;
  depth: number;
  text: string;
}

export function headings(text: string): MarkdownHeading[] {
  return lexer(text)
    .filter((token): token is Tokens.Heading => token.type === "heading")
    .map(({ depth, text: said }) => ({ id: anchor(said), depth, text: said }));
}

export function anchor(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
}

export function Markdown({ text, cite = () => null }: { text: string; cite?: Cite }): ReactNode {
  return <>{blocks(lexer(text), cite)}</>;
}

function blocks(tokens: Token[], cite: Cite): ReactNode[] {
  return tokens.map((token, index) => <Fragment key={index}>{block(token, cite)}</Fragment>);
}

function block(token: Token, cite: Cite): ReactNode {
  switch (token.type) {
    case "heading": {
      const { depth, text, tokens } = token as Tokens.Heading;
      const Level = `h${Math.min(depth, 6)}` as "h1";
      return <Level id={anchor(text)}>{inline(tokens, cite)}</Level>;
    }
    case "paragraph":
      return <p>{inline((token as Tokens.Paragraph).tokens, cite)}</p>;
    case "blockquote":
      // An excerpt runs over the headings of its source, whose marks would make the quotation a heading here.
      return <blockquote>{blocks(lexer((token as Tokens.Blockquote).text.replace(HEADING_MARKS, "$1")), cite)}</blockquote>;
    case "list": {
      const { ordered, start, items } = token as Tokens.List;
      const entries = items.map((item, index) => <li key={index}>{blocks(item.tokens, cite)}</li>);
      return ordered ? <ol start={start === "" ? 1 : start}>{entries}</ol> : <ul>{entries}</ul>;
    }
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "table": {
      const { header, rows } = token as Tokens.Table;
      return (
        <div className="wide-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {header.map((cell, index) => (
                  <th key={index}>{inline(cell.tokens, cite)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{inline(cell.tokens, cite)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case "hr":
      return <hr />;
    case "space":
      return null;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens, cite) : cited(text, cite);
    }
    default: // HTML stands there as it was written
      return <p>{token.raw}</p>;
  }
}

function inline(tokens: Token[] | undefined, cite: Cite): ReactNode[] {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{span(token, cite)}</Fragment>);
}

function span(token: Token, cite: Cite): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline((token as Tokens.Strong).tokens, cite)}</strong>;
    case "em":
      return <em>{inline((token as Tokens.Em).tokens, cite)}</em>;
    case "del":
      return <del>{inline((token as Tokens.Del).tokens, cite)}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link": {
      const { href, tokens } = token as Tokens.Link;
      if (!LINK.test(href)) return inline(tokens, cite);
      return (
        <a href={href} rel="noreferrer noopener" target="_blank">
          {inline(tokens, cite)}
        </a>
      );
    }
    case "image":
      return (token as Tokens.Image).text;
    case "escape":
      return (token as Tokens.Escape).text;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens, cite) : cited(text, cite);
    }
    default:
      return token.raw;
  }
}

/** Text with its citations drawn; a number that is no source of the document stays text. */
function cited(text: string, cite: Cite): ReactNode[] {
  return text.split(/(\[\d{1,3}\])/).map((part, index) => {
    const number = CITATION.exec(part)?.[1];
    return <Fragment key={index}>{(number && cite(Number(number))) || unescaped(part)}</Fragment>;
  });
}

const NAMED: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => NAMED[entity] ?? entity);
}
