import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { fileName, plainText } from "../pages/export";
import { stacked } from "./stack";
import { Highlighted } from "./highlighted";
import { headings, Markdown } from "./markdown";

afterEach(cleanup);

const cite = (number: number) => (number === 1 ? <button>{`source ${number}`}</button> : null);

test("citations of known sources can be opened; others stay text", () => {
  render(<Markdown text={"Once [1], twice [7].\n\n> A passage [1]"} cite={cite} />);
  expect(screen.getAllByRole("button", { name: "source 1" })).toHaveLength(2);
  expect(screen.getByText(/twice \[7\]/)).toBeTruthy();
});

test("a quotation that runs over headings is no heading", () => {
  const { container } = render(<Markdown text={"> ## Back-off A refused charge [1]\n>\n> # Policy ## Keys Every charge"} />);
  expect(container.querySelector("h1, h2")).toBeNull();
  expect(container.querySelectorAll("blockquote p")).toHaveLength(2);
  expect(container.textContent).toContain("Policy Keys Every charge");
});

test("what a model writes is never HTML", () => {
  const { container } = render(<Markdown text={'<img src=x onerror="alert(1)"> **bold** [x](javascript:alert(1)) <script>1</script>'} />);
  expect(container.querySelector("img, script, a")).toBeNull();
  expect(container.textContent).toContain("onerror");
  expect(container.querySelector("strong")?.textContent).toBe("bold");
});

test("links lead out, safely", () => {
  render(<Markdown text="[site](https://example.com/?a=1&b=2)" />);
  const link = screen.getByRole("link", { name: "site" });
  expect(link.getAttribute("href")).toBe("https://example.com/?a=1&b=2");
  expect(link.getAttribute("rel")).toContain("noopener");
});

test("entities are read, tables and lists drawn", () => {
  const { container } = render(<Markdown text={"a < b & c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n3. three\n4. four"} />);
  expect(container.textContent).toContain("a < b & c");
  expect(container.querySelectorAll("td")).toHaveLength(2);
  expect(container.querySelector("ol")?.getAttribute("start")).toBe("3");
});

test("headings have places that Russian words can be linked to", () => {
  expect(headings("# A\n\n## Цели и границы\n\n## Risks & rollout")).toEqual([
    { id: "a", depth: 1, text: "A" },
    { id: "цели-и-границы", depth: 2, text: "Цели и границы" },
    { id: "risks-rollout", depth: 2, text: "Risks & rollout" },
  ]);
});

test("what matched is marked, and nothing else", () => {
  const { container } = render(<p>{<Highlighted text="an ⟦idempotency⟧ <b>key</b>" />}</p>);
  expect([...container.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["idempotency"]);
  expect(container.querySelector("b")).toBeNull();
});

test("plain text has no marks; file names hold any language", () => {
  expect(plainText("# Title\n\n**bold** and *soft* with `code`, snake_case_name")).toBe("Title\n\nbold and soft with code, snake_case_name");
  expect(fileName("RFC: Оплата / retries", "md")).toBe("rfc-оплата-retries.md");
  expect(fileName("???", "txt")).toBe("document.txt");
});

test("bars stand on each other", () => {
  expect(stacked([{ name: "a", values: [1, 2] }, { name: "b", values: [3, 0] }])).toEqual([
    [1, 2],
    [4, 2],
  ]);
});
