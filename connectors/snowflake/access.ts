import type { DatasetRef, DatasetSource } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { type Finding, failed, unreadableText } from "../_shared/stages.ts";
import type { SnowflakeSettings } from "./config.ts";
import { dialect } from "./dialect.ts";
import type { Ask } from "./driver.ts";
import { asConnectorError, isOfOneDataset } from "./failures.ts";
import { nameOf, quoteIdentifier, quoteText } from "./names.ts";
import { listingOf } from "./shown.ts";

/**
 * Whether the role may use the warehouse and read the datasets. A statement that is only compiled checks the right to
 * read and needs no warehouse.
 */
export async function accessOf(
  ask: Ask,
  settings: SnowflakeSettings,
  datasets: readonly DatasetRef[],
): Promise<Finding> {
  const unreadable: { readonly ref: DatasetRef; readonly failure: MeasurementFailure }[] = [];
  for (const ref of datasets) {
    try {
      const relation = dialect.relation(ref.source);
      await ask({ text: `select * from ${relation}`, isDescribed: true });
    } catch (error) {
      const { failure } = asConnectorError(error);
      if (!isOfOneDataset(failure)) {
        throw error;
      }
      unreadable.push({ ref, failure });
    }
  }
  const [first] = unreadable;
  if (first !== undefined) {
    const message = unreadableText(
      unreadable.map(({ ref, failure }) => ({ datasetId: ref.id, kind: failure.kind })),
      datasets.length,
    );
    const hint = grantsOf(first.ref.source, settings) ?? first.failure.hint;
    const { code } = first.failure;
    return failed({
      kind: first.failure.kind,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(code === undefined ? {} : { code }),
    });
  }
  const message = `Datasets that can be read: ${datasets.length}.`;
  return (await warehouseProblem(ask, settings)) ?? { status: "ok", message };
}

/** What to run so that the role may read the table; null for a query, whose tables are not known. */
function grantsOf(
  source: DatasetSource,
  { role, database, schema }: SnowflakeSettings,
): string | null {
  if (source.kind !== "table") {
    return null;
  }
  const [name = "", inSchema = schema, inDatabase = database] = source.parts.toReversed();
  const roleName = role === null ? "<role>" : quoteIdentifier(role);
  const path = (...parts: readonly (string | null)[]) =>
    parts.map((part) => (part === null ? "<…>" : quoteIdentifier(part))).join(".");
  return (
    "If the table exists, run: " +
    `GRANT USAGE ON DATABASE ${path(inDatabase)} TO ROLE ${roleName}; ` +
    `GRANT USAGE ON SCHEMA ${path(inDatabase, inSchema)} TO ROLE ${roleName}; ` +
    `GRANT SELECT ON TABLE ${path(inDatabase, inSchema, name)} TO ROLE ${roleName}; ` +
    "for a view write VIEW instead of TABLE."
  );
}

async function warehouseProblem(
  ask: Ask,
  { warehouse, role }: SnowflakeSettings,
): Promise<Finding | null> {
  if (warehouse === null) {
    const message = "No warehouse is configured: queries run on the user's default, if it has one.";
    return { status: "warning", message, hint: "Give the connection `warehouse`." };
  }
  const identifier = quoteIdentifier(warehouse);
  const { rows } = listingOf(
    await ask({ text: `show warehouses like ${quoteText(nameOf(warehouse))}` }),
  );
  const listed = rows.find((row) => row("name") === nameOf(warehouse));
  if (listed === undefined) {
    const roleName = role === null ? "<role>" : quoteIdentifier(role);
    return {
      status: "failed",
      message: "The warehouse does not exist, or the role may not use it.",
      hint: `If it exists, run: GRANT USAGE ON WAREHOUSE ${identifier} TO ROLE ${roleName};`,
    };
  }
  return listed("state") === "SUSPENDED" && listed("auto_resume") === "false"
    ? {
        status: "warning",
        message: "The warehouse is suspended, and does not resume by itself.",
        hint: `ALTER WAREHOUSE ${identifier} SET AUTO_RESUME = TRUE;`,
      }
    : null;
}
