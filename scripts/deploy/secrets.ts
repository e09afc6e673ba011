import { readFileSync } from "node:fs";
import type { Verdicts } from "../_shared/verdicts.ts";
import { secretKeysOf } from "../generate/secret-keys.ts";
import type { Chart } from "./helm.ts";
import { needed, smallest } from "./values.ts";

const written = "hunter2";
const reference = "Bearer ${file:/run/secrets/tidemark/one/key}";

/** Holds the chart to the daemon's schema: what that calls a secret is refused when it is written out. */
export function refusesSecrets(verdicts: Verdicts, chart: Chart, schema: string): void {
  const sections = Object.entries(secretKeysOf(JSON.parse(readFileSync(schema, "utf8")) as object));
  const keys = sections.flatMap(([section, types]) =>
    Object.entries(types).flatMap(([type, paths]) =>
      paths.map((path) => ({ section, type, path })),
    ),
  );
  verdicts.claim("the schema has secrets of connections and notifiers", keys.length >= 13, keys);
  for (const { section, type, path } of keys) {
    const at = `config.${section}.one.${path.join(".")}`;
    const refused = chart.run(valuesWith(section, { type, ...nested(path, written) }));
    verdicts.claim(
      `${type}: ${path.join(".")} is refused when it is written out, and not shown`,
      refused.exitCode === 1 &&
        refused.text.includes(`${at}: is written out`) &&
        !refused.text.includes(written),
      refused.text,
    );
    const taken = chart.run(valuesWith(section, { type, ...nested(path, reference) }));
    verdicts.claim(
      `${type}: ${path.join(".")} is taken as a reference`,
      taken.exitCode === 0,
      taken,
    );
  }
  for (const [what, values, words] of forms) {
    const { exitCode, text } = chart.run(values);
    verdicts.claim(`${what} is refused`, exitCode === 1 && text.includes(words), text);
  }
  const server = chart.run(valuesWith("notifiers", { type: "email", url: "smtp://mail:25" }));
  verdicts.claim("an address of a host alone is taken", server.exitCode === 0, server.text);
  const file = "${file:/run/secrets/tidemark/dwh/password}";
  for (const url of [
    `postgres://reader:${file}@dwh.example.com:5432/shop?sslmode=require`,
    "postgres://${env:NAME}:${env:PASSWORD}@${env:HOST}:${env:PORT}/shop",
  ]) {
    const { exitCode, text } = chart.run(postgres({ url }));
    verdicts.claim(`${url} is taken`, exitCode === 0, text);
  }
}

const postgres = (keys: Readonly<Record<string, unknown>>): string =>
  valuesWith("connections", { type: "postgres", ...keys });

/** Other forms that a secret comes in. */
const forms = [
  ["a number", postgres({ password: 1234 }), "password: is written out"],
  ["what begins as a reference does", postgres({ password: "$ecret" }), "password: is written out"],
  ["an escaped reference", postgres({ password: "$${env:A}" }), "password: is written out"],
  ["a default", postgres({ password: `\${env:A:-${written}}` }), "password: is written out"],
  [
    "a password in an address",
    postgres({ url: "postgres://a:b@${env:H}/x" }),
    "url: is written out",
  ],
  [
    "a password behind a name that is referred to",
    postgres({ url: `postgres://\${env:NAME}:${written}@dwh/x` }),
    "url: is written out",
  ],
  [
    "what is written beside a reference",
    postgres({ password: `${written}\${env:MORE}` }),
    "password: is written out",
  ],
  [
    "a path behind a host that is referred to",
    valuesWith("notifiers", { type: "webhook", url: `https://\${env:HOST}/services/${written}` }),
    "url: is written out",
  ],
  [
    "a password in the address of a repository",
    `${needed}products: { gitSync: { enabled: true, repo: "https://bot:${written}@example.com/mesh.git" } }\n`,
    "gitSync.repo: holds a name or a password",
  ],
  [
    "one of several headers",
    valuesWith("notifiers", { type: "webhook", headers: { a: reference, b: written } }),
    "headers.b: is written out",
  ],
  [
    "a type that nobody knows",
    valuesWith("connections", { type: "oracle" }),
    "one.type: is one of",
  ],
  [
    "a variable of the environment that is written out",
    `${postgres({ password: "${env:PASSWORD}" })}env: [{ name: PASSWORD, value: ${written} }]\n`,
    "env: PASSWORD is a secret",
  ],
] as const;

function valuesWith(section: string, one: Readonly<Record<string, unknown>>): string {
  return `${smallest}config: ${JSON.stringify({ [section]: { one } })}\n`;
}

function nested(path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Readonly<
    Record<string, unknown>
  >;
}
