import { describe, expect, it } from "vitest";
import type { Check, Mesh, Product, Slo } from "../../../src/core/mesh.ts";
import { selectChecks, selectWatched } from "../../../src/engine/select.ts";
import { checkOf } from "./support.ts";

const check = (id: string, given: Partial<Check> = {}): Check => {
  const [product = "", dataset = ""] = id.split("/");
  return {
    ...checkOf("x", []),
    owner: "core",
    id,
    product,
    datasetId: `${product}/${dataset}`,
    ...given,
  };
};
const product = (name: string, given: Partial<Product>): Product => ({
  name,
  tier: "bronze",
  owner: "core",
  alert: "none",
  contacts: {},
  upstream: [],
  consumers: [],
  links: {},
  maxBytesPerDay: null,
  datasetIds: [],
  sloIds: [],
  ...given,
});
const checks = [
  check("orders/orders/fresh", { owner: "checkout" }),
  check("orders/lines/fresh"),
  check("orders/lines/shape", { disabledReason: "The table is being rebuilt." }),
  check("payments/ledger/fresh"),
];
const mesh = {
  checks: new Map(checks.map((one) => [one.id, one])),
  products: new Map([
    ["orders", product("orders", { domain: "sales", tier: "gold" })],
    ["payments", product("payments", { domain: "Risk & Finance (EU)" })],
  ]),
  slos: new Map(
    [
      {
        id: "orders/kept",
        product: "orders",
        checkIds: ["orders/orders/fresh", "orders/lines/shape"],
      },
      { id: "orders/whole", product: "orders", checkIds: ["orders/lines/fresh"] },
    ].map((one) => [one.id, one as unknown as Slo]),
  ),
} as unknown as Mesh;

const idsOf = (...selectors: string[]): readonly string[] =>
  selectChecks(mesh, selectors).map(({ id }) => id);

describe("a selector", () => {
  it.each([
    ["nothing", [], ["orders/orders/fresh", "orders/lines/fresh", "payments/ledger/fresh"]],
    ["a product", ["orders"], ["orders/orders/fresh", "orders/lines/fresh"]],
    ["a dataset", ["orders/lines"], ["orders/lines/fresh"]],
    ["a check", ["payments/ledger/fresh"], ["payments/ledger/fresh"]],
    ["a star for a part", ["*/lines"], ["orders/lines/fresh"]],
    ["a star within a name", ["pay*"], ["payments/ledger/fresh"]],
    [
      "a star for one check everywhere",
      ["*/*/fresh"],
      ["orders/orders/fresh", "orders/lines/fresh", "payments/ledger/fresh"],
    ],
    ["an owner", ["owner:checkout"], ["orders/orders/fresh"]],
    ["a domain", ["domain:sales"], ["orders/orders/fresh", "orders/lines/fresh"]],
    ["a domain of free text", ["domain:Risk & Finance (EU)"], ["payments/ledger/fresh"]],
    ["a star in a domain", ["domain:Risk*EU)"], ["payments/ledger/fresh"]],
    ["a tier", ["tier:gold"], ["orders/orders/fresh", "orders/lines/fresh"]],
    [
      "several, each check once",
      ["orders", "*/orders"],
      ["orders/orders/fresh", "orders/lines/fresh"],
    ],
  ])("chooses by %s", (_, selectors, expected) => {
    expect(idsOf(...selectors)).toEqual(expected);
  });

  it.each([
    ["matches nothing", "shipping"],
    ["matches only a disabled check", "orders/lines/shape"],
    ["is of no known form", "team:checkout"],
    ["has more parts than an id", "orders/orders/fresh/x"],
    ["is a facet with a slash", "owner:a/b"],
    ["is a domain without a name", "domain:"],
    ["is empty", ""],
    ["is a regular expression", "(a+)+$"],
  ])("is refused when it %s", (_, selector) => {
    expect(() => idsOf(selector)).toThrow(expect.objectContaining({ code: "TM_SELECTOR" }));
  });
});

describe("a selector of a report", () => {
  const { fresh, shape, lines, ledger } = {
    fresh: "orders/orders/fresh",
    shape: "orders/lines/shape",
    lines: "orders/lines/fresh",
    ledger: "payments/ledger/fresh",
  };

  it.each([
    ["nothing", [], ["orders/kept", "orders/whole"], [fresh, lines, shape, ledger]],
    ["an SLO, which brings its checks", ["orders/kept"], ["orders/kept"], [fresh, shape]],
    ["a dataset, which brings SLOs", ["orders/orders"], ["orders/kept"], [fresh]],
    ["a check, which brings SLOs", [lines], ["orders/whole"], [lines]],
    ["a product without SLOs", ["payments"], [], [ledger]],
    ["a tier", ["tier:gold"], ["orders/kept", "orders/whole"], [fresh, lines, shape]],
  ])("chooses by %s", (_, selectors, slos, checksOfThem) => {
    const watched = selectWatched(mesh, selectors);
    expect(watched.slos.map(({ id }) => id)).toEqual(slos);
    expect(watched.checks.map(({ id }) => id)).toEqual(checksOfThem);
  });

  it("is refused when it matches neither an SLO nor a check", () => {
    expect(() => selectWatched(mesh, ["shipping"])).toThrow("matches no check and no SLO");
  });
});
