import { startApi, type TestApi } from '@ringfence/api/testing';
import { CATALOGUE, type Model, newId, type Phone } from '@ringfence/phone';
import type { Test } from 'tap';

/** What is answered: the status and the body, which is a phone or an error. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what the API answers is what tests find out
  body: any;
}

/** The API over a Redis of its own, with something of everything that a phone can refer to or be in the way of. */
export interface World extends TestApi {
  /** What phones refer to, of the customer `own`. */
  things: { group: string; uncontrolled: string; queue: string; device: string; product: string };
  /** MAC addresses that are used up: by a phone that shares with none, by as many as may share, by handsets. */
  full: { single: string; shared: string; base: string };
  /** A MAC address whose record is damaged. */
  damaged: string;
  /** The serial of a side panel of another customer's phone. */
  serial: string;
  /** A MAC address that no phone has. */
  newMac(): string;
  create(body: unknown, token?: string): Promise<Answer>;
}

/** The models that tests speak of, by what they are examples of. */
export const MODELS = {
  desk: find('D785'),
  keys: find('6869i'),
  soft: find('Softphone'),
  base: find('N510 IP PRO'),
  single: find('IP8830E'),
  shared: find('T31P'),
  grandstream: find('GXP2170'),
} as const satisfies Record<string, Model>;

/** Starts everything, and ends it after the test. */
export async function startWorld(t: Test): Promise<World> {
  const api = await startApi(t);
  let macs = 0;
  const newMac = () => `0E13${(macs++).toString(16).padStart(8, '0')}`.toUpperCase();
  const create: World['create'] = async (body, token = 'ADMIN') => {
    const response = await api.call(token, 'POST', '/pbx/sipphone', body);
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  };
  const make = async (body: object): Promise<Phone> => {
    const { status, body: phone } = await create({ customer: api.ids.own, ...body });
    if (status !== 201) throw new Error(JSON.stringify(phone));
    return phone;
  };
  const fill = async ({ _id, extensions }: Model, more = {}) => {
    const macAddress = newMac();
    for (let place = 0; place < extensions; place++) await make({ sipPhoneModel: _id, macAddress, ...more });
    return macAddress;
  };

  const [customer, extension] = [api.ids.own as string, api.ids['own extension'] as string];
  const { directory, redis } = api.store;
  const damaged = newMac();
  await redis.set(`rf:mac:${damaged}`, 'damaged');
  const serial = 'PANEL-TAKEN';
  const panel = { purchaseInfo: { sidePanels: [{ serial }] } };
  await make({ sipPhoneModel: MODELS.desk._id, macAddress: newMac(), customer: api.ids.foreign, ...panel });
  return {
    ...api,
    things: {
      group: await named(directory.groups.create({ _id: newId(), customer, name: 'sales', controllers: [extension] })),
      uncontrolled: await named(directory.groups.create({ _id: newId(), customer, name: 'board', controllers: [] })),
      queue: await named(directory.queues.create({ _id: newId(), customer, name: 'support' })),
      product: await named(directory.products.create({ _id: newId(), name: 'Desk phone' })),
      device: await named(make({ sipPhoneModel: MODELS.soft._id })),
    },
    full: {
      single: await fill(MODELS.single),
      shared: await fill(MODELS.shared),
      base: await fill(MODELS.base, { handsetAddress: '0123456789' }),
    },
    damaged,
    serial,
    newMac,
    create,
  };
}

async function named(made: Promise<{ _id: string }>): Promise<string> {
  return (await made)._id;
}

function find(name: string): Model {
  const found = CATALOGUE.find(({ model }) => model === name);
  if (found === undefined) throw new Error(`no model ${name}`);
  return found;
}
