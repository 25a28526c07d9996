import { Button } from '@mantine/core';
import { Countdown } from '../live/countdown.js';
import { useConnection } from '../live/live.js';
import { clockTime } from '../words/time.js';
import classes from './shell.module.css';

const WORDS = { connecting: 'Connecting', live: 'Live', cut: 'Cut off' } as const;

/** Whether the page follows what happens, in a word. */
export function ConnectionState() {
  const { state } = useConnection().connection;
  return (
    <span className={classes.live} data-state={state} role="status">
      {WORDS[state]}
    </span>
  );
}

/** Says that the page is cut off from what happens; nothing while it is not. */
export function ConnectionBanner() {
  const { connection, retry } = useConnection();
  if (connection.state !== 'cut') return null;
  return (
    <div className={classes.banner} role="alert">
      <strong>The connection to the server is cut.</strong>
      <span>
        What you see is of {clockTime(connection.since)}. Next attempt in <Countdown until={connection.retryAt} />.
      </span>
      <Button variant="default" onClick={retry}>
        Try now
      </Button>
    </div>
  );
}
