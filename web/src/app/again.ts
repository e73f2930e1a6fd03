/** Reads that news call for: however many come, one at a time, and a rest in between. */

/**
 * Calls `read` now, or once more after the one that is under way and `restMs` of rest. It must not
 * throw. What came meanwhile counts as one.
 */
export function oneAtATime(read: () => Promise<void>, restMs: number): () => void {
  let isReading = false;
  let isDue = false;
  async function run(): Promise<void> {
    isReading = true;
    while (isDue) {
      isDue = false;
      await read();
      await new Promise((done) => setTimeout(done, restMs));
    }
    isReading = false;
  }
  return () => {
    isDue = true;
    if (!isReading) void run();
  };
}
