import { useEffect, useRef } from 'react';
import { shortDuration } from '../words/time.js';
import { everySecond } from './ticker.js';

/** A time that counts down, or up. React draws it once; the seconds are written by the ticker. */
function Counting({ text, className }: { text: (now: number) => string; className?: string }) {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      everySecond((now) => {
        if (element.current) element.current.textContent = text(now);
      }),
    [text],
  );
  return <span ref={element} className={`numbers ${className ?? ''}`} />;
}

/** What is left until a time (ms since 1970). */
export function Countdown({ until }: { until: number }) {
  return <Counting key={until} text={(now) => shortDuration(Math.max(0, until - now))} />;
}

/** How long ago a time (ms since 1970) was. */
export function Elapsed({ since }: { since: number }) {
  return <Counting key={since} text={(now) => shortDuration(Math.max(0, now - since))} />;
}
