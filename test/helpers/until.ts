/** Asks again and again until the answer is true. Throws after `withinMs`, naming what it waited for. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  {
    withinMs = 20_000,
    everyMs = 20,
  }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) {
      throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, everyMs);
    });
  }
}
