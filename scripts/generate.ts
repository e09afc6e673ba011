/**
 * Writes the files that follow from the code: JSON Schemas and reference pages. With `--check` it writes
 * nothing, names the files that are stale, and exits 1 when there are any.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkTypes } from "../checks/index.ts";
import { connectors } from "../connectors/index.ts";
import { dashboardFiles, dashboards } from "../dashboards/index.ts";
import { jsonSchemas } from "../src/config/json-schema.ts";
import { metrics } from "../src/metrics/names.ts";
import { notifiers } from "../src/notifiers/index.ts";
import { configurationPage } from "./generate/configuration-page.ts";
import { connectorsPage } from "./generate/connectors-page.ts";
import { errorsPage } from "./generate/errors-page.ts";
import { metricsPage } from "./generate/metrics-page.ts";
import { panelsPage } from "./generate/panels-page.ts";
import { secretKeysOf } from "./generate/secret-keys.ts";

const root = join(import.meta.dirname, "..");

function generatedFiles(): ReadonlyMap<string, string> {
  const schemas = jsonSchemas({
    checkTypes: new Map(checkTypes.map((spec) => [spec.name, spec])),
    connectors: new Map(connectors.map((spec) => [spec.type, spec])),
    notifiers: new Map(notifiers.map((spec) => [spec.type, spec])),
  });
  return new Map([
    ["schemas/tidemark.schema.json", `${JSON.stringify(schemas.daemon, null, 2)}\n`],
    ["schemas/product.schema.json", `${JSON.stringify(schemas.product, null, 2)}\n`],
    ["docs/configuration.md", configurationPage(schemas)],
    ["docs/connectors.md", connectorsPage(connectors, guideOf)],
    ["docs/errors.md", errorsPage()],
    ["docs/metrics.md", metricsPage(metrics)],
    ["docs/panels.md", panelsPage(dashboards())],
    [
      "deploy/helm/tidemark/secret-keys.json",
      `${JSON.stringify(secretKeysOf(schemas.daemon), null, 2)}\n`,
    ],
    ...[...dashboardFiles()].map(([file, text]) => [`dashboards/grafana/${file}`, text] as const),
  ]);
}

/** As seen from docs/: a page of its own there, or the README beside the code. */
function guideOf(connector: string): string {
  const page = `connectors/${connector}.md`;
  return existsSync(join(root, "docs", page)) ? page : `../connectors/${connector}/README.md`;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return null;
  }
}

const stale = [...generatedFiles()].filter(([path, text]) => textOf(path) !== text);

if (process.argv.includes("--check")) {
  for (const [path] of stale) {
    console.error(`${path} is stale: run \`npm run generate\``);
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
