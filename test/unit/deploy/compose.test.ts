import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import manifest from "../../../package.json" with { type: "json" };

const deploy = fileURLToPath(new URL("../../../deploy/", import.meta.url));
const read = (path: string): string => readFileSync(`${deploy}${path}`, "utf8");

const service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  security_opt: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z
    .array(
      z.object({
        type: z.enum(["bind", "volume"]),
        source: z.string(),
        target: z.string(),
        read_only: z.boolean().default(false),
      }),
    )
    .default([]),
});

const file = z
  .looseObject({
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.unknown()),
    secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  })
  .parse(parse(read("compose.yaml"), { merge: true }));

const services = Object.entries(file.services);

describe("deploy/compose.yaml", () => {
  it("has the daemon and what it works with", () => {
    expect(services.map(([name]) => name)).toEqual([
      "tidemark",
      "rules",
      "dashboards",
      "postgres",
      "prometheus",
      "alertmanager",
      "grafana",
    ]);
  });

  it.each(services)("pins the image of %s to a whole version", (_, { image }) => {
    expect(image).toMatch(/^[a-z/]+:v?\d+\.\d+(\.\d+)?(-bookworm)?$/);
  });

  it.each(services)(
    "gives %s a root that cannot be written to, and no way to more rights",
    (_, one) => {
      expect(one.read_only).toBe(true);
      expect(one.security_opt).toEqual(["no-new-privileges:true"]);
    },
  );

  it.each(services.filter(([name]) => name !== "postgres"))(
    "does not run %s as root",
    (_, { user }) => {
      expect(user).toMatch(/^[1-9]\d*:\d+$/);
    },
  );

  it.each(services)("opens %s to this machine alone", (_, { ports }) => {
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  it.each(services)("has no secret in the environment of %s", (_, { environment }) => {
    const named = Object.entries(environment).filter(([name]) =>
      /PASSWORD|TOKEN|SECRET/.test(name),
    );
    expect(
      named.filter(
        ([name, value]) => !(name.endsWith("_FILE") && value.startsWith("/run/secrets/")),
      ),
    ).toEqual([]);
  });

  it.each(services)("declares every secret and volume that %s uses", (_, { secrets, volumes }) => {
    expect(Object.keys(file.secrets)).toEqual(expect.arrayContaining(secrets));
    const named = volumes.filter(({ type }) => type === "volume").map(({ source }) => source);
    expect(Object.keys(file.volumes)).toEqual(expect.arrayContaining(named));
  });

  it.each(services)("binds into %s only what is there, and read-only", (_, { volumes }) => {
    const bound = volumes.filter(({ type }) => type === "bind");
    expect(bound.filter(({ read_only }) => !read_only)).toEqual([]);
    expect(bound.filter(({ source }) => !existsSync(`${deploy}${source}`))).toEqual([]);
  });

  it("keeps the secrets out of the repository", () => {
    const paths = Object.values(file.secrets).map((secret) => secret.file);
    expect(paths.filter((path) => !path.startsWith("./compose/secrets/"))).toEqual([]);
    expect(read("compose/.gitignore")).toBe("secrets/\n");
  });

  it("names the version of the package", () => {
    expect(file.services["tidemark"]?.image).toBe(`tidemark:${manifest.version}`);
  });
});

describe("deploy/Dockerfile", () => {
  const text = read("Dockerfile");

  it("stands on the Node that the tests run on, in both stages", () => {
    const image = `node:${manifest.devDependencies.node}-bookworm-slim`;
    expect(text.match(/^FROM .*$/gm)).toEqual([`FROM ${image} AS build`, `FROM ${image}`]);
  });

  it("runs as the user that owns the store's folder, and not as root", () => {
    expect(text).toMatch(
      /^COPY --from=build --chown=10001:10001 \/build\/state \/var\/lib\/tidemark$/m,
    );
    expect(text).toMatch(/^USER 10001:10001$/m);
  });

  it("asks the readiness endpoint whether it is healthy", () => {
    expect(text).toMatch(/^HEALTHCHECK [^]*http:\/\/127\.0\.0\.1:9464\/readyz/m);
  });

  it("takes no secret as an argument or from the context", () => {
    expect(text).not.toMatch(/^(ARG|ADD) /m);
    expect(text).not.toMatch(/^COPY (--\S+ )*\. /m);
  });
});

describe("deploy/systemd/tidemark.service", () => {
  const text = read("systemd/tidemark.service");

  it.each([
    "DynamicUser=yes",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "SystemCallFilter=@system-service",
    "StateDirectory=tidemark",
    "RestartPreventExitStatus=2",
  ])("says %s", (line) => {
    expect(text.split("\n")).toContain(line);
  });

  it("leaves a stop as long as the daemon drains", () => {
    expect(text).toMatch(/^TimeoutStopSec=45s$/m);
  });

  it("holds no secret", () => {
    expect(text).not.toMatch(/^(EnvironmentFile|SetCredential)=/m);
    expect(text.match(/^Environment=.*$/gm)).toEqual([
      "Environment=NODE_OPTIONS=--max-semi-space-size=8",
    ]);
  });
});

describe("deploy/helm/tidemark", () => {
  it("has the version of the package", () => {
    const chart = z.looseObject({ version: z.string(), appVersion: z.string() });
    expect(chart.parse(parse(read("helm/tidemark/Chart.yaml")))).toMatchObject({
      version: manifest.version,
      appVersion: manifest.version,
    });
  });
});
