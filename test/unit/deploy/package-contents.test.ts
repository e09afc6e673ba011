import { expect, it } from "vitest";
import {
  brokenLinks,
  filesUnder,
  secretsIn,
  strangers,
} from "../../../scripts/package/contents.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";

it.each([
  "src/main.ts",
  "dist/src/main.js.map",
  "dist/test/unit/a.test.js",
  "test/golden/metrics.prom",
  ".env",
  ".npmrc",
  "dist/src/server.key",
  "dashboards/index.ts",
  "deploy/Dockerfile",
  "examples/demo/demo.ts",
])("takes %s in the package for a stranger", (path) => {
  expect(strangers(["package.json", path, "dist/src/main.js", "docs/slos.md"])).toEqual([path]);
});

// Put together here, so that no file of ours holds what looks like a secret.
it.each([
  ["a private key", ["-----BEGIN RSA PRIVATE", ` KEY-----\n${"A".repeat(64)}\n`]],
  ["a Slack token", ["xoxb-", "123456789012-abcdefghijkl"]],
  ["a key of AWS", ["AKIA", "ABCDEFGHIJKLMNOP"]],
  ["a token of npm or GitHub", ["ghp_", "a".repeat(36)]],
  ["/home/somebody/", ["at /home/somebody/", "tidemark/main.ts"]],
])("finds %s in a file", async (what, parts) => {
  await using folder = await TemporaryFolder.make();
  await folder.write({ "a.js": parts.join(""), "b.js": "const password = readSecret();" });
  const files = filesUnder(folder.path);
  expect(secretsIn(folder.path, files, ["/home/somebody/"])).toEqual([`a.js: ${what}`]);
});

it("finds links that lead to nothing in the package", async () => {
  await using folder = await TemporaryFolder.make();
  await folder.write({
    "README.md":
      "[a](docs/a.md#part) [b](docs/b.md) [web](https://example.com/x.md) [c](examples/c)",
    "docs/a.md": "[home](../README.md)\n```md\n[not a link](nowhere.md)\n```\n",
  });
  expect(brokenLinks(folder.path, filesUnder(folder.path))).toEqual([
    "README.md: docs/b.md",
    "README.md: examples/c",
  ]);
});
