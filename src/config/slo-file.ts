import { z } from "zod";
import { durationField, objectiveField, positiveDurationField, zoneField } from "../time/fields.ts";
import {
  alertField,
  isRealDay,
  labelField,
  nameField,
  proseField,
  renamedFromField,
} from "./fields.ts";

/** An SLO of a product file (interface.md §2, slo.md §2). */

const sinceMessage =
  "must be a day such as `2026-01-31`, or an instant such as `2026-01-31T06:00:00Z`";

/** A day or an instant; `compile/moments.ts` reads it in a zone. */
const sinceField = z
  .string(sinceMessage)
  .regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/, {
    error: sinceMessage,
    abort: true,
  })
  .refine((text) => isRealDay(text) && !Number.isNaN(Date.parse(text)), {
    error: "is no day of the calendar",
  });

/** A window that is a period of the calendar. */
export const calendarWindowFields = z
  .strictObject({
    calendar: z.enum(["day", "week", "month", "quarter", "year"]).meta({
      description: "The whole local period that now lies in. Weeks begin on Monday.",
    }),
    timezone: zoneField.prefault("UTC").meta({
      description: "The IANA zone that the period begins and ends in. UTC unless said.",
    }),
  })
  .meta({ title: "calendar", description: "A period of the calendar." });

const momentMessage =
  "must be a day such as `2026-12-24`, a local time such as `2026-12-24T18:00`, or an instant such as `2026-12-24T18:00:00Z`";

/** A day, a local time or an instant; `compile/moments.ts` reads it in a zone. */
const momentField = z
  .string(momentMessage)
  .regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/, {
    error: momentMessage,
    abort: true,
  })
  .refine(isRealDay, { error: "is no day of the calendar" });

const startMessage =
  "must be a day such as `2026-03-01`, or a local time such as `2026-03-01T02:00`";

const startField = z
  .string(startMessage)
  .regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/, { error: startMessage, abort: true })
  .refine(isRealDay, { error: "is no day of the calendar" });

const exclusionKeys = {
  reason: proseField.meta({ description: "Why the time is excused. Shown wherever it counts." }),
  mode: z.enum(["remove", "good"]).default("remove").meta({
    description: "`remove`: the time is taken out of the window. `good`: it counts as good.",
  }),
};

const exclusionZoneField = zoneField.optional().meta({
  description: "The IANA zone of its local times. That of a calendar window unless said, else UTC.",
});

export const rangeFields = z
  .strictObject({
    from: momentField.meta({
      description: "Where it begins; a day stands for its start.",
      examples: ["2026-12-24"],
    }),
    to: momentField.meta({
      description: "Where it ends; a day stands for its start, and is no longer part of it.",
      examples: ["2026-12-27"],
    }),
    timezone: exclusionZoneField,
    ...exclusionKeys,
  })
  .meta({ title: "range", description: "One stretch of time." });

export const recurringFields = z
  .strictObject({
    start: startField.meta({
      description:
        "From when on it recurs, in local time: its first start, where the rule has that day.",
      examples: ["2026-03-01T02:00"],
    }),
    rrule: z
      .string()
      .min(1)
      .max(1_000)
      .meta({
        description: "How it recurs, as in RFC 5545.",
        examples: ["FREQ=WEEKLY;BYDAY=SU"],
      }),
    duration: positiveDurationField.meta({
      description: "How long each lasts.",
      examples: ["2h"],
    }),
    timezone: exclusionZoneField,
    ...exclusionKeys,
  })
  .meta({ title: "recurring", description: "A stretch of time that recurs." });

export const idleDaysFields = z
  .strictObject({
    calendar: nameField.meta({
      description: "A calendar of tidemark.yaml: the days that are not in it are excused.",
    }),
    timezone: zoneField.optional().meta({
      description: "The IANA zone of the days. The calendar's own unless said.",
    }),
    ...exclusionKeys,
  })
  .meta({ title: "idle days", description: "The days that are not in a calendar." });

const labelKeyMessage =
  "must begin with a letter or digit, and hold letters, digits and `_ . / -` only, at most 128 in all";

const promiseKeys = {
  description: proseField.optional().meta({ description: "A sentence for people." }),
  renamed_from: renamedFromField,
  objective: objectiveField,
};

const termKeys = {
  checks: z
    .array(z.string().min(1).max(300))
    .min(1)
    .meta({
      description: "The checks as `dataset.check`. The SLO is bad while any of them is bad.",
      examples: [["orders.fresh"]],
    }),
  budgeting: z.enum(["time", "deliveries", "rows"]).optional().meta({
    description:
      "What the error budget is counted in. As its checks are, unless said: `by` counts deliveries, all else time.",
  }),
  unknown: z.enum(["ignore", "good", "bad"]).default("ignore").meta({
    description: "What unknown time counts as in the SLI and the budget.",
  }),
  coverage_floor: z.number().min(0).max(1).default(0.9).meta({
    description: "The measured share of a window below which no burn rate is given.",
  }),
  since: sinceField.optional().meta({
    description:
      "When the promise began; time before it does not count. The first load unless said. A day begins in the zone of a calendar window, else in UTC.",
    examples: ["2026-01-31", "2026-01-31T06:00:00Z"],
  }),
  alert: alertField.optional().meta({
    description: "How loudly incidents of its checks are told. As the product unless said.",
  }),
  labels: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$/, labelKeyMessage), labelField)
    .default({})
    .meta({ description: "Words of your own, which exports carry along." }),
};

/** An SLO's own keys; its window and its exclusions are read by the form that they have. */
export const sloFields = z.strictObject({
  ...promiseKeys,
  window: z.unknown().refine((window) => window !== undefined),
  ...termKeys,
  exclusions: z.array(z.unknown()).max(1_000).default([]),
});
export type SloFields = z.output<typeof sloFields>;

/** A rolling window. */
export const rollingWindowField = positiveDurationField;

/** The whole SLO as one type, for editors and the documentation. */
export const sloFile = z
  .strictObject({
    ...promiseKeys,
    window: z.union([durationField, calendarWindowFields]).meta({
      description: "The time over which the objective is to be met: rolling, or a period.",
      examples: ["30d", { calendar: "month", timezone: "Europe/Berlin" }],
    }),
    ...termKeys,
    exclusions: z
      .array(z.union([rangeFields, recurringFields, idleDaysFields]))
      .optional()
      .meta({ description: "Time that is known beforehand to be excused." }),
  })
  .meta({ description: "An objective over one or more checks of the product." });
