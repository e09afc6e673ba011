import { cp, glob, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FeedName, feeds } from "./feeds.ts";
import { Landing } from "./landing.ts";
import { Producer } from "./producer.ts";

/** A temporary folder with a copy of the mesh and its data, and the producers that load it. */
export interface Workspace extends AsyncDisposable {
  /** The copy of tidemark.yaml. */
  readonly configPath: string;
  readonly productCount: number;
  readonly producers: readonly Producer[];
  producerOf(feed: FeedName): Producer;
}

/** Loads what the story starts with. Every run has a folder of its own, so that it starts anew and meets no other. */
export async function openWorkspace(): Promise<Workspace> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "tidemark-demo-")));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  for (const part of ["tidemark.yaml", "products"]) {
    await cp(join(import.meta.dirname, part), join(dir, part), { recursive: true });
  }
  const landing = undo.use(await Landing.open(join(dir, "data")));
  await landing.deliverArchives();
  const producers = new Map<FeedName, Producer>();
  for (const feed of feeds) {
    producers.set(feed.name, await Producer.start(feed, landing, Date.now()));
  }
  const products = await Array.fromAsync(glob("products/*.product.yaml", { cwd: dir }));
  const opened = undo.move();
  return {
    configPath: join(dir, "tidemark.yaml"),
    productCount: products.length,
    producers: [...producers.values()],
    producerOf: (feed) => {
      const producer = producers.get(feed);
      if (producer === undefined) {
        throw new Error(`no producer loads ${feed}`);
      }
      return producer;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
