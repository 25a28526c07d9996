import { type GruuTarget, hashInstance } from '../register/gruu.js';
import { SipFailure } from '../sip/failure.js';
import { atExtension, type Destination, type Originator } from './destination.js';
import { findContacts } from './phones.js';
import type { CallParts } from './route.js';

/**
 * Finds the instance of a phone that a GRUU leads to (RFC 5627 section 5.5): only what that instance has registered rings.
 * @throws SipFailure 404 when there is no such phone of the customer, 480 when the instance is not registered
 */
export async function findInstance(parts: CallParts, originator: Originator, target: GruuTarget): Promise<Destination> {
  const { bindings } = parts;
  const phone = await ('phone' in target ? bindings.fencedPhone(target.phone) : bindings.findPhone(target.username));
  const extension = phone?.extension === undefined ? undefined : await parts.directory.extension(phone.extension);
  if (phone === undefined || phone.customer !== originator.customer || extension === undefined)
    throw new SipFailure(404);
  const isMeant = (instance: string | undefined) =>
    instance !== undefined &&
    ('instance' in target ? instance === target.instance : hashInstance(instance) === target.instanceHash);
  const contacts = await findContacts(parts, phone.customer, [phone.id]);
  const meant = contacts.filter(({ binding }) => isMeant(binding.instance));
  if (meant.length === 0) throw new SipFailure(480);
  return atExtension(parts, originator, { extension, contacts: meant, visited: [] });
}
