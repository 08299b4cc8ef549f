/** Returns the time in Unix seconds. */
export type Clock = () => number;

let reading: number | undefined;

/**
 * The clock unless another is given: read once a turn of the event loop, because reading it
 * costs more than an answer does.
 */
export const turnClock: Clock = () => {
  if (reading === undefined) {
    reading = Math.floor(Date.now() / 1000);
    queueMicrotask(forget);
  }
  return reading;
};

function forget(): void {
  reading = undefined;
}
