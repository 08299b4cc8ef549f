import { Can, Portcullis, useAccess, useModules } from "@portcullis/edge/react";
import { useState } from "react";

// The same on the server, which gives a view, and in the browser, which gives its access.
export function App({ view, access, features = [], setFeature }) {
  const [module, setModule] = useState();
  const source = access ? { access, location: module, refreshSeconds: 2 } : { view };
  return (
    <Portcullis {...source}>
      <Navigation module={module} open={setModule} />
      <main>
        <Status />
        <Module id={module} />
        <Features features={features} setFeature={setFeature} />
      </main>
    </Portcullis>
  );
}

function Navigation({ module, open }) {
  const modules = useModules();
  if (!modules) return <nav aria-busy="true">…</nav>;
  return (
    <nav>
      <ul>
        {modules.map((one) => (
          <li key={one.module}>
            <button type="button" aria-current={one.module === module} onClick={() => open(one.module)}>
              {one.label}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Status() {
  return <p role="status">{{ pending: "Asking what you may see …", ready: "", failed: "Nothing can be shown" }[useAccess()]}</p>;
}

function Module({ id }) {
  const module = useModules()?.find((one) => one.module === id);
  if (!module) return <p>Choose a module.</p>;
  return (
    <section>
      <h1>{module.label}</h1>
      <ul>
        {module.grants.map(({ action, scope, team }) => (
          <li key={`${action} ${scope} ${team}`}>
            {action}: {scope}
            {team && ` in ${team}`}
          </li>
        ))}
      </ul>
      <Can I="interactions:read" on={{ assignees: ["jo"] }} pending="…" otherwise={<p>Jo's interaction is not yours to read.</p>}>
        <p>You may read Jo's interaction.</p>
      </Can>
    </section>
  );
}

function Features({ features, setFeature }) {
  if (features.length === 0) return null;
  return (
    <fieldset>
      <legend>What the tenant has bought</legend>
      {features.map(({ name, on }) => (
        <label key={name}>
          <input type="checkbox" checked={on} onChange={() => setFeature(name, !on)} /> {name}
        </label>
      ))}
    </fieldset>
  );
}
