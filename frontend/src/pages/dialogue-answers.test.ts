import { expect, test } from "vitest";
import type { AskedQuestion } from "../api/client";
import { answersOf, missing, wrongQuestion } from "./dialogue-answers";

const question = (id: string, type: AskedQuestion["question_type"], required = false): AskedQuestion => ({
  question_id: id,
  question: id,
  question_type: type,
  options: [],
  is_required: required,
  asked_by: "rules",
  follows: null,
  minimum: null,
  maximum: null,
});

const ALL = [
  question("goal", "text", true),
  question("size", "number"),
  question("urgent", "boolean"),
  question("who", "multiple_choice", true),
  question("how", "choice"),
];

test("each type has its own answer, and what was left alone is not sent", () => {
  expect(answersOf(ALL, { goal: " fewer calls ", size: "2,5", urgent: "false", who: ["a", "b"], how: "" })).toEqual([
    { question_id: "goal", answer: "fewer calls" },
    { question_id: "size", answer: 2.5 },
    { question_id: "urgent", answer: false },
    { question_id: "who", answer: ["a", "b"] },
  ]);
});

test("what is no number goes to the API, which says so", () => {
  expect(answersOf([ALL[1]!], { size: "many" })).toEqual([{ question_id: "size", answer: "many" }]);
});

test("the required ones that are missing are named", () => {
  expect(missing(ALL, { goal: "  ", who: [] })).toEqual(["goal", "who"]);
  expect(missing(ALL, { goal: "x", who: ["a"] })).toEqual([]);
});

test("a refusal leads to its question", () => {
  const sent = [{ question_id: "goal" }, { question_id: "size" }];
  expect(wrongQuestion("/answers/1/answer", sent)).toBe("size");
  expect(wrongQuestion("/session_id", sent)).toBeUndefined();
});
