import { Portcullis, PortcullisError, type Session, type Snapshot, type Trust, viewOf } from "@portcullis/edge";

/** What `tests/examples/fixtures.rs` writes. */
export interface Fixtures {
  readonly now: number;
  readonly expires_at: number;
  readonly trust: Trust;
  /** In base64. */
  readonly bundles: readonly string[];
  readonly cases: readonly Case[];
  readonly refused: readonly Refused[];
  /** The starter before and after its reports are turned on, by how changes reach a session. */
  readonly changes: Readonly<Record<"instant" | "next-session", readonly [string, string]>>;
  readonly left_out: readonly string[];
}

interface Case {
  readonly name: string;
  readonly ask: "check" | "filter" | "modules";
  readonly bundle: number;
  readonly subject: { readonly id: string };
  readonly permission: string;
  readonly resource: Record<string, string | string[]>;
  readonly facts: { readonly action: Record<string, string[]>; readonly context: Record<string, string[]> };
  readonly answer: string | { readonly Ok: string };
  readonly explanation: string | null;
}

interface Refused {
  readonly name: string;
  readonly bundle: string;
  readonly code: string;
  readonly now?: number;
  readonly slices_only?: boolean;
  readonly tenants?: string[];
  readonly audience?: string;
  readonly floor?: number;
  readonly keys?: Trust["keys"];
}

/** What was asked and what was answered otherwise than the native engine does. */
export interface Report {
  asked: number;
  agreed: number;
  refused: number;
  faults: string[];
}

/** Asks every question here, and compares with the native engine's bytes. */
export async function conform(fixtures: Fixtures): Promise<Report> {
  const report: Report = { asked: 0, agreed: 0, refused: 0, faults: [] };
  const options = { trust: fixtures.trust, now: fixtures.now, wholeBundle: true };
  const policies = await Promise.all(fixtures.bundles.map((bundle) => Portcullis.load(decoded(bundle), options)));
  for (const asked of fixtures.cases) {
    const fault = (what: string, answered: unknown) => {
      if (report.faults.length < 20) report.faults.push(`${asked.name}: ${what}: ${JSON.stringify(answered)}`);
    };
    try {
      const session = (policies[asked.bundle] as Portcullis).session(asked.subject);
      report.asked++;
      if (asked.ask === "modules") {
        const modules = JSON.stringify({ modules: session.modules() });
        if (modules !== asked.answer) fault("modules", modules);
      } else {
        compare(session, asked, fixtures, fault);
        report.agreed++;
      }
    } catch (error) {
      fault("threw", String(error));
    }
  }
  for (const asked of fixtures.refused) {
    const { now = fixtures.now, tenants, audience = fixtures.trust.audience, floor = 0 } = asked;
    const trust = { ...fixtures.trust, keys: asked.keys ?? fixtures.trust.keys, ...(tenants && { tenants }), audience, floor };
    report.refused++;
    try {
      await Portcullis.load(decoded(asked.bundle), { trust, now, wholeBundle: !asked.slices_only });
      report.faults.push(`${asked.name}: it was taken`);
    } catch (error) {
      const right = error instanceof PortcullisError && error.code === "bundle-rejected";
      if (!right || error.rejection !== asked.code) report.faults.push(`${asked.name}: ${String(error)}`);
    }
  }
  return report;
}

function compare(session: Session, asked: Case, { now }: Fixtures, fault: (what: string, answered: unknown) => void) {
  const { permission, facts } = asked;
  const expected = typeof asked.answer === "string" ? asked.answer : asked.answer.Ok;
  const resource = asked.ask === "filter" ? undefined : asked.resource;
  const answer = session.answer(permission, resource, facts);
  if (answer !== expected) fault("answer", answer);
  const many = session.checkMany([
    { permission, ...(resource && { resource }), ...facts },
    { permission, ...facts },
  ]);
  if (JSON.stringify(many[0]) !== expected) fault("checkMany", many[0]);
  const explanation = JSON.stringify(session.explain(permission, resource, facts));
  if (asked.explanation !== null && explanation !== asked.explanation) fault("explain", explanation);

  // What JavaScript answers by itself agrees with what the engine answers.
  const open = session.check(permission).effect !== "deny";
  if (session.can(permission) !== open) fault("can, without a resource", !open);
  const view = viewOf(JSON.parse(JSON.stringify(session.snapshot())) as Snapshot, () => now);
  // A former name is known to the engine alone.
  const former = !session.snapshot().permissions[permission] && open;
  if (!former && view.can(permission) !== open) fault("can, of the snapshot", !open);
  if (!resource) return;
  const allowed = session.check(permission, resource).effect === "allow";
  if (session.can(permission, resource) !== allowed) fault("can", !allowed);
  const plain = /^[ -~]*$/.test(JSON.stringify(resource));
  const shown = view.can(permission, resource);
  if (!former && (plain ? shown !== allowed : shown && !allowed)) fault("can, of the snapshot", shown);
  const filtered = session.filter(permission, facts).test(resource);
  if (filtered !== (JSON.parse(expected).effect === "allow")) fault("filter", filtered);
}

/** Returns the bytes of a bundle in the fixtures. */
export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
