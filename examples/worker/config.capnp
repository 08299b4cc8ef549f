using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gate", worker = .gate),
    (name = "origin", external = (address = "127.0.0.1:8080", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "gate")],
);

const gate :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "worker.wasm", wasm = embed "worker.wasm"),
    (name = "gate.json", json = embed "gate.json"),
  ],
  bindings = [
    (name = "ORIGIN", service = "origin"),
    (name = "BUNDLE_URL", text = "http://origin/access.pclb"),
    (name = "REFRESH_SECONDS", text = "30"),
  ],
  compatibilityDate = "2025-11-01",
);
