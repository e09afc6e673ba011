import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { bytesPattern, parseBytes } from "../../src/core/bytes.ts";

const text = z.string().min(1).optional();

const largestSize = 1024 ** 5;

/** The keys of a `bigquery` connection in tidemark.yaml. */
export const config = z
  .strictObject({
    project: z.string().min(1).meta({
      description:
        "The project that queries are billed to; tables without a project are looked for there.",
    }),
    dataset: text.meta({
      description:
        "Where a table's name of one part is looked for: `dataset` or `project.dataset`.",
    }),
    location: text.meta({
      description: "Where queries run, such as EU or europe-west3; it must be the datasets' own.",
    }),
    key_file: text.meta({
      description:
        "A JSON file of credentials, relative to tidemark.yaml: a service account's key, or the configuration of workload identity federation (`external_account`).",
    }),
    credentials: text.meta({
      description: "The same as JSON text, instead of `key_file`.",
      secret: true,
    }),
    impersonate: z.email().optional().meta({
      description: "A service account to act as; who signs in needs to be its token creator.",
    }),
    maximum_bytes_billed: z
      .string()
      .regex(bytesPattern, { error: "must be a size such as 500MB or 10GB", abort: true })
      .refine((size) => isWithin(parseBytes(size)), { error: "must be between 1B and 1024TiB" })
      .default("10GB")
      .meta({
        description: "A query that would be billed for more fails, and costs nothing.",
        examples: ["10GB", "1TiB"],
      }),
    api_endpoint: text.meta({
      description:
        "Instead of https://bigquery.googleapis.com: an endpoint of Private Service Connect, or an emulator. Nobody signs in at an http:// address unless credentials are given.",
    }),
  })
  .superRefine((given, context) => {
    const found = readSettings(given, "/");
    if ("problem" in found) {
      context.addIssue({ code: "custom", path: [...found.path], message: found.problem });
    }
  });

export type BigqueryConfig = z.output<typeof config>;

export interface TablePath {
  readonly project: string;
  readonly dataset: string;
}

/** Whose word is taken for who we are. `default`: Application Default Credentials. */
export type Identity =
  | { readonly kind: "none" | "default" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "json"; readonly content: Readonly<Record<string, unknown>> };

export interface BigquerySettings {
  readonly project: string;
  readonly dataset: TablePath | null;
  readonly location: string | null;
  readonly identity: Identity;
  /** A service account's e-mail address. */
  readonly impersonate: string | null;
  readonly maximumBytesBilled: number;
  /** Scheme and host, without a slash at the end. */
  readonly origin: string;
}

interface SettingsProblem {
  readonly path: readonly string[];
  readonly problem: string;
}

const usualOrigin = "https://bigquery.googleapis.com";

/** Reads the settings of a connection, or says what is wrong with them without quoting a secret. */
export function readSettings(
  given: BigqueryConfig,
  baseDir: string,
): BigquerySettings | SettingsProblem {
  const origin = originOf(given.api_endpoint);
  if (origin === null) {
    const problem =
      "must be an address such as https://bigquery-x.p.googleapis.com, without a path";
    return { path: ["api_endpoint"], problem };
  }
  const identity = identityOf(given, origin, baseDir);
  if ("problem" in identity) {
    return identity;
  }
  const signsIn = identity.kind !== "none";
  if (signsIn && origin.startsWith("http:") && !isLoopback(origin)) {
    const problem = "would send credentials in plain text: use https://, or leave them out";
    return { path: ["api_endpoint"], problem };
  }
  if (!signsIn && given.impersonate !== undefined) {
    const problem = "needs somebody to sign in: give credentials, or an https:// endpoint";
    return { path: ["impersonate"], problem };
  }
  return {
    project: given.project,
    dataset: given.dataset === undefined ? null : pathOf(given.dataset, given.project),
    location: given.location ?? null,
    identity,
    impersonate: given.impersonate ?? null,
    // What is too large for a number is refused before.
    maximumBytesBilled: parseBytes(given.maximum_bytes_billed) ?? largestSize,
    origin,
  };
}

function identityOf(
  given: BigqueryConfig,
  origin: string,
  baseDir: string,
): Identity | SettingsProblem {
  if (given.key_file !== undefined && given.credentials !== undefined) {
    return { path: ["credentials"], problem: "contradicts `key_file`: give one of them" };
  }
  if (given.key_file !== undefined) {
    const path = isAbsolute(given.key_file) ? given.key_file : join(baseDir, given.key_file);
    return { kind: "file", path };
  }
  if (given.credentials === undefined) {
    return { kind: origin.startsWith("http:") ? "none" : "default" };
  }
  const content = objectOf(given.credentials);
  return content === null
    ? { path: ["credentials"], problem: "must be the JSON text of a key, an object in braces" }
    : { kind: "json", content };
}

function objectOf(json: string): Readonly<Record<string, unknown>> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch {
    return null;
  }
}

function originOf(endpoint: string | undefined): string | null {
  if (endpoint === undefined) {
    return usualOrigin;
  }
  const address = URL.parse(/^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`);
  const isPlain =
    address !== null &&
    address.pathname === "/" &&
    address.search === "" &&
    address.username === "";
  return isPlain ? address.origin : null;
}

export function isLoopback(origin: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(origin).hostname);
}

/** A project may hold dots (`example.com:shop`), a dataset may not. */
function pathOf(dataset: string, project: string): TablePath {
  const dotAt = dataset.lastIndexOf(".");
  return dotAt < 0
    ? { project, dataset }
    : { project: dataset.slice(0, dotAt), dataset: dataset.slice(dotAt + 1) };
}

function isWithin(bytes: number | null): boolean {
  return bytes !== null && bytes >= 1 && bytes <= largestSize;
}
