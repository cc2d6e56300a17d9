/** What went wrong, as the API says it (RFC 9457), or that it could not be reached. */

export interface ProblemBody {
  status: number;
  code: string;
  title: string;
  detail: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
  retry_after?: number;
  level?: string;
  required?: number;
  remaining?: number;
  resets_at?: string | null;
}

export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail);
    this.name = "Problem";
  }

  get status(): number {
    return this.body.status;
  }

  get code(): string {
    return this.body.code;
  }

  /** What is wrong with one field of a form, by its JSON pointer. */
  at(pointer: string): string | undefined {
    return this.body.errors?.find((error) => error.pointer === pointer)?.detail;
  }
}

/** Nobody answered: no network, or the API is down. */
export class Unreachable extends Error {
  constructor() {
    super("The API cannot be reached.");
    this.name = "Unreachable";
  }
}

/** The problem in an answer; whatever stands between the API and us may answer without one. */
export function problemOf(status: number, body: unknown): Problem {
  const said = typeof body === "object" && body !== null ? (body as Partial<ProblemBody>) : {};
  return new Problem({
    ...said,
    status,
    code: said.code ?? "http",
    title: said.title ?? `HTTP ${status}`,
    detail: said.detail ?? (said as { message?: string }).message ?? `The API answered ${status}.`,
  });
}

/** Whether asking again may help; used by the query cache. */
export function mayPass(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && error.status >= 502);
}
