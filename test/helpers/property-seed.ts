import * as fc from "fast-check";

/**
 * The property tests draw the same values every time, so that a run tells something of the code alone. With
 * `npm run test:explore` they draw new ones; a failure prints its seed.
 */
if (process.env["MODE"] !== "explore") {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_101 });
}
