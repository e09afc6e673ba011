import { checkTypes } from "../../../checks/index.ts";
import { connectors } from "../../../connectors/index.ts";
import type { Registries } from "../../../src/config/kinds.ts";
import { notifiers } from "../../../src/notifiers/index.ts";

/** What the daemon is built with. */
export const registries: Registries = {
  checkTypes: new Map(checkTypes.map((spec) => [spec.name, spec])),
  connectors: new Map(connectors.map((spec) => [spec.type, spec])),
  notifiers: new Map(notifiers.map((spec) => [spec.type, spec])),
};

/** The day on which the files of these tests are judged. */
export const clock = { now: () => Date.parse("2026-03-02T12:00:00Z") };
