import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Slo } from "../../../../src/core/mesh.ts";
import { rulesOf } from "../../../../src/export/rules/from-mesh.ts";
import type { AlertingRule } from "../../../../src/export/rules/rule.ts";
import { writeRules } from "../../../../src/export/rules/write.ts";
import { metrics } from "../../../../src/metrics/names.ts";
import { slo } from "../openslo/mesh.ts";
import { meshOf } from "./mesh.ts";

const golden = "../../../golden/rules";

function alertsOf(promise: Slo): readonly AlertingRule[] {
  const files = rulesOf(meshOf([promise]));
  const rules = files
    .find(({ name }) => name === "orders.rules.yaml")
    ?.groups.flatMap((g) => g.rules);
  return (rules ?? []).flatMap((rule) => ("alert" in rule ? [rule] : []));
}

function burnsOf(promise: Slo): readonly string[] {
  return alertsOf(promise)
    .filter(({ alert }) => alert === "TidemarkErrorBudgetBurn")
    .map(
      ({ labels }) => `${labels["severity"]} ${labels["long_window"]}/${labels["short_window"]}`,
    );
}

describe("the rules of a mesh", () => {
  it.each(rulesOf(meshOf()))("are written as $name", async ({ name, groups }) => {
    await expect(writeRules(groups)).toMatchFileSnapshot(`${golden}/${name}`);
  });

  it("are each put to the test in test/prometheus", async () => {
    const folder = join(import.meta.dirname, "../../../prometheus");
    const files = (await readdir(folder)).filter((name) => name.endsWith(".test.yaml"));
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
    const rules = rulesOf(meshOf()).flatMap(({ groups }) => groups.flatMap((group) => group.rules));
    const names = new Set(rules.map((rule) => ("alert" in rule ? rule.alert : rule.record)));
    // Without remarks, in which a name proves nothing.
    const bare = texts.map((text) => text.replaceAll(/^\s*#.*$/gm, ""));
    const tried = new Set(bare.flatMap((text) => text.match(/[\w:]+/g) ?? []));
    expect([...names.difference(tried)]).toEqual([]);
  });

  it("name no metric that is not exported", () => {
    const text = rulesOf(meshOf())
      .map(({ groups }) => writeRules(groups))
      .join("");
    const known = new Set<string>(Object.values(metrics).map(({ name }) => name));
    const named = new Set(text.match(/\btidemark_\w+/g));
    expect([...named.difference(known)]).toEqual([`${metrics.probeLag.name}_bucket`]);
    expect(named.size).toBeGreaterThan(10);
  });

  it("have groups whose names are unique over all files", () => {
    const names = rulesOf(meshOf()).flatMap(({ groups }) => groups.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it("say what they leave out", () => {
    expect(rulesOf(meshOf()).flatMap(({ remarks }) => remarks)).toEqual([
      "orders/fresh: the label `cost/centre` cannot be one of Prometheus",
      "orders/fresh: the label `severity` cannot be one of Prometheus",
      "orders/silent: no alerts, since nobody is to be told",
    ]);
  });

  it("of a mesh without SLOs are those of the daemon, and names without any series", () => {
    const records = rulesOf(meshOf([])).flatMap(({ groups }) =>
      groups.flatMap(({ rules }) =>
        rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
      ),
    );
    expect(records).toContain("slo:objective:ratio");
    expect(records).not.toContain("slo:time_period:days");
  });
});

describe("the alerts of an SLO", () => {
  it("follow how often it is looked at: a short window holds a look", () => {
    expect(burnsOf(slo("fresh", {}))).toEqual([
      "page 1h/30m",
      "page 6h/30m",
      "ticket 1d/2h",
      "ticket 3d/6h",
    ]);
    expect(burnsOf(slo("settled", { checkIds: ["orders/orders/settled"] }))).toEqual([
      "page 1d/6h",
      "ticket 7d/1d",
    ]);
    expect(burnsOf(slo("whole", { checkIds: ["orders/orders/shape"] }))).toEqual([]);
  });

  it("leave out burn rates that cannot be reached", () => {
    expect(burnsOf(slo("fresh", { objectivePpm: 900_000 }))).toEqual([
      "page 6h/30m",
      "ticket 1d/2h",
      "ticket 3d/6h",
    ]);
  });

  it("are no louder than the SLO is told, and the product where it says nothing", () => {
    const levels = (promise: Slo) =>
      new Set(alertsOf(promise).map(({ labels }) => labels["severity"]));
    expect(levels(slo("fresh", {}))).toEqual(new Set(["page", "ticket", "info"]));
    expect(levels(slo("fresh", { alert: "ticket" }))).toEqual(new Set(["ticket", "info"]));
    expect(levels(slo("fresh", { alert: "none" }))).toEqual(new Set());
  });

  it("show what people wrote, and never run it as a template", () => {
    const [alert] = alertsOf(
      slo("fresh", { description: 'a {{ $value }} b {{{ "x" }}', labels: {} }),
    );
    expect(alert?.annotations["description"]).toContain(
      'a {{ "{{" }} $value }} b {{ "{{" }}{ "x" }}',
    );
  });
});
