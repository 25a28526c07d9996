/** Waits, for a few seconds at most, for what the edge does after it has answered; a test then sees for itself. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400 && !(await isSo()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}
