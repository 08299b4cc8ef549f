import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (name) => readFileSync(join(process.cwd(), "policy", name));

export const subject = { id: "jo", roles: ["agent"] };
export const trust = () => JSON.parse(read("trust.json").toString());
export const bundle = () => read("access.pclb");
