// The people of the demo. A product has them from its identity provider, by a verified token.

/** One person for each way of holding roles in examples/cx-platform. */
export const PEOPLE = [
  { id: "sam", name: "Sam Okafor", roles: ["auditor"], teams: [] },
  { id: "ada", name: "Ada Lindqvist", roles: ["admin"], teams: [] },
  { id: "lin", name: "Lin Zhao", roles: ["light-team-lead"], teams: ["emea"] },
  { id: "jo", name: "Jo Martins", roles: ["agent"], teams: ["emea"] },
  { id: "dan", name: "Dan Whitaker", roles: ["data-analyst"], teams: [] },
  { id: "tess", name: "Tess Moreau", roles: ["team-lead"], teams: ["apac"] },
];

/** Returns what decisions are made about. */
export function subjectOf({ id, roles, teams }) {
  return teams?.length ? { id, roles, teams } : { id, roles };
}
