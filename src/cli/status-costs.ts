import type { StatusReport } from "../app/status.ts";
import { formatBytes } from "../core/bytes.ts";
import { bytesWords, secondsWords } from "../export/report/cost-words.ts";
import { type Terminal, table } from "./terminal.ts";

const headings = ["looking cost (UTC days)", "today", "", "30 days", ""];

/** What looking cost, by product, and how much of the budgets of bytes is spent. */
export function printCosts(
  { costs, budgets }: Pick<StatusReport, "costs" | "budgets">,
  terminal: Terminal,
): void {
  const seen = costs.filter(({ recent }) => recent.statements > 0 || recent.busyMs > 0);
  if (seen.length > 0) {
    terminal.out("");
    const rows = seen.map(({ product, today, recent }) => [
      `  ${product}`,
      bytesWords(today),
      secondsWords(today),
      bytesWords(recent),
      secondsWords(recent),
    ]);
    const isHeading = (cell: string, row: number): boolean => row === 0 && cell !== "";
    const printed = table([headings, ...rows], (cell, row) =>
      isHeading(cell, row) ? terminal.paint("bold", cell) : cell,
    );
    terminal.out(printed.replaceAll(/ +$/gm, ""));
  }
  if (budgets.length > 0) {
    terminal.out("\nbudgets of bytes today (UTC)");
  }
  for (const { scope, name, maxBytesPerDay, bytesToday } of budgets) {
    const spent = `${formatBytes(bytesToday)} of ${formatBytes(maxBytesPerDay)}`;
    const isSpent = bytesToday >= maxBytesPerDay;
    terminal.out(`  ${scope} ${name}: ${spent}${isSpent ? terminal.paint("red", " spent") : ""}`);
  }
}
