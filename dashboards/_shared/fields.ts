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
/** Coverage is no promise: it is grey where an SLO's burn rates freeze by default, and blue above. */
export const coverageSteps = steps(colours.unknown, [0.9, colours.figure]);
/** The burn rates at which Google's SRE workbook opens tickets and pages, chapter 5. */
export const burnSteps = steps(colours.figure, [1, colours.atRisk], [6, colours.broken]);
/** A count of what is not known. */
export const someAreUnknown = steps(colours.figure, [1, colours.unknown]);
/** A count of what should not be there. */
export const noneIsWell = steps(colours.figure, [1, colours.broken]);

/** Of a table's column or a query's series: coloured by thresholds. */
export function byThresholds(thresholds: Threshold[]): DynamicConfigValue[] {
  return [
    { id: "color", value: { mode: FieldColorModeId.Thresholds } },
    { id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: thresholds } },
    { id: "mappings", value: [absentIsUnknown] },
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
