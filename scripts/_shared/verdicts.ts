import { isDeepStrictEqual, styleText } from "node:util";

/** What a script claims, one line for each claim, and how many of them held. */
export class Verdicts {
  #passed = 0;
  #failed = 0;

  get hasFailed(): boolean {
    return this.#failed > 0;
  }

  section(title: string): void {
    console.log(`\n${styleText("bold", title)}`);
  }

  /** Notes what was seen; claims nothing. */
  note(text: string): void {
    console.log(styleText("dim", text.replaceAll(/^/gm, "    ")));
  }

  /** `seen` is printed when the claim does not hold. */
  claim(what: string, isTrue: boolean, seen?: unknown): void {
    if (isTrue) {
      this.#passed += 1;
      console.log(`  ${styleText("green", "ok")}      ${what}`);
      return;
    }
    this.#failed += 1;
    console.log(`  ${styleText("red", "FAILED")}  ${what}`);
    if (seen !== undefined) {
      this.note(typeof seen === "string" ? seen : JSON.stringify(seen, null, 2));
    }
  }

  equal(what: string, actual: unknown, expected: unknown): void {
    this.claim(what, isDeepStrictEqual(actual, expected), { actual, expected });
  }

  /** Prints the count as the last line; returns the script's exit code. */
  finish(): 0 | 1 {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    return this.hasFailed ? 1 : 0;
  }
}
