import { expect, test } from "vitest";
import { en } from "./en";
import { firstLanguage, makeFormats } from "./language";
import { ru } from "./ru";

test("the language that was chosen, else the one that the browser asks for", () => {
  expect(firstLanguage("ru", ["en-US"])).toBe("ru");
  expect(firstLanguage(null, ["de-DE", "ru-RU"])).toBe("ru");
  expect(firstLanguage(null, ["de-DE"])).toBe("en");
  expect(firstLanguage("xx", [])).toBe("en");
});

test("small amounts keep the digits that say something", () => {
  const { money } = makeFormats("en", en);
  expect(money(0)).toBe("$0.00");
  expect(money(12.5)).toBe("$12.50");
  expect(money(0.0421)).toBe("$0.0421");
  expect(money(0.000123)).toBe("$0.000123");
});

test("durations and ages", () => {
  const { seconds, ago } = makeFormats("en", en);
  expect([seconds(12.4), seconds(125), seconds(3 * 3600 + 60)]).toEqual(["12 s", "2 min", "3 h 1 min"]);
  expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:00:01Z"))).toBe("2 hours ago");
});

test("Russian counts by its own rules", () => {
  expect([1, 2, 5, 11, 21, 104].map(ru.documents.words)).toEqual([
    "1 слово",
    "2 слова",
    "5 слов",
    "11 слов",
    "21 слово",
    "104 слова",
  ]);
});

/** The paths of all words, and what each is. */
function shape(words: object, path = ""): string[] {
  return Object.entries(words)
    .flatMap(([key, value]) => (typeof value === "object" ? shape(value as object, `${path}${key}.`) : [`${path}${key}:${typeof value}`]))
    .sort();
}

test("both languages say the same things, and none of them nothing", () => {
  expect(shape(ru)).toEqual(shape(en));
  const texts = (words: object): string[] => Object.values(words).flatMap((one) => (typeof one === "object" ? texts(one as object) : typeof one === "string" ? [one] : []));
  expect([...texts(en), ...texts(ru)].filter((text) => text.trim() === "")).toEqual([]);
});
