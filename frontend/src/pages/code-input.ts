/** Code as the API takes it: pasted, as a file in base64, or as the address of a repository. */

import type { AnalysisOrder } from "../api/client";

export type From = "string" | "file" | "repository";
export const LARGEST_FILE = 3_000_000; // bytes; 4,000,000 characters of base64

export interface Given {
  code: string;
  fileName: string;
  file: { name: string; base64: string } | null;
  url: string;
  reference: string;
}

/** Null while something is missing. */
export function codeInput(from: From, given: Given): AnalysisOrder["code_input"] | null {
  if (from === "string") {
    if (!given.code.trim()) return null;
    return { type: "string", code: given.code, filename: given.fileName.trim() || undefined };
  }
  if (from === "file") return given.file && { type: "file", filename: given.file.name, content: given.file.base64 };
  if (!/^https:\/\/\S+\/\S+/.test(given.url.trim())) return null;
  return { type: "repository", url: given.url.trim(), reference: given.reference.trim() || undefined };
}

/** Base64 of bytes, in pieces: a call with a million arguments is refused by the browser. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
