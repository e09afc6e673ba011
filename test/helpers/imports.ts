/** The import table of the architecture, as data, and a reader of imports that enforces it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

interface Room {
  /** Matches the files of the room; a group is the plug-in's own folder. */
  readonly files: RegExp;
  /** Rooms it may import besides itself, as path prefixes. `$1` is the plug-in's own name. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly isNodeAllowed: boolean;
}

const room = (
  files: RegExp,
  rooms: readonly string[],
  packages: readonly string[] = [],
  isNodeAllowed = false,
): Room => ({ files, rooms, packages, isNodeAllowed });

/** First match wins, so that a plug-in's folder is found before the room around it. */
const rooms: readonly Room[] = [
  room(/^src\/core\//, ["src/core/"], ["zod"]),
  room(
    /^src\/time\//,
    ["src/time/", "src/core/"],
    ["croner", "rrule-temporal", "temporal-polyfill", "zod"],
  ),
  room(/^src\/slo\//, ["src/slo/", "src/core/", "src/time/"]),
  room(/^src\/alerting\//, ["src/alerting/", "src/core/", "src/time/"]),
  room(/^checks\/_shared\//, ["checks/_shared/", "src/core/", "src/time/"], ["zod"]),
  room(/^checks\/([^/]+)\//, ["checks/$1/", "checks/_shared/", "src/core/", "src/time/"], ["zod"]),
  room(/^checks\/index\.ts$/, ["checks/", "src/core/"]),
  room(/^connectors\/_shared\//, ["connectors/_shared/", "src/core/"], ["zod"], true),
  room(
    /^connectors\/bigquery\//,
    ["connectors/bigquery/", "connectors/_shared/", "src/core/"],
    ["zod", "@google-cloud/bigquery"],
    true,
  ),
  room(
    /^connectors\/postgres\//,
    ["connectors/postgres/", "connectors/_shared/", "src/core/"],
    ["zod", "pg"],
    true,
  ),
  room(
    /^connectors\/duckdb\//,
    ["connectors/duckdb/", "connectors/_shared/", "src/core/"],
    ["zod", "@duckdb/node-api"],
    true,
  ),
  room(
    /^connectors\/snowflake\//,
    ["connectors/snowflake/", "connectors/_shared/", "src/core/"],
    ["zod", "snowflake-sdk"],
    true,
  ),
  room(/^connectors\/index\.ts$/, ["connectors/", "src/core/"]),
  room(/^src\/notifiers\/_shared\//, ["src/notifiers/_shared/", "src/core/"], ["zod"], true),
  room(
    /^src\/notifiers\/slack\//,
    ["src/notifiers/slack/", "src/notifiers/_shared/", "src/core/"],
    ["zod", "@slack/web-api"],
    true,
  ),
  room(
    /^src\/notifiers\/email\//,
    ["src/notifiers/email/", "src/notifiers/_shared/", "src/core/"],
    ["zod", "nodemailer"],
    true,
  ),
  room(
    /^src\/notifiers\/([^/]+)\//,
    ["src/notifiers/$1/", "src/notifiers/_shared/", "src/core/"],
    ["zod"],
    true,
  ),
  room(/^src\/notifiers\/index\.ts$/, ["src/notifiers/", "src/core/"]),
  room(/^src\/store\/([^/]+)\//, ["src/store/$1/", "src/core/"], [], true),
  room(/^src\/delivery\//, ["src/delivery/", "src/core/"]),
  room(
    /^src\/engine\//,
    ["src/engine/", "src/core/", "src/time/", "src/slo/", "src/alerting/", "src/metrics/"],
    ["node-cron", "p-limit"],
  ),
  room(
    /^src\/config\//,
    ["src/config/", "src/core/", "src/time/", "src/slo/"],
    ["yaml", "zod", "tinyglobby", "fastest-levenshtein"],
    true,
  ),
  room(/^src\/metrics\//, ["src/metrics/", "src/core/"], ["prom-client"]),
  room(
    /^src\/export\//,
    ["src/export/", "src/core/", "src/slo/", "src/time/", "src/metrics/names.ts"],
    ["yaml", "zod"],
  ),
  room(/^src\/http\//, ["src/http/", "src/core/", "src/metrics/"], ["fastify"], true),
  room(/^src\/log\//, ["src/log/", "src/core/"], ["pino", "pino-pretty"], true),
  room(
    /^src\/cli\//,
    ["src/cli/", "src/config/", "src/export/", "src/app.ts", "src/app/", "src/core/", "src/time/"],
    ["asciichart", "commander"],
    true,
  ),
  room(/^src\/(app\.ts|app\/)/, [""], [], true),
  room(
    /^dashboards\//,
    ["dashboards/", "src/metrics/names.ts"],
    ["@grafana/grafana-foundation-sdk"],
  ),
  room(/^src\/main\.ts$/, ["src/cli/"], [], true),
];

export interface Violation {
  readonly file: string;
  readonly imports: string;
  readonly reason: string;
}

/** Source files of the given folders by path relative to `root`, with forward slashes. */
export function readSources(root: string, folders: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith(".ts")) {
        const path = join(entry.parentPath, entry.name);
        files.set(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8"));
      }
    }
  }
  return files;
}

/** Specifiers of static, re-exporting, type and dynamic imports. */
function importsOf(text: string): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:(?<!["'])\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["']([^"']+)["']/gm;
  return [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []);
}

export function violationsIn(files: ReadonlyMap<string, string>): readonly Violation[] {
  return [...files].flatMap(([file, text]) =>
    importsOf(text).flatMap((specifier) => {
      const reason = objection(file, specifier);
      return reason === null ? [] : [{ file, imports: specifier, reason }];
    }),
  );
}

function objection(file: string, specifier: string): string | null {
  const home = rooms.find(({ files }) => files.test(file));
  if (home === undefined) {
    return "the file lies in no room of the architecture";
  }
  if (specifier.startsWith("node:")) {
    return home.isNodeAllowed ? null : "the room does no I/O";
  }
  if (!specifier.startsWith(".")) {
    const name = specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");
    return home.packages.includes(name) || home.rooms.includes("")
      ? null
      : `the room may not use the package ${name}`;
  }
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  const own = home.files.exec(file)?.[1] ?? "";
  const isAllowed = home.rooms.some((prefix) => target.startsWith(prefix.replace("$1", own)));
  return isAllowed ? null : `the room may not import ${target}`;
}

/** Import cycles between files, each as the list of its files. Type imports count: they tie rooms as well. */
export function cyclesIn(files: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const edges = new Map(
    [...files].map(([file, text]) => [
      file,
      importsOf(text)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.normalize(posix.join(posix.dirname(file), specifier))),
    ]),
  );
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) {
      cycles.push(path.slice(at));
      return;
    }
    if (done.has(file)) {
      return;
    }
    for (const next of edges.get(file) ?? []) {
      walk(next, [...path, file]);
    }
    done.add(file);
  };
  for (const file of edges.keys()) {
    walk(file, []);
  }
  return cycles;
}
