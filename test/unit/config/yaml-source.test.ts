import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { YamlSource } from "../../../src/config/yaml-source.ts";

const text = `# a comment
orders:
  owner: checkout # another
  tags: [a, "b", { deep: c }]
  empty:
  shared: &times { every: 15m }
  other: *times
`;

describe("a place", () => {
  test.each([
    ["of a value", ["orders", "owner"], "value", 3, 10],
    ["of a key", ["orders", "owner"], "key", 3, 3],
    ["of an item", ["orders", "tags", 1], "value", 4, 13],
    ["within an item", ["orders", "tags", 2, "deep"], "value", 4, 26],
    ["of an empty value is that of its key", ["orders", "empty"], "value", 5, 3],
    ["of what is missing is that of what should hold it", ["orders", "owned"], "value", 2, 1],
    [
      "of a value behind an alias is where it is written",
      ["orders", "other", "every"],
      "value",
      6,
      27,
    ],
    ["of the whole file is its first key", [], "value", 2, 1],
  ] as const)("%s", (_of, path, spot, line, column) => {
    const source = YamlSource.readNow("orders.yaml", text);

    expect(source.place(path, spot)).toEqual({ line, column });
  });

  test("is the same after the tree was let go", () => {
    const source = YamlSource.readNow("orders.yaml", text);
    source.release();

    expect(source.place(["orders", "tags", 2, "deep"], "key")).toEqual({ line: 4, column: 20 });
  });

  test("counts from one and across Windows line ends", () => {
    const source = YamlSource.readNow("orders.yaml", "a: 1\r\nb:\r\n  c: 2\r\n");

    expect(source.place(["b", "c"], "value")).toEqual({ line: 3, column: 6 });
  });
});

test("values are those of YAML 1.2: `yes`, times and days stay text", () => {
  const source = YamlSource.readNow(
    "orders.yaml",
    "a: yes\nb: 07:00\nc: 2026-01-31\nd: 0x1F\ne: true\nf: ~\ng: 1_000\n2026: h\ntrue: i\n",
  );

  expect(source.problems).toEqual([]);
  expect({ ...(source.value as object) }).toEqual({
    a: "yes",
    b: "07:00",
    c: "2026-01-31",
    d: 31,
    e: true,
    f: null,
    g: "1_000",
    "2026": "h",
    true: "i",
  });
});

test("maps have no prototype, so that no key is there that was not written", () => {
  const { value } = YamlSource.readNow("orders.yaml", "a: {}\n");

  expect(Object.getPrototypeOf((value as { a: object }).a)).toBeNull();
});

test("an anchor may be used again and again, within measure", () => {
  const often = Array.from({ length: 500 }, (_, index) => `c${index}: *times\n`).join("");

  expect(YamlSource.readNow("a.yaml", `a: &times { every: 15m }\n${often}`).problems).toEqual([]);
});

test("whatever plain values are written, the same are read, whether at once or in steps", async () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== "__proto__"),
        tie("tree"),
        { maxKeys: 4 },
      ),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const json = JSON.stringify(value, null, 1);

      const now = YamlSource.readNow("a.yaml", json);
      const inSteps = await YamlSource.read("a.yaml", json);

      expect(JSON.stringify(now.value)).toBe(JSON.stringify(JSON.parse(json)));
      expect(inSteps.value).toEqual(now.value);
    }),
    { numRuns: 200 },
  );
});

describe("a hostile file of 1 MiB is refused in a second or read, with the loop turning", () => {
  const size = 1024 * 1024;
  test.each([
    ["brackets", "["],
    ["braces", "{a: "],
    ["dashes", "- "],
    ["question marks", "? "],
    ["commas in a list", ","],
    ["quotes", '"'],
    ["tags", "- !a b\n"],
    ["anchors", "- &a b\n"],
    ["documents", "---\n"],
    ["comments", "#\n"],
    ["empty lines", "\n"],
    ["tabs", "\t"],
  ])("of %s", async (_what, unit) => {
    const hostile = `${unit === "," ? "[" : ""}${unit.repeat(size / unit.length - 1)}`;
    const started = performance.now();

    const source = await YamlSource.read("a.yaml", hostile);

    // A second on an idle machine; the bound leaves room for a busy one.
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(source.problems.length > 0 || source.value === null).toBe(true);
  });
});
