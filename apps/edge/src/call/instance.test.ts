import t from 'tap';
import { Bench } from '../testing/bench.js';
import { SDP_A, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

/** Registers an instance of a phone; gives its public and its temporary GRUU. */
async function gruusOf(phone: TestPhone, instance: string): Promise<[string, string]> {
  const Contact = `${phone.contact};+sip.instance="<${instance}>"`;
  const contacts = (await phone.register({ headers: { Contact, Supported: 'gruu' } })).header('Contact');
  const own = contacts.split(', ').find((contact) => contact.includes(instance)) ?? '';
  const [, open = '', temporary = ''] = /pub-gruu="([^"]*)";temp-gruu="([^"]*)"/.exec(own) ?? [];
  return [open, temporary];
}

t.test(
  'a GRUU rings the one instance that it is of, and nothing else of its phone (RFC 5627 section 5.5)',
  async (t) => {
    const caller = await bench.online(await bench.extension(bench.number()));
    const extension = await bench.extension(bench.number());
    const account = await bench.account({ extension: extension._id });
    const [desk, hand] = [await bench.phone(account), await bench.phone(account)];
    const [atDesk, inHand] = [await gruusOf(desk, 'urn:uuid:desk'), await gruusOf(hand, 'urn:uuid:hand')];
    for (const [phone, gruus] of [
      [desk, atDesk],
      [hand, inHand],
    ] as const) {
      for (const uri of gruus) {
        const sent = await caller.invite('x', { uri, to: `<${uri}>` });
        phone.answer(await phone.request('INVITE'), 486);
        t.equal((await caller.response(sent.callId, sent.cseq)).status, 486, uri);
      }
    }
    const call = (uri: string, from: TestPhone = caller) =>
      from.authenticated({ method: 'INVITE', uri, to: `<${uri}>`, body: SDP_A });
    t.equal((await call(atDesk[0].replace('desk', 'gone'))).status, 480, 'an instance that is not registered');
    t.equal((await call(`sip:${'x'.repeat(32)}@ringfence;gr=urn:uuid:desk`)).status, 404, 'no phone');
    t.equal((await call('sip:tgruu.AAAA@ringfence;gr')).status, 404, 'made up');
    const { _id: customer } = await bench.store.directory.createCustomer({ name: 'Other' });
    const other = await bench.store.directory.createExtension({ customer, number: '1', name: 'Other' });
    const stranger = await bench.phone(await bench.account({ customer, extension: other._id }));
    await stranger.register();
    t.equal((await call(atDesk[0], stranger)).status, 404, 'of another customer');
  },
);
