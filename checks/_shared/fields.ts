import { z } from "zod";

/** A column by its exact name; the dialect quotes it, so any name is safe. */
export const columnField = z.string().min(1).max(512);

/**
 * A key that belongs to the contract and is not built yet. It is in the type so that editors know it and
 * a user reads `not supported` rather than `unknown key`; `notBuilt` refuses it whatever its value is.
 */
export function plannedField(description: string): z.ZodOptional<z.ZodUnknown> {
  return z
    .unknown()
    .optional()
    .meta({ description: `Planned, refused until built: ${description}` });
}
