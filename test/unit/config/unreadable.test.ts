import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import { daemonText, MeshFolder, ordersText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

async function problemsIn(folder: MeshFolder): Promise<readonly string[]> {
  const loaded = await new ConfigurationLoader(registries, {}, clock).load(folder.daemon);
  expect(loaded.mesh).toBeNull();
  return loaded.problems.map((problem) => formatProblem(problem).replaceAll(`${folder.path}/`, ""));
}

test("a missing tidemark.yaml is named", async () => {
  using folder = new MeshFolder();

  expect(await problemsIn(folder)).toEqual([
    "tidemark.yaml:1:1: error TM_CONFIG_READ: this file does not exist",
  ]);
});

test("a directory in the place of tidemark.yaml is named", async () => {
  using folder = new MeshFolder();
  mkdirSync(folder.daemon);

  expect(await problemsIn(folder)).toEqual([
    "tidemark.yaml:1:1: error TM_CONFIG_READ: this file is a directory, not a file",
  ]);
});

test("a directory with the name of a product file is named, and the other files are still judged", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "wrong.product.yaml": ordersText.replace("owner: checkout", "owner: nobody"),
  });
  mkdirSync(folder.at("orders.product.yaml"));

  expect(await problemsIn(folder)).toEqual([
    "orders.product.yaml:1:1: error TM_CONFIG_READ: this file is a directory, not a file",
    "wrong.product.yaml:3:8: error TM_CONFIG_REFERENCE: `nobody` is no team of tidemark.yaml (declared: checkout)",
  ]);
});

test("a product file of 100 MB is refused within a second, unread", async () => {
  using folder = new MeshFolder({ "tidemark.yaml": daemonText, "orders.product.yaml": "" });
  truncateSync(folder.at("orders.product.yaml"), 100 * 1024 * 1024);
  const started = performance.now();

  expect(await problemsIn(folder)).toEqual([
    "orders.product.yaml:1:1: error TM_CONFIG_READ: this file is too large to be read: 100.0 MiB of at most 1 MiB",
  ]);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("a tidemark.yaml of 100 MB is refused within a second, unread", async () => {
  using folder = new MeshFolder({ "tidemark.yaml": daemonText });
  truncateSync(folder.daemon, 100 * 1024 * 1024);
  const started = performance.now();

  expect(await problemsIn(folder)).toEqual([
    "tidemark.yaml:1:1: error TM_CONFIG_READ: this file is too large to be read: 100.0 MiB of at most 1 MiB",
  ]);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("bytes that are not UTF-8 are no configuration", async () => {
  using folder = new MeshFolder({ "tidemark.yaml": daemonText });
  writeFileSync(folder.at("orders.product.yaml"), Buffer.from([0x70, 0x3a, 0x20, 0xff, 0xfe]));

  expect(await problemsIn(folder)).toEqual([
    "orders.product.yaml:1:1: error TM_CONFIG_READ: this file is not UTF-8 text",
  ]);
});

test("a symbolic link that leads nowhere is named", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace("**/*.product.yaml", "orders.product.yaml"),
  });
  symlinkSync(folder.at("gone.yaml"), folder.at("orders.product.yaml"));

  expect(await problemsIn(folder)).toEqual([
    "orders.product.yaml:1:1: error TM_CONFIG_READ: this file does not exist",
  ]);
});

test("a product file that is named without a glob must exist", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace("**/*.product.yaml", "products/orders.product.yaml"),
  });

  expect(await problemsIn(folder)).toEqual([
    "products/orders.product.yaml:1:1: error TM_CONFIG_READ: this file does not exist",
  ]);
});

test("globs that match nothing are told where they stand", async () => {
  using folder = new MeshFolder({ "tidemark.yaml": daemonText });

  expect(await problemsIn(folder)).toEqual([
    "tidemark.yaml:2:11: error TM_CONFIG_NO_PRODUCTS: `products` matches no file (globs are relative to the folder of this file)",
  ]);
});

