/** The settings of a type of source as fields, from the JSON Schema that the API gives of its configuration. */

export interface Setting {
  name: string;
  label: string;
  hint?: string;
  required: boolean;
  kind: "text" | "number" | "list";
}

interface Schema {
  type?: string;
  title?: string;
  description?: string;
  anyOf?: Schema[];
  items?: Schema;
}

/** Text, numbers and lists of text; what is none of these keeps its default. */
export function settingsOf(schema: { properties?: unknown; required?: unknown }): Setting[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {}).flatMap(([name, one]) => {
    const types = [one, ...(one.anyOf ?? [])];
    const kind = types.some((each) => each.type === "array" && (each.items?.type ?? "string") === "string")
      ? "list"
      : types.some((each) => each.type === "integer" || each.type === "number")
        ? "number"
        : types.some((each) => each.type === "string")
          ? "text"
          : null;
    if (kind === null) return [];
    const words = name.replaceAll("_", " ");
    return [{ name, label: words[0]!.toUpperCase() + words.slice(1), hint: one.description, required: required.has(name), kind }];
  });
}

/** What was typed as a configuration; what was left empty is left out. */
export function configOf(settings: Setting[], values: Record<string, string>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const { name, kind } of settings) {
    const typed = values[name]?.trim();
    if (!typed) continue;
    if (kind === "list") config[name] = typed.split(",").map((part) => part.trim()).filter(Boolean);
    else config[name] = kind === "number" ? Number(typed) : typed;
  }
  return config;
}
