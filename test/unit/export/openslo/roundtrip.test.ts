import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Check, Mesh, Slo } from "../../../../src/core/mesh.ts";
import { exportProduct } from "../../../../src/export/openslo/from-mesh.ts";
import { importDocuments } from "../../../../src/export/openslo/import.ts";
import { writeDocuments } from "../../../../src/export/openslo/write.ts";
import { writeProduct } from "../../../../src/export/openslo/write-product.ts";
import { formatPercent } from "../../../../src/time/percent.ts";
import { meshOf } from "../../config/load-texts.ts";

/** A product file is written as JSON, exported, imported, and compiled again: the promise must be the same one. */

const daemon = `version: 1
products: ["**/*.product.yaml"]
connections:
  dwh: { type: postgres, url: "postgres://watch@localhost/dwh" }
teams:
  checkout:
    notify: { page: [console], ticket: [console] }
notifiers:
  console: { type: console }
tiers:
  platinum: { alert: ticket }
calendars:
  uk_business: { timezone: Europe/London, days: [mon, tue, wed, thu, fri], holidays: [2026-12-25], valid_until: 2029-12-31 }
`;

const zone = fc.constantFrom(
  "UTC",
  "Europe/Berlin",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
);
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((one) => !/\p{Cc}|\p{Cs}/u.test(one));
const seconds = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((count) => `${count}s`);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const schedule = fc.oneof(
  fc.record({ every: seconds(1, 86_400) }),
  fc.record({ cron: fc.constantFrom("0 6 * * *", "0,30 7 * * 1-5"), timezone: zone }),
);
const common = { schedule: optional(schedule), hold: optional(seconds(60, 900_000)) };

const timely = fc.oneof(
  fc.record({
    type: fc.constant("freshness"),
    column: fc.constant("at"),
    max_age: seconds(60, 900_000),
    time: optional(fc.constant("event")),
    ...common,
  }),
  fc.record({
    type: fc.constant("freshness"),
    column: fc.constant("at"),
    warn: fc.constant({ max_age: "1h" }),
    severity: fc.constant("warn"),
    ...common,
  }),
  fc.record({ type: fc.constant("volume"), min: fc.constant(5), ...common }),
  fc.record({ type: fc.constant("schema"), ...common }),
);

const deadline = fc.record({
  type: fc.constant("freshness"),
  column: fc.constant("at"),
  by: fc.constantFrom("07:00", "23:59:30", "02:30"),
  timezone: optional(zone),
  calendar: optional(fc.constant("uk_business")),
  opens: optional(seconds(60, 80_000)),
  schedule: optional(schedule),
});

const exclusion = fc
  .oneof(
    fc.record({
      from: fc.constant("2026-12-24"),
      to: fc.constant("2026-12-27T06:30"),
      timezone: optional(zone),
    }),
    fc.record({
      start: fc.constant("2026-03-01T02:00"),
      rrule: fc.constantFrom("FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=5"),
      duration: seconds(60, 7_200),
      timezone: optional(zone),
    }),
    fc.record({ calendar: fc.constant("uk_business"), timezone: optional(zone) }),
  )
  .chain((span) =>
    fc
      .record({ reason: text, mode: optional(fc.constantFrom("remove", "good")) })
      .map((rest) => ({ ...span, ...rest })),
  );

const promise = fc.record({
  description: optional(
    fc.oneof(
      text,
      text.map((one) => `${one} `.repeat(60)),
    ),
  ),
  // Where one failure or a window may be too much for the objective is not what is tried here.
  objective: fc.integer({ min: 1, max: 200_000 }).map(formatPercent),
  window: fc.oneof(
    seconds(30 * 86_400, 90 * 86_400),
    fc.record({ calendar: fc.constantFrom("month", "quarter", "year"), timezone: zone }),
  ),
  unknown: optional(fc.constantFrom("ignore", "good", "bad")),
  coverage_floor: optional(fc.integer({ min: 0, max: 1_000_000 }).map((ppm) => ppm / 1_000_000)),
  since: optional(
    fc
      .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
  ),
  alert: optional(fc.constantFrom("page", "ticket", "none")),
  labels: optional(
    fc.dictionary(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,80}$/), text, { maxKeys: 4 }),
  ),
  exclusions: optional(fc.array(exclusion, { maxLength: 3 })),
});

const someChecks = <T>(check: fc.Arbitrary<T>) =>
  fc.dictionary(name, check, { minKeys: 1, maxKeys: 3, noNullPrototype: true });

const product = fc
  .record({
    product: name,
    domain: optional(text),
    description: optional(text),
    tier: fc.constantFrom("gold", "silver", "platinum"),
    dataset: name,
    timezone: zone,
    isTime: fc.boolean(),
    timely: someChecks(timely),
    deadlines: someChecks(deadline),
    slos: fc.dictionary(name, promise, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  })
  .map(({ dataset, timezone, isTime, timely: held, deadlines, slos, ...head }) => {
    const checks = isTime ? held : deadlines;
    const names = Object.keys(checks).map((check) => `${dataset}.${check}`);
    return {
      version: 1,
      ...head,
      owner: "checkout",
      datasets: {
        [dataset]: { table: "orders", timezone, columns: { at: { type: "timestamptz" } }, checks },
      },
      slos: Object.fromEntries(
        Object.entries(slos).map(([slo, terms]) => [slo, { ...terms, checks: names }]),
      ),
    };
  });

function termsOf(mesh: Mesh) {
  return {
    products: [...mesh.products.values()].map(
      ({ name: own, domain, description, tier, owner }) => ({
        own,
        domain,
        description,
        tier,
        owner,
      }),
    ),
    slos: Object.fromEntries([...mesh.slos.values()].map((slo: Slo) => [slo.id, slo])),
    checks: Object.fromEntries(
      [...mesh.checks.values()].map(
        ({ id, type, severity, schedule: due, holdMs, sli, calendar }: Check) => [
          id,
          { type, severity, due, holdMs, sli, calendar },
        ],
      ),
    ),
  };
}

it("brings every term of every SLO back", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(product, async (file) => {
      const mesh = await meshOf([JSON.stringify(file)], daemon);
      const exported = [...mesh.products.values()].map((one) => exportProduct(mesh, one));
      const files = exported.map(({ product: own, documents }) => ({
        file: `${own}.yaml`,
        text: writeDocuments(documents),
      }));
      const { imported, problems } = importDocuments(files, String);
      expect(problems).toEqual([]);
      const again = await meshOf((imported?.products ?? []).map(writeProduct), daemon);
      expect(termsOf(again)).toEqual(termsOf(mesh));
    }),
    { numRuns: 100 },
  );
});
