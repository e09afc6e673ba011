import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { config as duckdbConfig } from "../../../connectors/duckdb/config.ts";
import { formatBytes, parseBytes } from "../../../src/core/bytes.ts";

describe("parseBytes", () => {
  it.each([
    ["10GB", 10_000_000_000],
    ["500MiB", 524_288_000],
    ["1.5 TB", 1_500_000_000_000],
    ["10 GiB", 10_737_418_240],
    ["2pb", 2_000_000_000_000_000],
    ["1KiB", 1_024],
    ["512B", 512],
    ["0GB", 0],
    ["1.0009KB", null],
    ["9007199254740991B", 9_007_199_254_740_991],
    ["9007199254740992B", null],
    ["10PiB", null],
    ["10", null],
    ["GB", null],
    ["10 G", null],
    ["-1GB", null],
    ["1e3GB", null],
    ["1,5GB", null],
    ["", null],
  ])("reads %j as %s bytes", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(["512MB", "2GB", "500MiB", "1.5TB", "10 gb", "7KB"])(
    "reads the size %s, which DuckDB takes for its memory as well",
    (text) => {
      expect(parseBytes(text)).not.toBeNull();
      expect(duckdbConfig.parse({ memory_limit: text }).memory_limit).toBe(text);
    },
  );
});

describe("formatBytes", () => {
  it.each([
    [0, "0B"],
    [999, "999B"],
    [1_000, "1KB"],
    [1_234_000_000, "1.23GB"],
    [10_000_000_000, "10GB"],
    [100_000_000, "100MB"],
    [524_288_000, "524MB"],
    [999_499, "999KB"],
    [999_500, "1MB"],
    [3_000_000_000_000_000_000, "3000PB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("writes what parseBytes reads back to within half a percent", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000_000), (bytes) => {
        expect(Math.abs((parseBytes(formatBytes(bytes)) ?? -1) - bytes)).toBeLessThanOrEqual(
          bytes / 200,
        );
      }),
    );
  });
});
