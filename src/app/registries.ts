/** The only file that brings the concrete check types, connectors and notifiers together. */
import { checkTypes } from "../../checks/index.ts";
import { connectors } from "../../connectors/index.ts";
import { CheckTypes } from "../engine/check-types.ts";
import { notifiers } from "../notifiers/index.ts";

export const registries = {
  checkTypes: new Map(checkTypes.map((spec) => [spec.name, spec])),
  connectors: new Map(connectors.map((spec) => [spec.type, spec])),
  notifiers: new Map(notifiers.map((spec) => [spec.type, spec])),
};

export const types = new CheckTypes(registries.checkTypes);
