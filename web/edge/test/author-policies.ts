/** A help desk in which a lead may hand out less than an administrator may. */
export const DESK = {
  catalog: {
    id: "desk",
    features: ["reports"],
    attributes: { subject: ["teams"], resource: ["assignees", "teams"], team: "teams" },
    scopes: {
      own: "shares(subject.id, resource.assignees)",
      team: "shares(subject.teams, resource.teams)",
      all: "true",
    },
    actions: { read: "read", write: "write", delete: "delete" },
    modules: {
      tickets: {},
      reports: { requires: "reports", supports: "all" },
      roles: { supports: "all" },
    },
    roles: {
      admin: { permanent: true, manages: "*", grants: { "*": "*" } },
      lead: { manages: ["agent"], grants: { own: "tickets:*", team: "tickets:*", all: ["roles:read", "roles:write"] } },
      agent: { grants: { own: ["tickets:read", "tickets:write"] } },
    },
    administration: {
      "roles:write": ["create", "clone", "edit", "reset", "assign", "unassign", "map", "unmap"],
      "roles:delete": "delete",
    },
  },
  tenant: {
    id: "acme",
    directory: { ann: { roles: "admin" }, lou: { roles: "lead", teams: "emea" }, kim: { roles: "agent" } },
  },
  tests: [
    {
      name: "an agent reads what is theirs",
      subject: { id: "kim" },
      resource: { assignees: "kim" },
      expect: { "tickets:read": "allow", "tickets:delete": "not-granted", "reports:read": "feature-disabled" },
    },
  ],
};

/** Policies that do not compile, each in its own way. */
export const WRONG: Readonly<Record<string, string>> = {
  "not JSON": '{ "catalog": { "id": "c", } }',
  "cut off": '{ "catalog": { "id": "c"',
  "nothing": "",
  "a number": "42",
  "no members": "{}",
  "unknown keys": JSON.stringify({ ...DESK, catlog: 1, catalog: { ...DESK.catalog, rols: {} } }),
  "a name given twice": '{ "catalog": { "id": "c", "id": "d" }, "tenant": { "id": "t" } }',
  "shapes": '{ "catalog": { "id": 1, "features": {}, "scopes": { "all": 7 }, "modules": [], "roles": "x" }, "tenant": { "id": null, "directory": [] }, "tests": {} }',
  "many things at once": JSON.stringify({
    catalog: {
      ...DESK.catalog,
      scopes: { own: "shares(subject.id, resource.asignees)", all: "treu" },
      roles: { agent: { grants: { own: ["tickets:raed", "tickets:*"], al: "roles:read" } }, agent2: { clones: "agnet" } },
    },
    tenant: { id: "ac me", features: ["report"], groups: { g: "lead@x@y" }, directory: { kim: { roles: "nobody", team: "emea" } } },
    tests: [{ name: "t", subject: { id: "x" }, expect: { "tickets:read": "alow" } }],
  }),
  "a name that JSON paths quote": JSON.stringify({ ...DESK, catalog: { ...DESK.catalog, roles: { ...DESK.catalog.roles, 'a"b.c\u2028': {} } } }),
  "deep": `{ "catalog": ${"[".repeat(200)}${"]".repeat(200)} }`,
};
