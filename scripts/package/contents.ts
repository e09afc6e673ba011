import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** What the package may hold; a file that fits none of them has slipped in. */
const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
  /^dist\/package\.json$/,
  /^dist\/(src|checks|connectors)\/.+\.js$/,
  /^(docs|checks|connectors)\/.+\.md$/,
  /^schemas\/[a-z]+\.schema\.json$/,
  /^deploy\/systemd\/tidemark\.service$/,
  /^examples\/promises\/(README\.md|tidemark\.yaml|products\/[a-z]+\.product\.yaml)$/,
  /^dashboards\/(grafana\/tidemark-[a-z]+\.json|provisioning\/[a-z]+\/tidemark\.yaml)$/,
];

/** What no file of the package may hold: credentials by their form, and folders of the machine it was made on. */
const secrets: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/],
  ["a Slack token", /\bxox[abpr]-\d{6,}-[A-Za-z0-9-]{10,}/],
  ["a key of AWS", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of npm or GitHub", /\b(npm_|gh[pousr]_)[A-Za-z0-9]{36}\b/],
];

/** Every file under a folder, as relative paths with `/`, sorted. */
export function filesUnder(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll("\\", "/"))
    .sort();
}

export function strangers(files: readonly string[]): readonly string[] {
  return files.filter((path) => !allowed.some((pattern) => pattern.test(path)));
}

/** The compiled files that a build of the sources makes, as paths in the package. */
export function compiledOf(repository: string): readonly string[] {
  return ["src", "checks", "connectors"]
    .flatMap((room) =>
      filesUnder(join(repository, room))
        .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
        .map((path) => `dist/${room}/${path.replace(/\.ts$/, ".js")}`),
    )
    .sort();
}

/** `path: what` for each file that holds something secret. */
export function secretsIn(
  root: string,
  files: readonly string[],
  home: readonly string[],
): readonly string[] {
  return files.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return [
      ...secrets.filter(([, pattern]) => pattern.test(text)).map(([what]) => what),
      ...home.filter((folder) => text.includes(folder)),
    ].map((what) => `${path}: ${what}`);
  });
}

/** Relative links of the package's pages that lead to no file in it. */
export function brokenLinks(root: string, files: readonly string[]): readonly string[] {
  const known = new Set(files);
  return files
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) =>
      linksOf(readFileSync(join(root, path), "utf8"))
        .map((link) => normalize(join(dirname(path), link)))
        .filter((target) => !known.has(target))
        .map((target) => `${path}: ${target}`),
    );
}

function linksOf(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```.*?^```/gms, "");
  return [...text.matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
}
