import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dashboardFiles } from "../../../dashboards/index.ts";
import { committed, panels, withThoseInRows } from "./committed.ts";

describe("the dashboards", () => {
  it("have addresses that do not change", () => {
    expect([...committed].map(([file, { uid, title }]) => [file, uid, title])).toEqual([
      ["tidemark-daemon.json", "tidemark-daemon", "Tidemark / Daemon health"],
      ["tidemark-mesh.json", "tidemark-mesh", "Tidemark / Mesh overview"],
      ["tidemark-owner.json", "tidemark-owner", "Tidemark / Owner"],
      ["tidemark-product.json", "tidemark-product", "Tidemark / Data product"],
    ]);
  });

  it("are what their code makes, byte for byte", () => {
    const folder = new URL("../../../dashboards/grafana/", import.meta.url);
    expect([...dashboardFiles().keys()].sort()).toEqual(readdirSync(folder).sort());
    for (const [file, text] of dashboardFiles()) {
      expect(readFileSync(new URL(file, folder), "utf8")).toBe(text);
    }
  });

  it.each([...committed])(
    "%s asks the data source that is chosen, and no other",
    (_, dashboard) => {
      expect(dashboard.templating.list[0]).toMatchObject({
        name: "datasource",
        type: "datasource",
        query: "prometheus",
      });
      const asked = [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]*)"/g)].map(
        ([, uid]) => uid,
      );
      expect(new Set(asked)).toEqual(new Set(["${datasource}", dashboard.uid]));
    },
  );

  it.each([
    ["tidemark-mesh.json", ["domain", "owner", "tier", "product"]],
    ["tidemark-owner.json", ["domain", "owner", "tier", "product"]],
    ["tidemark-product.json", ["product", "slo"]],
    ["tidemark-daemon.json", []],
  ])("%s is narrowed by %s", (file, names) => {
    const variables = committed.get(file)?.templating.list ?? [];
    expect(variables.filter(({ type }) => type === "query").map(({ name }) => name)).toEqual(names);
  });

  it("link a product to its runbook, its file and the API", () => {
    const links = committed.get("tidemark-product.json")?.links ?? [];
    expect(links.slice(3).map(({ title, type, url }) => [title, type, url ?? null])).toEqual([
      ["Runbook", "link", "${runbook_url}${product}"],
      ["Product file", "link", "${file_url}${product}.product.yaml"],
      ["API", "link", "${api_url}/api/v1/products/${product}"],
    ]);
  });

  it("link each other, several products with what is chosen of them", () => {
    const linked = [...committed].map(([file, { links }]) => [
      file,
      ...links.slice(0, 3).map(({ url }) => url),
    ]);
    const [mesh, product, owner, daemon] = ["mesh", "product", "owner", "daemon"].map(
      (name) => `/d/tidemark-${name}?\${datasource:queryparam}`,
    );
    const choice =
      "&${domain:queryparam}&${owner:queryparam}&${tier:queryparam}&${product:queryparam}";
    expect(linked).toEqual([
      ["tidemark-daemon.json", mesh, product, owner],
      ["tidemark-mesh.json", product, `${owner}${choice}`, daemon],
      ["tidemark-owner.json", `${mesh}${choice}`, product, daemon],
      ["tidemark-product.json", mesh, owner, daemon],
    ]);
  });

  it("link only to dashboards that exist", () => {
    const uids = [...committed.values()].map(({ uid }) => uid);
    const linked = [...JSON.stringify([...committed.values()]).matchAll(/\/d\/([a-z-]+)/g)];
    expect(linked.length).toBeGreaterThan(3);
    expect(linked.map(([, uid]) => uid).filter((uid) => !uids.includes(uid ?? ""))).toEqual([]);
  });
});

describe("a panel", () => {
  it("is there to look at", () => {
    expect(panels.length).toBeGreaterThan(30);
  });

  it.each(panels)("says what it shows, and in what unit: $where", (panel) => {
    expect(panel.title).not.toBe("");
    expect(panel.description).toMatch(/^[A-Z].{20,}\.$/s);
    expect(panel.fieldConfig?.defaults.unit ?? "").not.toBe("");
    expect(panel.fieldConfig?.defaults.noValue).toBe("unknown");
    expect(panel.targets.length).toBeGreaterThan(0);
    expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
  });

  it.each([...committed])("has a place of its own in %s", (_, { panels: all }) => {
    const places = withThoseInRows(all).map(({ gridPos }) => gridPos);
    expect(places.filter(({ x, w }) => x < 0 || x + w > 24)).toEqual([]);
    const overlapping = places.flatMap((one, index) =>
      places
        .slice(index + 1)
        .filter(
          (two) =>
            one.x < two.x + two.w &&
            two.x < one.x + one.w &&
            one.y < two.y + two.h &&
            two.y < one.y + one.h,
        ),
    );
    expect(overlapping).toEqual([]);
  });

  it.each([...committed])("has a number of its own in %s", (_, { panels: all }) => {
    const ids = withThoseInRows(all).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_id, index) => index + 1));
  });
});

describe("the provisioning files", () => {
  it("point Grafana at the dashboards' folder, and at a Prometheus that asks no more often than it scrapes", () => {
    const read = (path: string): unknown =>
      parse(
        readFileSync(new URL(`../../../dashboards/provisioning/${path}`, import.meta.url), "utf8"),
      );
    expect(read("dashboards/tidemark.yaml")).toMatchObject({
      apiVersion: 1,
      providers: [
        {
          name: "tidemark",
          type: "file",
          options: { path: "/var/lib/grafana/dashboards" },
        },
      ],
    });
    expect(read("datasources/tidemark.yaml")).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: "prometheus", access: "proxy", jsonData: { timeInterval: "15s" } }],
    });
  });
});
