import { expect, it } from "vitest";
import { acceptsGzip } from "../../../src/http/accept-encoding.ts";

it.each([
  "gzip",
  "GZIP",
  "x-gzip",
  "gzip, deflate, br",
  "deflate,gzip;q=0.5",
  "gzip ; q=1.000",
  "*",
  "br, *;q=0.1",
  "identity;q=0, gzip;q=0.001",
  "gzip;q=1, identity;q=1",
])("takes gzip where it says %j", (header) => {
  expect(acceptsGzip(header)).toBe(true);
});

it.each([
  undefined,
  "",
  "identity",
  "br",
  "gzip;q=0",
  "gzip;Q=0.000",
  "*;q=0",
  "*, gzip;q=0",
  "identity, gzip;q=0.9",
  "gzip;q=2",
  "gzip;q=-1",
  "gzip;q=",
  "gzip;q=nan",
  "gzipped",
  "deflate;gzip",
])("sends it as it is where it says %j", (header) => {
  expect(acceptsGzip(header)).toBe(false);
});
