import { expect, test } from "vitest";
import { diffLines } from "./rfc-diff";

test("a unified diff is read line by line, without its head", () => {
  expect(diffLines("--- 1\n+++ 2\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n")).toEqual([
    { kind: "place", text: "@@ -1,2 +1,2 @@" },
    { kind: "same", text: "same" },
    { kind: "removed", text: "old" },
    { kind: "added", text: "new" },
  ]);
});
