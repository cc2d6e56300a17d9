/** Takes a document out of the console: as a file, to the printer, to the clipboard. */

import type { TaskDetails } from "../api/client";
import type { Rfc } from "./read";

export type ExportFormat = "md" | "txt" | "json" | "print" | "copy";

export function fileName(title: string, extension: string): string {
  const stem = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 80);
  return `${stem || "document"}.${extension}`;
}

/** The words without Markdown's marks. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/^#{1,6}\s+/gm, "")
    .replace(/^>\s?/gm, "")
    .replace(/(\*\*|__)(.+?)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}])([*_])(\S.*?)\1(?![\p{L}\p{N}])/gu, "$2")
    .replace(/`([^`]+)`/g, "$1");
}

export function contentOf(format: "md" | "txt" | "json", task: TaskDetails, rfc: Rfc): string {
  if (format === "md") return rfc.rfc_content;
  if (format === "txt") return plainText(rfc.rfc_content);
  return JSON.stringify({ task_id: task.task_id, cost: task.cost, ...rfc }, null, 2);
}

const TYPES = { md: "text/markdown", txt: "text/plain", json: "application/json" };

export async function save(format: ExportFormat, task: TaskDetails, rfc: Rfc): Promise<void> {
  if (format === "print") return window.print();
  if (format === "copy") return navigator.clipboard.writeText(rfc.rfc_content);
  download(new Blob([contentOf(format, task, rfc)], { type: `${TYPES[format]};charset=utf-8` }), fileName(rfc.title, format));
}

export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
