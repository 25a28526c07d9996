/** A call that is made at most once in a time. */
export interface Throttled {
  (): void;
  cancel(): void;
}

/**
 * Calls at once, then at most once in each `pause`; a call that came too early is made at the end of it.
 * @param pause milliseconds
 * @param lag milliseconds that each call is put off
 */
export function throttle(call: () => void, pause: number, lag = 0): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const rest = () => {
    timer = undefined;
    if (isWanted) begin();
  };
  const run = () => {
    isWanted = false;
    timer = setTimeout(rest, pause);
    call();
  };
  const begin = () => {
    if (lag === 0) run();
    else timer = setTimeout(run, lag);
  };
  const throttled = () => {
    if (timer === undefined) begin();
    else isWanted = true;
  };
  return Object.assign(throttled, {
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
      isWanted = false;
    },
  });
}
