import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One block of a stream of server-sent events, as its fields say. */
export interface Block {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
}

/** A client of `GET /events`, which keeps what it is told. */
export class EventStream {
  readonly #request: ClientRequest;
  readonly response: IncomingMessage;
  /** Every block, signs of life among them. */
  readonly blocks: Block[] = [];
  /** Told the data of each event as it comes. */
  onEvent: (data: string) => void = () => {};
  /** Whether the server ended it, or the connection is lost. */
  isClosed = false;
  #rest = '';

  private constructor(ask: ClientRequest, response: IncomingMessage) {
    this.#request = ask;
    this.response = response;
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    const closed = () => {
      this.isClosed = true;
    };
    response.on('error', closed).on('close', closed);
  }

  /** Opens one; whatever the answer is. */
  static async open(url: string, token: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const ask = request(url, { headers: { ...headers, authorization: `Bearer ${token}` }, agent: false });
    ask.on('error', () => {});
    ask.end();
    const [response] = (await once(ask, 'response')) as [IncomingMessage];
    return new EventStream(ask, response);
  }

  /** The blocks that are events, `missed` among them. */
  get events(): Block[] {
    return this.blocks.filter(({ data }) => data !== undefined);
  }

  /** Waits until something holds; gives up after five seconds. */
  async until(holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 5_000; !holds(); await sleep(2)) {
      if (Date.now() > end) throw new Error(`not told in time; told ${JSON.stringify(this.blocks)}`);
    }
  }

  /** Waits for the first sign of life, which says that everything of the past was told. */
  async live(): Promise<this> {
    await this.until(() => this.blocks.some(({ id, data }) => id !== undefined && data === undefined));
    return this;
  }

  /** Takes nothing more from the connection. */
  pause(): void {
    this.response.pause();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const text of blocks) {
      const block: Block = Object.fromEntries(text.split('\n').flatMap(field));
      this.blocks.push(block);
      if (block.data !== undefined) this.onEvent(block.data);
    }
  }
}

/** A field of a block; a comment is none. */
function field(line: string): [string, string][] {
  const at = line.indexOf(': ');
  return at > 0 ? [[line.slice(0, at), line.slice(at + 2)]] : [];
}
