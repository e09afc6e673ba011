import { describe, expect, test } from "vitest";
import { asConnectorError, isBusy, isSessionGone } from "../../../connectors/snowflake/failures.ts";

/** An error as snowflake-sdk hands it out. */
function driverError(code: string | number, more: object = {}): Error {
  return Object.assign(new Error("driver text with a canary"), { code, ...more });
}

describe("what is said of an error", () => {
  test.each([
    ["390100", "auth"],
    ["390144", "auth"],
    ["394303", "auth"],
    ["394400", "auth"],
    ["390189", "permission"],
    ["390201", "permission"],
    ["390422", "auth"],
    ["390999", "auth"],
    ["390111", "unreachable"],
    ["390114", "unreachable"],
    ["407002", "unreachable"],
    ["404026", "auth"],
    ["000604", "cancelled"],
    ["000630", "timeout"],
    ["000606", "permission"],
    ["000607", "resource"],
    ["000666", "resource"],
    ["090073", "resource"],
    ["090105", "not_found"],
    ["002003", "not_found"],
    ["002043", "not_found"],
    ["003001", "permission"],
    ["001003", "invalid_query"],
    ["000904", "invalid_query"],
    ["000008", "invalid_query"],
    ["100038", "invalid_query"],
    ["100183", "invalid_query"],
    ["000603", "resource"],
    ["300010", "resource"],
    ["999999", "internal"],
  ])("%s is of kind %s", (code, kind) => {
    const { failure } = asConnectorError(driverError(code));
    expect(failure).toMatchObject({ kind, code });
    expect(JSON.stringify(failure)).not.toContain("canary");
  });

  test.each([
    ["ECONNREFUSED", "unreachable"],
    ["ECONNRESET", "unreachable"],
    ["ENOTFOUND", "unreachable"],
    ["ECONNABORTED", "timeout"],
    ["ETIMEDOUT", "timeout"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ])("%s behind the driver's network error is of kind %s", (code, kind) => {
    const error = driverError(401_001, { cause: driverError(code) });
    expect(asConnectorError(error).failure).toMatchObject({ kind, code });
  });

  test.each([
    [403, "unreachable"],
    [404, "unreachable"],
    [407, "unreachable"],
    [429, "resource"],
    [503, "unreachable"],
  ])("HTTP %i is of kind %s", (statusCode, kind) => {
    const error = driverError(401_002, { response: { statusCode, body: "<html>" } });
    expect(asConnectorError(error).failure).toMatchObject({ kind, code: `HTTP_${statusCode}` });
  });

  test("a code in the body of a refusal counts for more than its status", () => {
    const response = { statusCode: 401, body: '{"code": "390104", "success": false}' };
    expect(isSessionGone(driverError(401_002, { response }))).toBe(true);
  });

  test("only what may pass by itself is worth another try", () => {
    const of = (statusCode: number) => driverError(401_002, { response: { statusCode } });
    expect([408, 429, 500, 503, 403, 404].map((status) => isBusy(of(status)))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("an account that makes a name without a certificate is not blamed on a proxy", () => {
    const error = driverError(401_001, { cause: driverError("ERR_TLS_CERT_ALTNAME_INVALID") });
    expect(asConnectorError(error).failure.hint).toContain("Check `account`");
  });

  test("a function that there is not is not taken for a column", () => {
    expect(asConnectorError(driverError("002141")).failure.hint).not.toContain("column");
  });

  test("a missing grant comes with the statement that makes it", () => {
    expect(asConnectorError(driverError("000606")).failure.hint).toContain(
      "GRANT USAGE ON WAREHOUSE <warehouse> TO ROLE <role>;",
    );
  });
});
