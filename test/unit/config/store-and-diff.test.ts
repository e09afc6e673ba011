import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { diffMesh } from "../../../src/config/diff.ts";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import { daemonText, MeshFolder, ordersText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

describe("where the store is can be told", () => {
  const standard = ".tidemark/state.db";

  test.each([
    ["from a file without a word about it", daemonText, standard],
    ["from a file that says it", `${daemonText}store: { type: sqlite, path: a/b.db }\n`, "a/b.db"],
    [
      "over several lines",
      "version: 1\nstore:\n  type: sqlite\n  # here\n  path: b.db\nhttp: {}\n",
      "b.db",
    ],
    ["from the environment", 'store: { type: sqlite, path: "${env:STORE}" }\n', "from-env.db"],
    ["when the rest is broken", 'teams: [\nstore: { type: sqlite, path: c.db }\nx: "\n', "c.db"],
    ["when the rest is unknown", "store: { type: sqlite, path: d.db }\nfoo: bar\n", "d.db"],
    ["when the file is empty", "", standard],
  ])("%s", async (_when, text, path) => {
    using folder = new MeshFolder({ "tidemark.yaml": text });
    const loader = new ConfigurationLoader(registries, { STORE: "from-env.db" }, clock);

    expect(await loader.peekStore(folder.daemon)).toEqual({
      type: "sqlite",
      path: folder.at(path),
    });
  });

  test("when tidemark.yaml was deleted, or a directory took its place", async () => {
    using folder = new MeshFolder();
    const loader = new ConfigurationLoader(registries, {}, clock);

    expect(await loader.peekStore(folder.daemon)).toEqual({
      type: "sqlite",
      path: folder.at(standard),
    });
    mkdirSync(folder.daemon);
    expect(await loader.peekStore(folder.daemon)).toEqual({
      type: "sqlite",
      path: folder.at(standard),
    });
  });
});

describe("where the store is cannot be told, and no other is taken for it,", () => {
  test.each([
    ["when its section is half-written", "store: { type: sqlite, path: \n"],
    ["when its variable is not set", 'store: { type: sqlite, path: "${env:UNSET}" }\n'],
    ["when it is of another kind", "store: { type: postgres, url: x }\n"],
    ["when it has an unknown key", "store: { type: sqlite, paht: x.db }\n"],
  ])("%s", async (_when, text) => {
    using folder = new MeshFolder({ "tidemark.yaml": text });

    expect(
      await new ConfigurationLoader(registries, {}, clock).peekStore(folder.daemon),
    ).toBeNull();
  });
});

async function meshOf(daemon: string, product: string): Promise<Mesh> {
  const { mesh, problems } = await new ConfigurationLoader(registries, {}, clock).loadFiles(
    "/mesh/tidemark.yaml",
    [
      { path: "tidemark.yaml", text: daemon },
      { path: "orders.product.yaml", text: product },
    ],
  );
  if (mesh === null) {
    throw new Error(problems.map(formatProblem).join("\n"));
  }
  return mesh;
}

describe("the difference of two meshes", () => {
  test("of equal files is empty", async () => {
    const mesh = await meshOf(daemonText, ordersText);

    expect(diffMesh(mesh, await meshOf(daemonText, `# moved\n${ordersText}`))).toEqual({
      added: [],
      changed: [],
      removed: [],
      renamed: [],
    });
  });

  test("names what is added, changed and removed, and not what holds it", async () => {
    const before = await meshOf(daemonText, ordersText);
    const after = await meshOf(
      daemonText.replace("localhost", "db.example.com"),
      ordersText
        .replace(
          "fresh: { type: freshness, column: loaded_at, max_age: 1h }",
          "enough: { type: volume, min: 1 }",
        )
        .replace("[orders.fresh]", "[orders.enough]")
        .replace("tier: gold", "tier: silver"),
    );

    expect(diffMesh(before, after)).toEqual({
      added: ["orders/orders/enough"],
      changed: ["connection:dwh", "orders", "slo:orders/fresh"],
      removed: ["orders/orders/fresh"],
      renamed: [],
    });
  });

  test("names teams, notifiers, the store and the server", async () => {
    const before = await meshOf(daemonText, ordersText);
    const after = await meshOf(
      `${daemonText
        .replace("notify:", "display_name: Checkout\n    notify:")
        .replace(
          "console: { type: console }",
          'console: { type: console }\n  hook: { type: webhook, url: "https://example.com/hook" }',
        )}http: { listen: "localhost:1" }\nstore: { type: sqlite, path: a.db }\n`,
      ordersText,
    );

    expect(diffMesh(before, after)).toEqual({
      added: ["notifier:hook"],
      changed: ["http", "store", "team:checkout"],
      removed: [],
      renamed: [],
    });
  });

  test("names what has a new name once, and not as removed and added", async () => {
    const before = await meshOf(daemonText, ordersText);
    const renamed = ordersText
      .replace("product: orders", "product: sales\nrenamed_from: orders")
      .replace("slos:\n  fresh:", "slos:\n  young:\n    renamed_from: fresh");
    const after = await meshOf(daemonText, renamed);

    expect(diffMesh(before, after)).toEqual({
      added: [],
      changed: [],
      removed: [],
      renamed: [
        "orders → sales",
        "orders/orders → sales/orders",
        "orders/orders/fresh → sales/orders/fresh",
        "slo:orders/fresh → slo:sales/young",
      ],
    });
    expect(diffMesh(after, await meshOf(daemonText, `# moved\n${renamed}`)).renamed).toEqual([]);
  });
});

test("a changed secret is a changed connection, and is not found in its fingerprint", async () => {
  const withPassword = (password: string): Promise<Mesh> =>
    meshOf(daemonText.replace("watch@", `watch:${password}@`), ordersText);
  const first = (await withPassword("canary-one")).connections.get("dwh");
  const second = (await withPassword("canary-two")).connections.get("dwh");

  expect(first?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.fingerprint).not.toBe(first?.fingerprint);
});
