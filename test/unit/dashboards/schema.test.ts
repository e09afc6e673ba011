import { describe, expect, it } from "vitest";
import { schemaOfDashboards } from "../../helpers/grafana-schema.ts";
import { dashboards } from "./committed.ts";

const objectionsTo = schemaOfDashboards();

/** The index of the mesh's first panel of a type. */
const [stat, table, lines] = [0, 5, 6];
const override = `/panels/${table}/fieldConfig/overrides/0`;

describe("the schema of Grafana's SDK", () => {
  it.each([...dashboards])("takes %s", (_, dashboard) => {
    expect(objectionsTo(dashboard)).toEqual([]);
  });

  it("is put to panels of each type", () => {
    const types = [stat, table, lines].map((index) =>
      at(dashboards.get("tidemark-mesh.json"), `/panels/${index}/type`.split("/").slice(1)),
    );
    expect(types).toEqual(["stat", "table", "timeseries"]);
  });

  it.each([
    ["a key that dashboards do not have", "/linkz", []],
    ["a panel of no known type", `/panels/${stat}/type`, "stats"],
    ["a key that panels do not have", `/panels/${stat}/titel`, "Age"],
    ["an option that is not the panel's", `/panels/${stat}/options/perPage`, 20],
    ["an option of the wrong type", `/panels/${table}/options/showHeader`, "yes"],
    ["a misspelt value of an option", `/panels/${stat}/options/graphMode`, "nonne"],
    ["an option that is missing", `/panels/${lines}/options/legend`, undefined],
    ["a unit that is no text", `/panels/${stat}/fieldConfig/defaults/unit`, 1],
    ["a key that fields do not have", `/panels/${stat}/fieldConfig/defaults/units`, "s"],
    ["a key that lines do not have", `/panels/${lines}/fieldConfig/defaults/custom/lineWidht`, 2],
    [
      "a misspelt way to draw lines",
      `/panels/${lines}/fieldConfig/defaults/custom/drawStyle`,
      "lines",
    ],
    [
      "a key of another panel's fields",
      `/panels/${stat}/fieldConfig/defaults/custom`,
      { lineWidth: 2 },
    ],
    ["a query without PromQL", `/panels/${stat}/targets/0/expr`, undefined],
    ["a key that queries do not have", `/panels/${stat}/targets/0/instnat`, true],
    ["a misspelt form of answers", `/panels/${table}/targets/0/format`, "tabel"],
    ["an unknown transformation", `/panels/${table}/transformations/0/id`, "merg"],
    [
      "an unknown option of a transformation",
      `/panels/${table}/transformations/1/options/rename`,
      {},
    ],
    ["an unknown matcher", `${override}/matcher/id`, "byTitle"],
    ["an override of what cells are not", `${override}/properties/0`, { id: "custom.lineWidth" }],
    ["an override of the wrong type", `${override}/properties/0`, { id: "decimals", value: "2" }],
    [
      "a misspelt kind of cell",
      `${override}/properties/0`,
      { id: "custom.cellOptions", value: { type: "color-txt" } },
    ],
    ["a variable whose query has no form", "/templating/list/1/query/qryType", undefined],
    ["a link of no type", "/links/0/type", "page"],
  ])("refuses %s", (_, path, value) => {
    const objections = objectionsTo(changed("tidemark-mesh.json", path, value));
    expect(objections.length).toBeGreaterThan(0);
    const [key, ...above] = path.split("/").reverse();
    const where = above.reverse().join("/");
    expect(objections.every((one) => one.startsWith(where) && one.includes(key ?? ""))).toBe(true);
  });
});

/** A dashboard with another value at a path, or none for `undefined`. */
function changed(file: string, path: string, value: unknown): unknown {
  const copy = structuredClone(dashboards.get(file));
  const [last = "", ...above] = path.split("/").reverse();
  const part = at(copy, above.reverse().slice(1));
  if (typeof part !== "object" || part === null) {
    throw new RangeError(`${file} has nothing at ${path}`);
  }
  Reflect.set(part, last, value);
  // As it is read from a file: without what is undefined.
  const read: unknown = JSON.parse(JSON.stringify(copy));
  return read;
}

function at(of: unknown, keys: readonly string[]): unknown {
  return keys.reduce(
    (one, key) =>
      typeof one === "object" && one !== null
        ? Object.entries(one).find(([name]) => name === key)?.[1]
        : undefined,
    of,
  );
}
