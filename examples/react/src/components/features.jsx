import { useState } from "react";

import { fetched } from "../fetched.js";

// The vendor's switches: they show what happens when a customer buys. No product's page has them.
export function Features({ tenant, setFeature }) {
  const [features, setFeatures] = useState([]);
  const load = async () => setFeatures((await fetched("/vendor/features.json")) ?? []);
  const change = async (name, on) => {
    setFeatures(features.map((one) => (one.name === name ? { name, on } : one)));
    await setFeature(name, on);
    await load();
  };
  return (
    <details className="features" onToggle={(event) => event.currentTarget.open && load()}>
      <summary>Demo: features of {tenant}</summary>
      {features.map(({ name, on }) => (
        <label key={name}>
          {name}
          <input type="checkbox" role="switch" checked={on} onChange={() => change(name, !on)} />
        </label>
      ))}
    </details>
  );
}
