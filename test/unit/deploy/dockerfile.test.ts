import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { build } from "../../../scripts/deploy/build.ts";
import { lastOf, readDockerfile } from "../../../scripts/deploy/dockerfile.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";

const dockerfile = `# A comment.
FROM node:1 AS build
WORKDIR /build
COPY a.txt ./
COPY src src
RUN cat a.txt \\
  src/b.txt > both.txt
FROM node:1
WORKDIR /opt/it
COPY --from=build --chown=1:1 /build/both.txt ./
USER 7:8
HEALTHCHECK --interval=5s CMD ["node", "-e", "1"]
ENTRYPOINT ["node", "main.js"]
`;

const context = {
  "a.txt": "a\n",
  "src/b.txt": "b\n",
  "secret.txt": "never\n",
  "deploy/Dockerfile.dockerignore": "# Little goes.\n*\n!a.txt\n!src\n",
};

async function built(text: string): Promise<string> {
  await using folder = await TemporaryFolder.make();
  await folder.write(context);
  const root = build(readDockerfile(text), folder.path, folder.at("into"));
  expect(existsSync(`${root}/build`)).toBe(false);
  return readFileSync(`${root}/opt/it/both.txt`, "utf8");
}

it("reads stages, flags, continued lines and lists", () => {
  const [first, last] = readDockerfile(dockerfile);
  expect(first).toMatchObject({ name: "build", image: "node:1" });
  expect(first?.instructions.at(-1)).toMatchObject({
    name: "RUN",
    text: "cat a.txt src/b.txt > both.txt",
  });
  expect(last?.instructions[1]).toMatchObject({
    name: "COPY",
    flags: { from: "build", chown: "1:1" },
    words: ["/build/both.txt", "./"],
  });
  expect(last && lastOf(last, "USER")).toEqual(["7:8"]);
  expect(last && lastOf(last, "HEALTHCHECK")).toEqual(["node", "-e", "1"]);
  expect(last && lastOf(last, "ENTRYPOINT")).toEqual(["node", "main.js"]);
});

it("follows the steps, and leaves what a stage does not copy behind", async () => {
  expect(await built(dockerfile)).toBe("a\nb\n");
});

it("refuses to copy what .dockerignore keeps back, although it is there", async () => {
  await expect(built(dockerfile.replace("COPY a.txt", "COPY secret.txt"))).rejects.toThrow(
    "COPY secret.txt: it is not in the build's context",
  );
});

it("refuses to go on after a step that fails", async () => {
  await expect(built(dockerfile.replace("cat a.txt", "cat c.txt"))).rejects.toThrow(
    /^RUN cat c\.txt .* ended with 1/,
  );
});

it("refuses an instruction that it does not know", () => {
  expect(() => readDockerfile("FROM node:1\nONBUILD RUN true\n")).toThrow(
    "the replay does not know the instruction ONBUILD",
  );
});
