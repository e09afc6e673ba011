import { DatabaseSync } from "node:sqlite";
import { TemporaryFolder } from "../../test/helpers/folder.ts";
import { TidemarkProcess } from "../../test/helpers/tidemark.ts";
import { until } from "../../test/helpers/until.ts";
import { chanceOf } from "./chance.ts";
import { breaking, daemonFile, productFiles, putData, Tides } from "./mesh.ts";
import { type ChannelName, channelNames, Receivers } from "./receivers.ts";

/** When a daemon is killed. */
export type Aim =
  /** Some time after it began to watch. */
  | "at random"
  /** While it starts. */
  | "starting"
  /** While a dataset is being measured. */
  | "measuring"
  /** As soon as a change of an incident is in the store: nobody has been told. */
  | "committed"
  /** When the channel has taken a notice, and its answer has not come back. */
  | ChannelName;

export const aims: readonly Aim[] = [
  "at random",
  "slack",
  "measuring",
  "committed",
  "email",
  "at random",
  "hook",
  "starting",
  "committed",
  "at random",
];

export interface Kill {
  readonly aim: Aim;
  /** How long the daemon had lived. */
  readonly afterMs: number;
  /** What had arrived at each channel by then, in receipts. */
  readonly received: Readonly<Record<ChannelName, number>>;
}

export interface CampaignOptions {
  readonly kills: readonly Aim[];
  readonly seed: number;
  /** Also waits for the last confirming probe, a minute after the last first failure. */
  readonly waitsForConfirmations: boolean;
  readonly onKill?: (kill: Kill, number: number) => void;
}

/** What a campaign leaves behind to be looked at. */
export interface Aftermath {
  readonly storePath: string;
  readonly receivers: Receivers;
  readonly kills: readonly Kill[];
  readonly turns: number;
  /** The last daemon came to rest, with nothing left to run or to tell. */
  readonly hasSettled: boolean;
  /** How it ended after SIGTERM. */
  readonly exitCode: number | null;
  /** Lines of all logs at level `error`. */
  readonly errors: readonly string[];
}

/** Starts and kills daemons over one store while promises break and heal; then lets one settle and stops it. */
export class Campaign implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #receivers: Receivers;
  readonly #options: CampaignOptions;
  readonly #chance: () => number;
  readonly #kills: Kill[] = [];
  readonly #errors: string[] = [];

  private constructor(folder: TemporaryFolder, receivers: Receivers, options: CampaignOptions) {
    this.#folder = folder;
    this.#receivers = receivers;
    this.#options = options;
    this.#chance = chanceOf(options.seed);
  }

  static async prepare(options: CampaignOptions): Promise<Campaign> {
    const folder = await TemporaryFolder.make();
    const receivers = await Receivers.open();
    await folder.write({ "tidemark.yaml": daemonFile(receivers.addresses), ...productFiles });
    for (const checkId of breaking) {
      await putData(folder, checkId, true);
    }
    return new Campaign(folder, receivers, options);
  }

  async run(): Promise<Aftermath> {
    let turns = 0;
    {
      await using tides = new Tides(this.#folder, this.#chance);
      for (const [index, aim] of this.#options.kills.entries()) {
        const kill = await this.#oneLife(aim);
        this.#kills.push(kill);
        this.#options.onKill?.(kill, index + 1);
      }
      turns = tides.turns;
    }
    return {
      storePath: this.#storePath,
      receivers: this.#receivers,
      ...(await this.#lastLife()),
      kills: this.#kills,
      turns,
      errors: this.#errors,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receivers[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #storePath(): string {
    return this.#folder.at("state.db");
  }

  async #oneLife(aim: Aim): Promise<Kill> {
    const startedMs = performance.now();
    await using daemon = this.#start();
    await this.#moment(aim, daemon);
    daemon.send("SIGKILL");
    const afterMs = Math.round(performance.now() - startedMs);
    await this.#bury(daemon);
    await this.#receivers.settle();
    const receipts = this.#receivers.receipts();
    const counts = channelNames.map((name) => [name, receipts[name].length] as const);
    return { aim, afterMs, received: Object.fromEntries(counts) as Kill["received"] };
  }

  async #moment(aim: Aim, daemon: TidemarkProcess): Promise<void> {
    if (aim === "starting") {
      await wait(this.#chance() * 800);
      return;
    }
    await daemon.serves();
    switch (aim) {
      case "at random":
        await wait(this.#chance() * 4_000);
        return;
      case "measuring":
        await this.#store(
          (db) => db.prepare("SELECT 1 FROM slots WHERE claimed_ms > 0 AND ending IS NULL").get(),
          (open) => open !== undefined,
        );
        return;
      case "committed": {
        const sql = "SELECT coalesce(sum(changes), 0) AS changes FROM incidents";
        const read = (db: DatabaseSync): unknown => db.prepare(sql).get()?.["changes"];
        const before = read(this.#open());
        await this.#store(read, (changes) => changes !== before);
        return;
      }
      case "slack":
      case "email":
      case "hook":
        await Promise.race([
          this.#receivers.taps[aim].arm(),
          wait(30_000).then(() => Promise.reject(new Error(`no notice came to ${aim}`))),
        ]);
        return;
    }
  }

  /** All is well from now on: waits until everybody knows, and nothing is left to be run. */
  async #lastLife(): Promise<Pick<Aftermath, "hasSettled" | "exitCode">> {
    await using daemon = this.#start();
    await daemon.serves();
    const hasSettled = await this.#store(
      (db) =>
        db
          .prepare(
            `SELECT (SELECT count(*) FROM incidents WHERE ended_ms IS NULL)
               + (SELECT count(*) FROM check_alert_states WHERE phase <> 'ok')
               + (SELECT count(*) FROM deliveries WHERE state = 'pending')
               + (SELECT count(*) FROM slots WHERE ending IS NULL AND (kind <> 'confirm' OR ?)) AS left`,
          )
          .get(this.#options.waitsForConfirmations ? 1 : 0)?.["left"],
      (left) => left === 0,
    ).then(
      () => true,
      () => false,
    );
    daemon.send("SIGTERM");
    return { hasSettled, exitCode: await this.#bury(daemon) };
  }

  #start(): TidemarkProcess {
    return new TidemarkProcess(["serve", "-c", this.#folder.at("tidemark.yaml")]);
  }

  async #bury(daemon: TidemarkProcess): Promise<number | null> {
    const { exitCode } = await daemon.ended();
    const errors = daemon.log.filter(({ level }) => level === "error");
    this.#errors.push(...errors.map((line) => JSON.stringify(line)));
    return exitCode;
  }

  /** Reads the store beside the daemon, as often as it can, until it shows what is waited for. */
  async #store(
    read: (db: DatabaseSync) => unknown,
    isIt: (value: unknown) => boolean,
  ): Promise<void> {
    using db = this.#open();
    await until("the store to show it", () => isIt(read(db)), { withinMs: 90_000, everyMs: 1 });
  }

  #open(): DatabaseSync {
    return new DatabaseSync(this.#storePath, { readOnly: true });
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
