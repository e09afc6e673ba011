/**
 * The circles in a graph of names, each once, as the names in order from the first that was met. A name
 * that many circles share is told in one of them; mending that one shows the next. Iterative, because a
 * mesh may be a chain of thousands.
 */
export function findCycles(
  edges: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of edges.keys()) {
    const path: string[] = [];
    const onPath = new Map<string, number>();
    const stack: { readonly name: string; next: number }[] = [];
    const enter = (name: string): void => {
      onPath.set(name, path.length);
      path.push(name);
      stack.push({ name, next: 0 });
    };
    if (!done.has(start)) {
      enter(start);
    }
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = edges.get(top.name)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        stack.pop();
        path.pop();
        onPath.delete(top.name);
        done.add(top.name);
        continue;
      }
      const from = onPath.get(target);
      if (from !== undefined) {
        cycles.push(path.slice(from));
      } else if (!done.has(target)) {
        enter(target);
      }
    }
  }
  return cycles;
}
