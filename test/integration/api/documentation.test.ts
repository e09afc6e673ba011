import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiRoutes } from "../../../src/http/api/routes.ts";
import { ApiStage } from "./stage.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/api.md"), "utf8");

/** Each request of the page, and the answer that stands below it. */
const examples = [...page.matchAll(/```http\nGET (\S+)\n```\n\n```json\n(.*?)\n```/gs)].map(
  ([, path = "", answer = ""]) => ({ path, answer }),
);

const headings = [...page.matchAll(/^## GET (\S+)$/gm)].map(([, url = ""]) => url);

describe("docs/api.md", () => {
  let stage: ApiStage;

  beforeEach(async () => {
    stage = await ApiStage.start();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it("has a section and an example for every route, and for no other", () => {
    const urls = apiRoutes(stage.reads).map(({ url }) => url.replaceAll(/:(\w+)/g, "{$1}"));
    expect(headings).toEqual(urls);
    for (const url of urls) {
      const pattern = new RegExp(`^${url.replaceAll(/\{\w+\}/g, "[^/]+")}(?:\\?|$)`);
      expect(examples.map(({ path }) => path)).toContainEqual(expect.stringMatching(pattern));
    }
  });

  it.each(examples)("shows what is answered to $path", async ({ path, answer }) => {
    const { body } = await stage.get(path);
    expect(body).toEqual(JSON.parse(answer));
  });
});
