import type { BigquerySettings } from "./config.ts";
import { tablePath } from "./dialect.ts";

const safe = /^[\w.:@-]{1,256}$/;

/**
 * What an administrator types so that the account can read a table, or run queries (`null`). Text that could end a
 * word of a shell or of SQL is left out.
 */
export function grantHint(settings: BigquerySettings, parts: readonly string[] | null): string {
  const member = `serviceAccount:${shown(accountOf(settings), "ACCOUNT")}`;
  const { project, dataset: usual } = settings;
  if (parts === null) {
    return `gcloud projects add-iam-policy-binding ${shown(project, "PROJECT")} --member=${member} --role=roles/bigquery.jobUser`;
  }
  const [, dataset = usual?.dataset, owner = project] = tablePath(parts).toReversed();
  const schema = `\`${shown(owner, "PROJECT")}\`.\`${shown(dataset, "DATASET")}\``;
  return `GRANT \`roles/bigquery.dataViewer\` ON SCHEMA ${schema} TO "${member}"`;
}

function accountOf({ impersonate, identity }: BigquerySettings): unknown {
  return impersonate ?? (identity.kind === "json" ? identity.content["client_email"] : undefined);
}

function shown(name: unknown, otherwise: string): string {
  return typeof name === "string" && safe.test(name) ? name : otherwise;
}
