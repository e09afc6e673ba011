/**
 * The colours of every dashboard: Okabe and Ito's (2008), which people with any colour vision tell apart, and a grey
 * that is none of them. Grey is kept for what is unknown, and what is unknown is never of any other colour.
 */
export const colours = {
  kept: "#009E73",
  atRisk: "#E69F00",
  broken: "#D55E00",
  unknown: "#B0B0B0",
  /** For figures that are neither good nor bad. */
  figure: "#0072B2",
  secondFigure: "#56B4E9",
  thirdFigure: "#CC79A7",
  fourthFigure: "#F0E442",
} as const;

export type Colour = (typeof colours)[keyof typeof colours];
