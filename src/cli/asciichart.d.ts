/** What is used of asciichart, which comes without types. */
declare module "asciichart" {
  export interface PlotOptions {
    /** Rows of the chart less one. */
    readonly height: number;
    /** The lowest value that the axis reaches at least. */
    readonly min: number;
    /** Where the axis stands, in characters from the left of the last one of a label. */
    readonly offset: number;
    /** An escape sequence for each line; its end is added. `undefined` leaves a line as it is. */
    readonly colors: readonly (string | undefined)[];
    /** The label of a value; all of them have to be of one width. */
    readonly format: (value: number) => string;
  }

  /** One line for each series, later ones over earlier ones; one character for each value. No value may be NaN. */
  export function plot(series: readonly (readonly number[])[], options: PlotOptions): string;
}
