import { describe, expect, test } from "vitest";
import { config, readSettings } from "../../../connectors/snowflake/config.ts";
import { containing } from "../../helpers/matchers.ts";

const given = { account: "myorg-myaccount", user: "tidemark" };

function problemsOf(keys: Record<string, unknown>): readonly string[] {
  const result = config.safeParse(keys);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the keys of a snowflake connection", () => {
  test.each([
    [{ ...given, password: "x" }],
    [{ ...given, private_key: "x", private_key_passphrase: "y" }],
    [{ ...given, private_key_path: "x" }],
    [{ account: "xy12345.eu-central-1", token: "x" }],
    [{ account: "a", oauth: { client_id: "x", client_secret: "y" } }],
    [{ account: "a", workload_identity: { provider: "aws" } }],
    [{ account: "a", workload_identity: { provider: "oidc", token_path: "x" } }],
    [{ access_url: "https://x1.privatelink.snowflakecomputing.com", token: "x" }],
    [{ account: "a", access_url: "http://127.0.0.1:8080", token: "x" }],
  ])("may be %j", (keys) => {
    expect(problemsOf(keys)).toEqual([]);
  });

  test("must name one way to sign in", () => {
    expect(problemsOf(given)).toEqual([
      ": needs one way to sign in: private_key, private_key_path, token, oauth, workload_identity, password",
    ]);
  });

  test("must not name two ways to sign in", () => {
    expect(problemsOf({ ...given, password: "x", token: "y" })).toEqual([
      "password: is one way to sign in too many: give either token or password",
    ]);
  });

  test.each([
    [{ user: "x", password: "y" }, "account: is missing"],
    [{ account: "a", password: "y" }, "user: is missing"],
    [{ account: "https://a.snowflakecomputing.com", token: "x" }, "account: is the account's"],
    [{ account: "a", access_url: "http://example.com", token: "x" }, "access_url: must be"],
    [{ account: "a", access_url: "https://example.com/x", token: "x" }, "access_url: must be"],
    [{ account: "a", access_url: "ftp://example.com", token: "x" }, "access_url: must be"],
    [{ ...given, password: "x", private_key_passphrase: "y" }, "private_key_passphrase: belongs"],
    [
      { account: "a", oauth: { client_id: "x", client_secret: "y", token_url: "http://e.com/t" } },
      "oauth.token_url: must be",
    ],
    [{ account: "a", workload_identity: { provider: "oidc" } }, "workload_identity: needs either"],
    [
      { account: "a", workload_identity: { provider: "gcp", token: "x" } },
      "workload_identity: takes a token only",
    ],
    [
      { account: "a", workload_identity: { provider: "oidc", token: "x", token_path: "y" } },
      "workload_identity: needs either",
    ],
  ])("%j is refused: %s", (keys, beginning) => {
    expect(problemsOf(keys)).toEqual([containing(beginning)]);
  });

  test("make the address of the account, in which a name has no underscores", () => {
    const settings = readSettings({ account: "my_org-acc", token: "x" }, "/etc/tidemark");
    expect(settings).toMatchObject({
      account: "my_org-acc",
      origin: "https://my-org-acc.snowflakecomputing.com",
    });
  });

  test("may leave the account to a private link's host", () => {
    const access_url = "https://xy1.eu-central-1.privatelink.snowflakecomputing.com";
    expect(readSettings({ access_url, token: "x" }, "/")).toMatchObject({ account: "xy1" });
  });

  test("find the key's file beside tidemark.yaml", () => {
    const settings = readSettings({ ...given, private_key_path: "keys/x.p8" }, "/etc/tidemark");
    expect(settings).toMatchObject({ credentials: { pem: { path: "/etc/tidemark/keys/x.p8" } } });
  });

  test("take a key whose line breaks are written as in a variable of the environment", () => {
    const settings = readSettings({ ...given, private_key: "a\\nb" }, "/");
    expect(settings).toMatchObject({ credentials: { pem: { text: "a\nb" } } });
  });
});
