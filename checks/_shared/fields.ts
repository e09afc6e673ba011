import { z } from "zod";

/** A column by its exact name; the dialect quotes it, so any name is safe. */
export const columnField = z.string().min(1).max(512);
