import { isIPv6 } from 'node:net';

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;

/**
 * The answer to a STUN binding request (RFC 8489 sections 5 and 14.2), with which clients over UDP keep their flow alive and
 * learn their public address (RFC 5626 section 8).
 * @param address where it came from, an IP address
 * @returns undefined when the datagram is no such request: a SIP message never begins like one
 */
export function answerStun(request: Buffer, address: string, port: number): Buffer | undefined {
  if (request.length < HEADER_BYTES || request.readUInt16BE(0) !== BINDING_REQUEST) return undefined;
  if (request.readUInt32BE(4) !== MAGIC_COOKIE || request.readUInt16BE(2) !== request.length - HEADER_BYTES) {
    return undefined;
  }
  const bytes = addressBytes(address);
  const answer = Buffer.alloc(HEADER_BYTES + 8 + bytes.length);
  answer.writeUInt16BE(BINDING_SUCCESS, 0);
  answer.writeUInt16BE(answer.length - HEADER_BYTES, 2);
  request.copy(answer, 4, 4, HEADER_BYTES);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER_BYTES);
  answer.writeUInt16BE(4 + bytes.length, HEADER_BYTES + 2);
  answer.writeUInt16BE(bytes.length === 4 ? 1 : 2, HEADER_BYTES + 4);
  answer.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), HEADER_BYTES + 6);
  // The cookie and the transaction id stand one after the other, as they are to be laid over the address.
  for (const [at, byte] of bytes.entries()) answer[HEADER_BYTES + 8 + at] = byte ^ (request[4 + at] as number);
  return answer;
}

function addressBytes(address: string): number[] {
  if (!isIPv6(address)) return address.split('.').map(Number);
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}
