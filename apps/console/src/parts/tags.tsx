import type { ReactNode } from 'react';
import type { IpMode } from '../api/types.js';
import { countryName } from '../words/countries.js';
import classes from './tags.module.css';

/** A word on a tinted ground. */
export function Tag({ tone, children }: { tone: 'good' | 'bad' | 'warn' | 'change' | 'plain'; children: ReactNode }) {
  return <span className={`${classes.tag} ${classes[tone]}`}>{children}</span>;
}

const MODES = { OPEN: ['warn', 'Open'], LOCKED: ['good', 'Locked'], ROAMING: ['change', 'Roaming'] } as const;

/** How a phone is fenced. */
export function ModeTag({ mode }: { mode: IpMode }) {
  const [tone, word] = MODES[mode];
  return <Tag tone={tone}>{word}</Tag>;
}

/** Whether a phone is registered. */
export function OnlineState({ online }: { online: boolean }) {
  return (
    <span className={`${classes.state} ${online ? classes.online : classes.offline}`}>
      <span className={classes.dot} />
      {online ? 'Online' : 'Offline'}
    </span>
  );
}

/** A country by its name. */
export function Country({ code }: { code: string | undefined }) {
  return code === undefined ? null : <span title={code}>{countryName(code)}</span>;
}
