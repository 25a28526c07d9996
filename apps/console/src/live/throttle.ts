/** A call that is made at most once in a time. */
export interface Throttled {
  (): void;
  cancel(): void;
}

/**
 * Calls at once, then at most once in each `pause`; a call that came too early is made at the end of it.
 * @param pause milliseconds
 */
export function throttle(call: () => void, pause: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const rest = () => {
    timer = undefined;
    if (isWanted) run();
  };
  const run = () => {
    isWanted = false;
    timer = setTimeout(rest, pause);
    call();
  };
  const throttled = () => {
    if (timer === undefined) run();
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
