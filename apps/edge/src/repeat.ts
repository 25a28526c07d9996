/**
 * Does work again and again, never twice at a time.
 * @param every ms between two beginnings
 * @param onError told when it fails, once until it succeeds again
 * @returns stops it
 */
export function repeat(every: number, work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let [isBusy, isFailing] = [false, false];
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await work();
      isFailing = false;
    } catch (error) {
      if (!isFailing) onError(error);
      isFailing = true;
    } finally {
      isBusy = false;
    }
  }, every);
  return () => clearInterval(timer);
}
