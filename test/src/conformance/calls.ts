import { type Dialog, type Phone, type PhoneOptions, sdp } from '../sip/index.js';
import { type Application, type CallOptions, type Leg, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, type Target, type Teardown } from './target.js';

/** A call that stands: the application's leg, the phone on the other side and its dialog. */
export interface Call {
  readonly srf: Application;
  readonly leg: Leg;
  readonly phone: Phone;
  readonly dialog: Dialog;
  /** The session description that the application gave. */
  readonly localSdp: string;
}

/** A phone calls an application, which takes the call and has had the ACK. */
export async function callIn(t: Teardown, target: Target, options: Partial<PhoneOptions> = {}): Promise<Call> {
  const leg = later<Leg>();
  const localSdp = sdp(target.sip, 41_000);
  const { srf } = await startApplication(t, target, {
    invite: async (req, res) => {
      const taken = await srf.createUAS(req, res, { localSdp });
      taken.on('ack', () => leg.resolve(taken));
    },
  });
  const phone = await openPhone(t, target, options);
  const dialog = await phone.call();
  return { srf, leg: await leg.promise, phone, dialog, localSdp };
}

/** An application calls a phone, which takes the call. */
export async function callOut(t: Teardown, target: Target, options: Omit<CallOptions, 'localSdp'> = {}): Promise<Call> {
  const localSdp = sdp(target.sip, 41_000);
  const { srf } = await startApplication(t, target);
  const phone = await openPhone(t, target, { user: 'peer' });
  const calling = srf.createUAC(phone.uri, { localSdp, ...options });
  const dialog = await phone.accept(await phone.expect('INVITE'));
  return { srf, leg: await calling, phone, dialog, localSdp };
}
