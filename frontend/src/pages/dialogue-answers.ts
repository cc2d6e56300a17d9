/** What a person has typed, as the API wants the answers of each type of question. */

import type { AskedQuestion } from "../api/client";

export type Typed = Record<string, string | string[]>;
export type Answer = string | number | boolean | string[];

/** The answers that were given; a question that was left alone is not among them. */
export function answersOf(questions: AskedQuestion[], typed: Typed): { question_id: string; answer: Answer }[] {
  return questions.flatMap((question) => {
    const answer = answerOf(question, typed[question.question_id]);
    return answer === null ? [] : [{ question_id: question.question_id, answer }];
  });
}

function answerOf({ question_type: type }: AskedQuestion, value: string | string[] | undefined): Answer | null {
  if (Array.isArray(value)) return value.length > 0 ? value : null;
  const text = value?.trim() ?? "";
  if (text === "") return null;
  if (type === "boolean") return text === "true";
  if (type !== "number") return text;
  const number = Number(text.replace(",", "."));
  return Number.isFinite(number) ? number : text; // the API says what is wrong with it
}

/** The answer to the question whose pointer a refusal names, such as /answers/1/answer. */
export function wrongQuestion(pointer: string, sent: { question_id: string }[]): string | undefined {
  const index = /^\/answers\/(\d+)/.exec(pointer)?.[1];
  return index === undefined ? undefined : sent[Number(index)]?.question_id;
}

/** The required questions that are still without an answer. */
export function missing(questions: AskedQuestion[], typed: Typed): string[] {
  const given = new Set(answersOf(questions, typed).map((one) => one.question_id));
  return questions.filter((one) => one.is_required && !given.has(one.question_id)).map((one) => one.question_id);
}
