import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { show } from "../test/surroundings";
import Search from "./search";

afterEach(cleanup);

const result = {
  document_id: "d1",
  chunk_index: 0,
  title: "Policy",
  heading: "",
  content: "Text",
  highlights: [],
  score: 0.5,
  source_type: "upload",
  url: "javascript:alert(1)",
  created_at: "2026-01-01T00:00:00Z",
};

test("filters reach the API; similar documents are compared, and one of them searched alone, then all again", async () => {
  const queries: object[] = [];
  show(<Search />, {
    "GET /api/v1/sources": () => ({ sources: [{ name: "wiki" }, { name: "upload" }] }),
    "POST /api/v1/search": async (request) => {
      queries.push(await request.json());
      return { results: [result], total_found: 1, search_time_ms: 3, degraded: null };
    },
    "GET /api/v1/vector-search/similar/d1": () => ({ by: "words", documents: [{ document_id: "d2", title: "Other", similarity: 0.42 }] }),
  });
  await userEvent.click(screen.getByText("Filters"));
  expect(await screen.findByText("There are: wiki, upload")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Sources, separated by commas"), "wiki, ");
  await userEvent.type(screen.getByLabelText("Search the documents"), "retry");
  await userEvent.click(screen.getByRole("button", { name: "Search" }));
  await userEvent.click(await screen.findByRole("button", { name: "Similar documents" }));
  expect(screen.queryByRole("link")).toBeNull(); // an address that is none of the web
  expect(await screen.findByText(/Compared by words/)).toBeTruthy();
  expect(screen.getByText(/42\s?%/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Search in it: Other" }));
  await userEvent.click(await screen.findByRole("button", { name: "Search everywhere" }));
  await expect.poll(() => queries.length).toBe(3);
  expect(queries.map((one) => (one as { filters: { document_ids: string[] } }).filters.document_ids)).toEqual([[], ["d2"], []]);
  expect(queries[0]).toMatchObject({ query: "retry", sources: ["wiki"] });
});
