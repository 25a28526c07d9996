import { Networks } from '@ringfence/service';
import type { EventFeed } from '@ringfence/store';
import { Access } from './access.js';
import { BanList } from './defence/ban-list.js';
import { Defence } from './defence/defence.js';
import { Challenges } from './digest/challenges.js';
import { Nonces } from './digest/nonces.js';
import { DigestOffers } from './digest/offers.js';
import type { EdgeOptions } from './edge-options.js';
import { Refusals } from './refusals.js';
import type { Report } from './report.js';

/**
 * Makes what lets requests in and keeps others out, and has it follow what other processes change.
 * @returns when bans and models have been read
 */
export async function createAccess(
  options: EdgeOptions,
  feed: EventFeed,
  report: Report,
): Promise<{ access: Access; defence: Defence }> {
  const { store, countries, realm, requestsPerSource, trustedNetworks, now = Date.now } = options;
  const { bans, bindings, models, secrets } = store;
  const onError = (error: unknown) => report('warn', error, 'bans or models could not be read or written');
  const banList = new BanList(bans, now, onError);
  const offers = new DigestOffers(models, secrets.derive('offers'));
  const refresh = () => void offers.refresh().catch(onError);
  feed.listen(banList);
  feed.listen({
    events: (batch) => batch.some(({ type }) => type === 'model.changed') && refresh(),
    missed: refresh,
  });
  await Promise.all([banList.read(), offers.refresh()]);

  const trustedProxies = new Networks(options.trustedProxies);
  const [trusted, unlimited] = [trustedNetworks, [...trustedNetworks, ...options.trustedProxies]].map(
    (networks) => new Networks(networks),
  ) as [Networks, Networks];
  const banTime = options.banTime * 1_000;
  const defence = new Defence({ bans, banList, trusted, unlimited, banTime, requestsPerSource, now, onError });
  const nonces = new Nonces({ key: secrets.derive('nonce'), realm, age: options.nonceAge * 1_000 });
  const challenges = new Challenges({ nonces, offers, bindings, realm, now });
  const refusals = new Refusals(store.events, (error) => report('warn', error, 'an event could not be written'));
  const parts = { bindings, secrets, countries, trustedProxies, nonces, challenges, refusals, defence, realm, now };
  return { access: new Access(parts), defence };
}
