import { compile, type PolicySource, PortcullisError, RefusedError, schema } from "@portcullis/author";

import { DESK, WRONG } from "./author-policies";

const NOW = 1_700_000_000;

/** Works with policies as a console would, and returns all the answers. */
export function work(examples: Readonly<Record<string, string>>): unknown {
  const answers: Record<string, unknown> = { schema: schema() };
  for (const [name, text] of Object.entries(examples)) {
    const policy = compile(text);
    const report = policy.test({ now: NOW });
    answers[name] = { report, lint: policy.lint(), matrix: policy.matrix(), types: policy.types(), payload: [...policy.payload({ now: NOW })] };
    policy.free();
  }
  for (const [name, text] of Object.entries(WRONG)) answers[name] = failure(() => compile(text));
  answers.session = session(compile(JSON.stringify(DESK)));
  return answers;
}

function session(first: PolicySource): unknown {
  const change = { operation: "clone", from: "agent", role: "helper" } as const;
  const { policy, ...cloned } = first.administer({ actor: "ann", change, now: NOW });
  const grant = (scope: string) =>
    policy.administer({ actor: "lou", change: { operation: "grant", role: "helper", grants: { [scope]: "tickets:read" } }, now: NOW });
  const { policy: after, ...granted } = grant("team");
  const preview = after.preview({ now: NOW });
  const subject = { type: "user", id: "x", properties: { roles: ["helper"], teams: ["emea"] } };
  const request = { subject, action: { name: "read" }, resource: { type: "tickets", id: "1", properties: { teams: "emea", assignees: [] } } };
  return {
    cloned,
    granted,
    escalation: failure(() => grant("all")),
    diff: first.diff(after),
    decision: preview.decide(request),
    filter: preview.filter(request),
    explained: preview.explain(request),
    modules: preview.modules(subject),
  };
}

function failure(ask: () => unknown): unknown {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error;
    return { code: error.code, message: error.message, ...(error instanceof RefusedError && { refusal: error.refusal }) };
  }
  throw new Error("nothing was thrown");
}
