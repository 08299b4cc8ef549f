import { PortcullisError } from "./errors";

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

/** Returns an end that was given. What would never come is refused: milliseconds, for one, and what is no number. */
export function endOf(given: unknown, name: string): number {
  if (typeof given === "number" && given >= 0 && given < 1e11) return given;
  throw new PortcullisError("malformed", `\`${name}\` is no time in Unix seconds`);
}

function forget(): void {
  reading = undefined;
}
