/**
 * A policy of so many permissions and roles, some 0.9 MB of text with 6,000 and 200: a tenth of the roles are the
 * catalog's, by patterns; the tenant's name each permission, as a page writes them.
 */
export function largePolicy(permissions = 6_000, roles = 200) {
  const modules = {};
  const names = [];
  const tops = Math.ceil(permissions / ((1 + BELOW) * ACTIONS.length));
  for (let top = 0; top < tops; top++) {
    const below = Array.from({ length: BELOW }, (_, sub) => [`part-${sub}`, { label: `Part ${sub} of area ${top}` }]);
    modules[`area-${top}`] = { label: `Area ${top}`, requires: `feature-${top % FEATURES}`, modules: Object.fromEntries(below) };
    for (const module of ["", ...below.map(([id]) => `.${id}`)]) for (const action of ACTIONS) names.push(`area-${top}${module}:${action}`);
  }
  modules["access"] = { label: "Access", supports: "all", actions: { write: "write" } };
  const features = Array.from({ length: FEATURES }, (_, index) => `feature-${index}`);
  const builtIn = { owner: { label: "Owner", permanent: true, manages: "*", grants: { "*": "*" } } };
  for (let index = 1; index < roles / 10; index++) {
    const areas = Array.from({ length: tops / 4 }, (_, at) => `area-${(at * 7 + index * 3) % tops}.*:read`);
    builtIn[`built-in-${index}`] = { label: `Built in ${index}`, editable: true, grants: { own: [...new Set(areas)], team: `area-${index}.*:*` } };
  }
  const own = {};
  const each = Math.floor(names.length / 42);
  for (let index = Math.ceil(roles / 10); index < roles; index++) {
    const granted = Array.from({ length: each }, (_, at) => names[(at * 29 + index * 131) % names.length]);
    const distinct = [...new Set(granted)];
    own[`role-${index}`] = { label: `Role ${index}`, grants: { own: distinct.filter((_, at) => at % 3 > 0), all: distinct.filter((_, at) => at % 3 === 0) } };
  }
  const ids = [...Object.keys(builtIn).slice(1), ...Object.keys(own)];
  const directory = { "owner@acme.example": { roles: "owner" } };
  for (let index = 0; index < PEOPLE; index++) directory[`person-${index}`] = { roles: [ids[index % ids.length], `${ids[(index * 7) % ids.length]}@team-${index % 9}`], teams: [`team-${index % 9}`] };
  const catalog = {
    id: "large",
    features,
    attributes: { subject: ["teams"], resource: ["owner", "teams"], team: "teams" },
    scopes: { own: "shares(subject.id, resource.owner)", team: "shares(subject.teams, resource.teams)", all: "true" },
    actions: Object.fromEntries(ACTIONS.map((action) => [action, action])),
    supports: ["own", "team", "all"],
    modules,
    roles: builtIn,
    administration: { "access:write": ["create", "clone", "edit", "reset", "delete", "assign", "unassign", "map", "unmap"] },
  };
  return `${JSON.stringify({ catalog, tenant: { id: "acme", features: features.slice(0, -1), roles: own, directory } }, null, 1)}\n`;
}

const ACTIONS = ["read", "write", "delete"];
const BELOW = 9;
const FEATURES = 20;
const PEOPLE = 400;