test("a product that two files declare is told with both places", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "a/orders.product.yaml": ordersText,
    "b/orders.product.yaml": ordersText,
  });

  expect(await problemsIn(folder)).toEqual([
    "b/orders.product.yaml:2:10: error TM_CONFIG_DUPLICATE: the product `orders` is declared twice (first in a/orders.product.yaml:2)",
  ]);
});

test("products that name one another as upstream are told as the circle they make", async () => {
  const product = (name: string, upstream: string): string =>
    ordersText.replace("product: orders", `product: ${name}\nupstream: [${upstream}]`);
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "a.product.yaml": product("orders", "payments/orders"),
    "b.product.yaml": product("payments", "ledger"),
    "c.product.yaml": product("ledger", "orders"),
    "d.product.yaml": product("finance", "ledger, orders").replace("99.5%", "99%"),
  });

  expect(await problemsIn(folder)).toEqual([
    "a.product.yaml:3:12: error TM_CONFIG_CYCLE: products name one another as upstream in a circle: `orders` → `payments` → `ledger` → `orders`",
  ]);
});

test("with several connections a dataset must name one", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace("teams:", "  lake: { type: duckdb }\nteams:"),
    "orders.product.yaml": ordersText,
  });

  expect(await problemsIn(folder)).toEqual([
    "orders.product.yaml:6:3: error TM_CONFIG_REFERENCE: `orders` names no `connection` (one of `dwh` or `lake`)",
  ]);
});

test("all problems of all files are told at once, in the order of files and lines", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": `${daemonText}http: { listen: nowhere }\n`,
    "a.product.yaml": ordersText
      .replace("tier: gold", "tier: golden")
      .replace("max_age: 1h", "max_age: soon")
      .replace("[orders.fresh]", "[orders.frsh]"),
    "b.product.yaml": ordersText
      .replace("product: orders", "product: payments\nupstream: [oders]")
      .replace("owner: checkout", "owner: chekout\nowners: all"),
  });

  expect(await problemsIn(folder)).toEqual([
    "tidemark.yaml:10:17: error TM_CONFIG_INVALID: `listen` must be a host and a port (such as `127.0.0.1:9464`, or `[::1]:9464`)",
    "a.product.yaml:4:7: error TM_CONFIG_REFERENCE: `golden` is no tier (did you mean `gold`?)",
    "a.product.yaml:9:61: error TM_CONFIG_INVALID: `max_age`: expected a duration such as `90s`, `15m` or `1h30m`",
    "a.product.yaml:14:14: error TM_CONFIG_REFERENCE: `orders.frsh` is no check of this product (did you mean `orders.fresh`?)",
    "b.product.yaml:3:12: error TM_CONFIG_REFERENCE: `oders` is no product of this mesh (did you mean `orders`?)",
    "b.product.yaml:4:8: error TM_CONFIG_REFERENCE: `chekout` is no team of tidemark.yaml (did you mean `checkout`?)",
    "b.product.yaml:5:1: error TM_CONFIG_UNKNOWN_KEY: `owners` is not a key that is known here (did you mean `owner`? allowed here: version, product, renamed_from, domain, description, tier, owner, alert, contacts, upstream, consumers, links, max_bytes_per_day, datasets, slos)",
  ]);
});

test("an upstream that may stand in a file that cannot be read is not called unknown", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "orders.product.yaml": ordersText.replace("tier: gold", "upstream: [payments]"),
    "payments.product.yaml": "version: 1\nproduct: [payments\n",
  });

  expect(await problemsIn(folder)).toEqual([
    "payments.product.yaml:3:1: error TM_CONFIG_SYNTAX: the indentation does not fit the lines above, or a bracket or brace there is not closed",
  ]);
});

test("a file with thousands of slips tells the first hundred and how many are left", async () => {
  const slips = Array.from({ length: 3_000 }, (_, index) => `colour_${index}: blue\n`).join("");
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "orders.product.yaml": `${ordersText}${slips}`,
  });

  const problems = await problemsIn(folder);

  expect(problems).toHaveLength(101);
  expect(problems.at(-1)).toContain("2900 further problems in this file are not listed");
});
