import type { Endpoint } from '../sip/index.js';
import { Ringfence } from '../system/ringfence.js';
import type { Account } from './digest.js';

/** A SIP server that is measured. */
export interface Subject {
  name: string;
  /** Where it takes SIP over UDP. */
  sip: Endpoint;
  /** Makes accounts that may register and call. */
  accounts(count: number): Promise<Account[]>;
  /** Makes an account that can be called once it is registered, and what is dialled for that. */
  callee(): Promise<{ account: Account; dialled: string }>;
  /** The process ids that its work is done in, by what they are. */
  processes(): Promise<Record<string, readonly number[]>>;
  close(): Promise<void>;
}

/** Phones that are made at the same time. */
const AT_ONCE = 16;

/** Starts the product as it is started by `npm start`, with limits that no load reaches. */
export async function startRingfence(): Promise<Subject> {
  const ringfence = await Ringfence.start({
    ...{ REQUESTS_PER_SOURCE: '100000', CALLS_MAX: '10000', CALLS_PER_PHONE: '1000', CALLS_PER_CUSTOMER: '10000' },
    CALL_RATE_PER_PHONE: '10000',
  });
  const api = await ringfence.api();
  return {
    name: 'Ringfence',
    sip: ringfence.sip,
    async accounts(count) {
      const accounts: Account[] = [];
      const worker = async () => {
        for (let left = count - accounts.length; left > 0; left = count - accounts.length) {
          const at = accounts.push({ username: '', password: '' }) - 1;
          accounts[at] = await api.createPhone(100 + (at % 9));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return accounts;
    },
    callee: async () => ({ account: await api.createPhone(109, { callWaiting: true }), dialled: '109' }),
    processes: async () => ({
      edge: [(await ringfence.pid('edge')) as number],
      redis: [(await ringfence.pid('redis')) as number],
    }),
    close: () => ringfence.remove(),
  };
}
