import type {
  DynamicConfigValue,
  Threshold,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  FieldColorModeId,
  MappingType,
  SpecialValueMatch,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { type Colour, colours } from "./colours.ts";
import { states } from "./states.ts";

/** What stands where there is no figure. */
export const unknownText = "unknown";

/** Draws what is absent grey and says so, whatever the thresholds would make of it. */
export const absentIsUnknown: ValueMapping = {
  type: MappingType.SpecialValue,
  options: {
    match: SpecialValueMatch.NullAndNan,
    result: { text: unknownText, color: colours.unknown, index: 0 },
  },
};

/** How a state is said and drawn. */
export const stateMappings: ValueMapping[] = [
  absentIsUnknown,
  valueMapping([
    [states.broken, { text: "broken", color: colours.broken }],
    [states.atRisk, { text: "at risk", color: colours.atRisk }],
    [states.unseen, { text: "unseen", color: colours.unknown }],
    [states.kept, { text: "kept", color: colours.kept }],
    [states.unpromised, { text: "no SLO", color: colours.unknown }],
  ]),
];

/** How a check stands: `states.unseen` where it has not answered. */
export const verdictMappings: ValueMapping[] = [
  absentIsUnknown,
  valueMapping([
    [0, { text: "broken", color: colours.broken }],
    [1, { text: "holds", color: colours.kept }],
    [states.unseen, { text: unknownText, color: colours.unknown }],
  ]),
];

/** The unit of shares, which are said in percent. */
export const shareUnit = "percentunit";

/**
 * How a share is said, null for other units. Rounding would say 100 % of what is not whole, and 0 % of a budget that is
 * overspent, so both are said in words.
 */
export function shareOf(
  ofField: string,
  decimals = 2,
): { readonly decimals: number; readonly mappings: ValueMapping[] } | null {
  if (ofField !== shareUnit) {
    return null;
  }
  const step = 10 ** -(decimals + 2);
  const last = `${(100 - 10 ** -decimals).toFixed(decimals)}%`;
  return {
    decimals,
    mappings: [
      between(roundedTo(1 - 0.9 * step), greatestBelowOne, `> ${last}`, 1),
      between(roundedTo(-0.9 * step), -Number.EPSILON, "< 0%", 2),
    ],
  };
}

const greatestBelowOne = 1 - Number.EPSILON / 2;

/** Without the digits that come of reckoning in binary. */
function roundedTo(value: number): number {
  return Number(value.toFixed(9));
}

function between(from: number, to: number, text: string, index: number): ValueMapping {
  return { type: MappingType.RangeToText, options: { from, to, result: { text, index } } };
}

/** Shows each of the given values as a word of a colour. */
export function valueMapping(
  words: readonly (readonly [number, { readonly text: string; readonly color: Colour }])[],
): ValueMapping {
  return {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      words.map(([value, shown], index) => [String(value), { ...shown, index: index + 1 }]),
    ),
  };
}

/** The first step begins at minus infinity. */
export function steps(
  first: Colour,
  ...others: readonly (readonly [number, Colour])[]
): Threshold[] {
  return [{ value: null, color: first }, ...others.map(([value, color]) => ({ value, color }))];
}

export const budgetSteps = steps(colours.broken, [0, colours.atRisk], [0.25, colours.kept]);
/** What nobody has seen breaks nothing: a budget that would be overspent is a risk. */
export const worstSteps = steps(colours.atRisk, [0, colours.figure]);
/** Coverage is no promise: it is grey where an SLO's burn rates freeze by default, and blue above. */
export const coverageSteps = steps(colours.unknown, [0.9, colours.figure]);
/**
 * The burn rates that alerts watch for, over 3 days, a day, 6 hours and an hour (Google's SRE workbook, chapter 5): the
 * first two open tickets where data are looked at every hour or more often, the others page.
 */
export const burnSteps = steps(
  colours.figure,
  [1, colours.atRisk],
  [3, colours.atRisk],
  [6, colours.broken],
  [14.4, colours.broken],
);
/** Of the burn rate over an hour: 1 spends the budget in just the period, 14.4 is what pages. */
export const hourBurnSteps = steps(colours.figure, [1, colours.atRisk], [14.4, colours.broken]);
/** A count of what is not known. */
export const someAreUnknown = steps(colours.figure, [1, colours.unknown]);
/** A count of what should not be there. */
export const noneIsWell = steps(colours.figure, [1, colours.broken]);

/** Of a table's column or a query's series: coloured by thresholds. */
export function byThresholds(thresholds: Threshold[]): DynamicConfigValue[] {
  return [
    { id: "color", value: { mode: FieldColorModeId.Thresholds } },
    { id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: thresholds } },
  ];
}

export function unit(value: string): DynamicConfigValue {
  return { id: "unit", value };
}

/** Of one colour. */
export function fixed(colour: Colour): DynamicConfigValue {
  return { id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor: colour } };
}

export const colouredText: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-text" },
};
export const colouredCell: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};
export const dashed: DynamicConfigValue = {
  id: "custom.lineStyle",
  value: { fill: "dash", dash: [8, 6] },
};
