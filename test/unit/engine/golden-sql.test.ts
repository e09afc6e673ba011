import { describe, expect, test } from "vitest";
import { registries } from "../../../src/app/registries.ts";
import { plannedQueries } from "../../helpers/planned-queries.ts";

describe.each([...registries.connectors.values()])("$type", (spec) => {
  test.each(plannedQueries(spec))("spells $name", async ({ name, sql }) => {
    await expect(`${sql}\n`).toMatchFileSnapshot(`../../golden/sql/${spec.type}/${name}.sql`);
  });
});
