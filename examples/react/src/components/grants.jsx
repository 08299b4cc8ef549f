// What the snapshot says of a module, in words.
export function Grants({ grants }) {
  if (grants.length === 0) return null;
  return (
    <section className="panel">
      <h2>What you may do here</h2>
      <ul className="grants">
        {actionsOf(grants).map((action) => (
          <li key={action}>
            <strong>{capital(action)}</strong> {extents(grants.filter((grant) => grant.action === action))}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function sentence(grants) {
  return capital(actionsOf(grants).join(", "));
}

function actionsOf(grants) {
  return [...new Set(grants.map(({ action }) => action))];
}

// Whoever may do it to all need not read that this includes their own.
function extents(grants) {
  const all = grants.some(({ scope, team }) => scope === "all" && !team);
  return all ? "all" : grants.map(extent).join(" and ");
}

function extent({ scope, team }) {
  const words = { all: "all", own: "your own", team: "your team’s" }[scope] ?? scope;
  return team ? `${words} in ${team}` : words;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
