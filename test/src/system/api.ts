import { type CheckDocumented, documentedBy } from '@ringfence/api/testing/documented';

/** An answer of the API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what the API answers is what tests find out
  body: any;
}

/** A phone as the API shows it, as far as tests look at it. */
export interface ApiPhone {
  _id: string;
  customer: string;
  extension?: string;
  username: string;
  password: string;
  ip: { mode: string; address?: string; countries?: string };
  status: {
    online: boolean;
    expires: number;
    userAgent?: string;
    publicIpAddress?: string;
    localIpAddress?: string;
  };
}

/** A client of the management API, which accepts only what the API's own description says. */
export class Api {
  readonly #url: string;
  readonly #token: string;
  #checkDocumented: CheckDocumented | undefined;
  /** Ids of extensions by number, and of the model: looked up once for the many phones of a load. */
  readonly #extensions = new Map<number, string>();
  #model: string | undefined;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async get(path: string): Promise<Answer> {
    return this.#request('GET', path);
  }

  async post(path: string, body: unknown): Promise<Answer> {
    return this.#request('POST', path, body);
  }

  /** A phone of the generic soft phone model, linked to the demo customer's extension with this number. */
  async createPhone(number: number | undefined, properties: Record<string, unknown> = {}): Promise<ApiPhone> {
    const extension = number === undefined ? undefined : await this.#extension(number);
    const { status, body } = await this.post('/pbx/sipphone', {
      sipPhoneModel: await this.#softPhone(),
      ...(extension && { extension }),
      ...properties,
    });
    if (status !== 201) throw new Error(`create answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** A phone as it is now. */
  async phone(id: string): Promise<ApiPhone> {
    return (await this.get(`/pbx/sipphone/${id}`)).body;
  }

  async #extension(number: number): Promise<string> {
    const known = this.#extensions.get(number);
    if (known !== undefined) return known;
    const { body } = await this.get('/pbx/extension?limit=100');
    const found = body.extensions.find((extension: { number: string }) => extension.number === String(number));
    if (!found) throw new Error(`no extension ${number}`);
    this.#extensions.set(number, found._id);
    return found._id;
  }

  async #softPhone(): Promise<string> {
    this.#model ??= (await this.get('/pbx/sipphonemodels?filter=GENERIC')).body.sipPhoneModels[0]._id as string;
    return this.#model;
  }

  async #request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { status, headers } = response;
    const text = await response.text();
    this.#checkDocumented ??= documentedBy((await (await fetch(`${this.#url}/docs/json`)).json()) as object);
    this.#checkDocumented({ method, url: path, status, headers: Object.fromEntries(headers), body: text });
    return { status, headers, body: JSON.parse(text) };
  }
}
