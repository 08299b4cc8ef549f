import { type ChildProcess, spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { WORKERD } from "./fixtures";

/** workerd with one worker, on a port of its own choosing. */
export interface Workerd {
  readonly url: string;
  close(): void;
}

/** Starts workerd with the modules of a folder; the first is the worker. */
export async function workerd(folder: URL, modules: readonly [name: string, kind: string][]): Promise<Workerd> {
  const embedded = modules.map(([name, kind]) => `(name = "${name}", ${kind} = embed "${name}")`);
  const config = new URL("config.capnp", folder);
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "net", network = (allow = ["private", "public"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  compatibilityDate = "2025-11-01",
  globalOutbound = "net",
);
`,
  );
  return started(config);
}

/** Starts workerd with a configuration. */
export async function started(config: URL): Promise<Workerd> {
  // What it logs is for who looks for a fault.
  const log = openSync(new URL("workerd.log", config), "w");
  const child = spawn(WORKERD as string, ["serve", fileURLToPath(config), "--control-fd=3"], {
    stdio: ["ignore", log, log, "pipe"],
  });
  const port = await listening(child);
  return { url: `http://127.0.0.1:${port}`, close: () => void child.kill() };
}

/** Returns the port that workerd says it listens on. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((done, failed) => {
    child.once("exit", (code) => failed(new Error(`workerd ended with ${code}`)));
    let output = "";
    child.stdio[3]?.on("data", (data: Buffer) => {
      output += data.toString();
      for (const line of output.split("\n")) {
        if (line.includes('"listen"') && line.endsWith("}")) done(JSON.parse(line).port);
      }
    });
  });
}
