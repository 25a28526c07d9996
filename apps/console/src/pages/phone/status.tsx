import type { ReactNode } from 'react';
import type { Model, Phone } from '../../api/types.js';
import { Countdown } from '../../live/countdown.js';
import { Panel } from '../../parts/panel.js';
import { fullTime } from '../../words/time.js';
import classes from './phone-page.module.css';

interface Props {
  phone: Phone;
  model: Model | undefined;
  /** When the phone was read, ms since 1970. */
  readAt: number;
}

/** How a phone is doing at this moment. */
export function Status({ phone, model, readAt }: Props) {
  const { online, expires, publicIpAddress, localIpAddress, userAgent, configLoaded, configSaved } = phone.status;
  return (
    <Panel title="Status">
      <dl className={classes.facts}>
        <Fact name="Expires in">{online ? <Countdown until={readAt + expires * 1_000} /> : undefined}</Fact>
        <Fact name="Public address">{publicIpAddress}</Fact>
        <Fact name="Local address">{localIpAddress}</Fact>
        <Fact name="User agent">{userAgent}</Fact>
        <Fact name="Configuration">
          saved {fullTime(configSaved)}
          {configLoaded ? `, fetched ${fullTime(configLoaded)}` : ', not fetched yet'}
        </Fact>
        <Fact name="Model">{model && `${model.brandName} ${model.model}: ${model.description}`}</Fact>
        {phone.handsetAddress && <Fact name="Handset">{phone.handsetAddress}</Fact>}
        <Fact name="Id">
          <span className="mono">{phone._id}</span>
        </Fact>
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children ?? <span className="dim">–</span>}</dd>
    </>
  );
}
