import { expect, test } from "vitest";

import { conform } from "./conformance";
import { fixtures } from "./fixtures";

test("Node answers every vector with the native engine's bytes", async () => {
  const asked = fixtures();
  const report = await conform(asked);
  expect(report.faults).toEqual([]);
  expect(report.asked).toBe(asked.cases.length);
  expect(report.agreed).toBeGreaterThan(1000);
  expect(report.refused).toBe(asked.refused.length);
});

test("a wrong answer would be noticed", async () => {
  const asked = fixtures();
  const wrong = asked.cases.map((one, at) => (at === 7 ? { ...one, answer: "{}" } : one));
  const { faults } = await conform({ ...asked, cases: wrong });
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.filter((fault) => !fault.startsWith(`${wrong[7]?.name}: `))).toEqual([]);
  const refused = asked.refused.map((one) => ({ ...one, code: "corrupt" }));
  expect((await conform({ ...asked, cases: [], refused })).faults).toHaveLength(refused.length);
});
