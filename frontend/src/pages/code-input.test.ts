import { expect, test } from "vitest";
import { base64, codeInput, type Given } from "./code-input";

const NOTHING: Given = { code: "", fileName: "", file: null, url: "", reference: "" };

test("nothing is sent while something is missing", () => {
  expect(codeInput("string", { ...NOTHING, code: "  " })).toBeNull();
  expect(codeInput("file", NOTHING)).toBeNull();
  expect(codeInput("repository", { ...NOTHING, url: "http://example.com/a" })).toBeNull();
});

test("each kind of code has its own shape", () => {
  expect(codeInput("string", { ...NOTHING, code: "x = 1\n", fileName: "a.py" })).toEqual({
    type: "string",
    code: "x = 1\n",
    filename: "a.py",
  });
  expect(codeInput("file", { ...NOTHING, file: { name: "a.zip", base64: "UEs=" } })).toEqual({
    type: "file",
    filename: "a.zip",
    content: "UEs=",
  });
  expect(codeInput("repository", { ...NOTHING, url: " https://example.com/a/b " })).toEqual({
    type: "repository",
    url: "https://example.com/a/b",
    reference: undefined,
  });
});

test("large files become base64 too", () => {
  const bytes = Uint8Array.from({ length: 300_001 }, (_, index) => index % 251);
  const decoded = Uint8Array.from(atob(base64(bytes)), (character) => character.charCodeAt(0));
  expect(decoded).toEqual(bytes);
});
