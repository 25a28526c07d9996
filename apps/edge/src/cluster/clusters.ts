import { setTimeout as sleep } from 'node:timers/promises';
import type { SipStack } from '../sip/stack.js';
import { ClusterTarget } from './target.js';

/** The SIP URIs of each PBX cluster's targets, by the number that a phone's `pbxCluster` has. */
export type ClusterSettings = Readonly<Record<number, readonly string[]>>;

/** Milliseconds between two checks of a target. */
const CHECK_EVERY = 10_000;

/** Milliseconds that the first look-up may delay the start. */
const LOOK_UP_TIME = 3_000;

/** Number of checks after which addresses are looked up again. */
const CHECKS_PER_LOOK_UP = 3;

/** The PBX clusters: who may come in as one, and where a call to one can go. */
export class Clusters {
  readonly #targets: ReadonlyMap<number, readonly ClusterTarget[]>;
  readonly #onChange: (target: ClusterTarget) => void;
  #checks = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param onChange told when a target begins or ceases to take calls
   * @throws Error when a target is no SIP URI
   */
  constructor(stack: SipStack, settings: ClusterSettings, onChange: (target: ClusterTarget) => void) {
    const entries = Object.entries(settings).map(([number, uris]): [number, ClusterTarget[]] => [
      Number(number),
      uris.map((uri) => new ClusterTarget(stack, uri)),
    ]);
    this.#targets = new Map(entries);
    this.#onChange = onChange;
  }

  /** Looks up where the targets are and begins to check them; resolves when the addresses are known, or are slow to be. */
  async start(): Promise<void> {
    const all = this.#all;
    if (all.length === 0) return;
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY);
    const found = Promise.all(all.map((target) => target.findAddresses()));
    await Promise.race([found, sleep(LOOK_UP_TIME, undefined, { ref: false })]);
    this.#check();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The targets of a cluster in the order of the settings; undefined when it has none. */
  targets(cluster: number): readonly ClusterTarget[] | undefined {
    const targets = this.#targets.get(cluster) ?? [];
    return targets.length === 0 ? undefined : targets;
  }

  /** The numbers of the clusters that are at an address. */
  at(address: string): number[] {
    return [...this.#targets].flatMap(([number, targets]) =>
      targets.some((target) => target.isAt(address)) ? [number] : [],
    );
  }

  get #all(): ClusterTarget[] {
    return [...this.#targets.values()].flat();
  }

  #check(): void {
    const lookUp = this.#checks++ % CHECKS_PER_LOOK_UP === CHECKS_PER_LOOK_UP - 1;
    for (const target of this.#all) {
      const before = target.isUp;
      if (lookUp) void target.findAddresses();
      void target.check().then((after) => after !== before && this.#onChange(target));
    }
  }
}
