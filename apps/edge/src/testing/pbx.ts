import type { Bench } from './bench.js';
import type { TestPhone } from './phone.js';

/** A SIP server of a PBX cluster, which answers OPTIONS by itself. */
export interface TestPbx {
  phone: TestPhone;
  /** Its target, as in the settings. */
  target: string;
  /** How OPTIONS are answered: with a status, or not at all. */
  health: number | undefined;
  /** Answers no longer. */
  close(): void;
}

/** Opens one on an address of its own, by which the edge knows it. */
export async function openPbx(bench: Bench, address: string): Promise<TestPbx> {
  const phone = await bench.phone({ username: 'pbx', password: '' }, address);
  let isOpen = true;
  const close = () => {
    isOpen = false;
  };
  const pbx: TestPbx = { phone, target: `sip:${phone.hostPort};transport=udp`, health: 200, close };
  const answer = async (): Promise<void> => {
    const options = await phone.request('OPTIONS', 500).catch(() => undefined);
    if (!isOpen) return;
    if (options !== undefined && pbx.health !== undefined) phone.answer(options, pbx.health);
    return answer();
  };
  void answer();
  return pbx;
}
