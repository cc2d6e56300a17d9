import { expect, test } from "vitest";
import { configOf, settingsOf } from "./source-settings";

const SCHEMA = {
  required: ["base_url"],
  properties: {
    base_url: { type: "string", description: "Where it is" },
    space_keys: { type: "array", items: { type: "string" } },
    most: { anyOf: [{ type: "integer" }, { type: "null" }] },
    nested: { type: "object" },
  },
};

test("a schema becomes fields", () => {
  expect(settingsOf(SCHEMA)).toEqual([
    { name: "base_url", label: "Base url", hint: "Where it is", required: true, kind: "text" },
    { name: "space_keys", label: "Space keys", hint: undefined, required: false, kind: "list" },
    { name: "most", label: "Most", hint: undefined, required: false, kind: "number" },
  ]);
  expect(settingsOf({})).toEqual([]);
});

test("what was typed becomes a configuration, what is empty is left out", () => {
  const typed = { base_url: " https://wiki.example ", space_keys: "ENG, OPS,", most: "5", other: "x" };
  expect(configOf(settingsOf(SCHEMA), typed)).toEqual({ base_url: "https://wiki.example", space_keys: ["ENG", "OPS"], most: 5 });
  expect(configOf(settingsOf(SCHEMA), { most: " " })).toEqual({});
});
