import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

// What is published.
const DIST = new URL("../dist/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, DIST), "utf8");

test("declarations name nothing of the guests", () => {
  const declarations = readdirSync(DIST).filter((name) => /\.d\.c?ts$/.test(name));
  expect(declarations.length).toBeGreaterThan(12);
  for (const name of declarations) expect(read(name), name).not.toMatch(/__wbg|generated\/|Packer|interface Names|\bfree\(\): void;\s+\[Symbol\.dispose\]/);
});

test("components are of the client, and have their names, however they are loaded", () => {
  for (const name of ["react.js", "react.cjs"]) {
    const script = read(name);
    expect(script, name).toMatch(/^"use client";/);
    for (const component of ["Can", "Portcullis", "PortcullisPage"]) expect(script, name).toContain(`function ${component}(`);
  }
});
