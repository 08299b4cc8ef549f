// Compiled against the types of examples/cx-platform: each line under a mark must not compile.
import type { Decision, Portcullis, Session } from "@portcullis/edge";
import { Can, useCan, useModules } from "@portcullis/edge/react";


declare const session: Session;
declare const policy: Portcullis;

session.can("interactions:read");
session.can("interactions:read", { id: "i-1", owner: "jo", assignees: ["jo"], teams: null });
session.check("quality.evaluations:write", { creator: "jo" });
policy.session({ id: "jo", roles: ["agent"], teams: ["emea"], team_roles: { emea: ["agent"] } });
useCan("analytics.exports:read");
<Can I="profile.preferences:read" on={{ owner: "jo" }} />;

// An unknown permission, for want of the action, the module, or a letter.
// @ts-expect-error
session.can("interactions:approve");
// @ts-expect-error
session.can("payroll:read");
// @ts-expect-error
session.check("interaction:read");
// @ts-expect-error
session.filter("analytics.exports:write");
// @ts-expect-error
session.checkMany([{ permission: "nothing:read" }]);
// @ts-expect-error
useCan("interactions:approve");
// @ts-expect-error
<Can I="interactions:approve" />;

// An unknown module.
const [first] = session.modules();
first?.module === "quality.settings";
// @ts-expect-error
first?.module === "payroll";
const [shown] = useModules() ?? [];
// @ts-expect-error
shown?.module === "payroll";

// An unknown scope.
declare const decision: Decision;
if (decision.effect === "allow") {
  decision.scope === "own";
  // @ts-expect-error
  decision.scope === "galaxy";
}

// An unknown feature.
policy.features.includes("quality");
// @ts-expect-error
policy.features.includes("payroll");

// An unknown attribute, of a resource and of a subject.
// @ts-expect-error
session.can("interactions:read", { proprietor: "jo" });
// @ts-expect-error
policy.session({ id: "jo", department: "sales" });

// An unknown role.
// @ts-expect-error
policy.session({ id: "jo", roles: ["agnet"] });
// @ts-expect-error
policy.session({ id: "jo", team_roles: { emea: ["agnet"] } });

// A subject as AuthZEN writes it.
policy.session({ type: "user", id: "jo", properties: { roles: ["agent"], teams: ["emea"] } });
// @ts-expect-error
policy.session({ type: "user", id: "jo", properties: { roles: ["agnet"] } });

// Ids as JavaScript has them, and rows as an application declares them.
interface Row {
  readonly id: number;
  readonly owner: string | null;
  readonly opened: Date;
}
declare const row: Row;
policy.session({ id: 7 });
session.can("interactions:read", row);
session.filter("interactions:read").test(row);
// @ts-expect-error
session.can("interactions:read", { id: new Date() });

// A value that no attribute has.
// @ts-expect-error
session.can("interactions:read", { owner: new Date() });
