import { STATUS_CODES } from "node:http";

export const problemContentType = "application/problem+json";

/** An error answer of RFC 9457. The type is `about:blank`, so that the title is the status' own. */
export interface ProblemDocument {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** Our own words, never those of a library or of the request. */
  readonly detail: string;
  readonly [extension: string]: unknown;
}

/** Makes the document; `extensions` are further members, such as which parts are not ready. */
export function problemOf(
  status: number,
  detail: string,
  extensions: Readonly<Record<string, unknown>> = {},
): ProblemDocument {
  return {
    ...extensions,
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail,
  };
}
