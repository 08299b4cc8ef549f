// The same questions to Portcullis and to @casl/ability, in whatever runs this file.
import { createMongoAbility, subject } from "@casl/ability";
import { Portcullis } from "@portcullis/edge";

/** Returns nanoseconds by name, the least of the samples; a peer's names start with `casl-`. */
export async function measure(fixtures, platform) {
  const figures = {};
  for (const [scale, fixture] of Object.entries(fixtures)) {
    const suffix = scale === "small" ? "" : `-${scale}`;
    const named = (name) => `${platform}/${name}${suffix}`;
    const bytes = Uint8Array.from(atob(fixture.bundle), (char) => char.charCodeAt(0));
    const load = () => Portcullis.load(bytes, { trust: fixture.trust, now: () => fixture.now, wholeBundle: true });
    const policy = await load();
    const session = policy.session(fixture.subject);
    const peer = ability(policy, session, fixture);
    agree(policy, session, peer, fixture);

    const { mine, other } = fixture;
    // As a name in a page's own code is: the one copy that JavaScript keeps of it.
    const [permission] = Object.keys({ [fixture.permission]: 0 });
    const [module, action] = permission.split(":");
    const [tagged, foreign] = [subject(module, { ...mine }), subject(module, { ...other })];
    // Each loops by itself, so that no call of a function that could be any is measured along.
    const rows = [
      [
        "can-resource",
        (times) => { for (let at = 0; at < times; at++) if (session.can(permission, mine)) sink++; },
        (times) => { for (let at = 0; at < times; at++) if (peer.ability.can(action, tagged)) sink++; },
      ],
      [
        "can-resource-denied",
        (times) => { for (let at = 0; at < times; at++) if (session.can(permission, other)) sink++; },
        (times) => { for (let at = 0; at < times; at++) if (peer.ability.can(action, foreign)) sink++; },
      ],
      [
        "can",
        (times) => { for (let at = 0; at < times; at++) if (session.can(permission)) sink++; },
        (times) => { for (let at = 0; at < times; at++) if (peer.ability.can(action, module)) sink++; },
      ],
      [
        "modules",
        (times) => { for (let at = 0; at < times; at++) if (session.modules()) sink++; },
        (times) => { for (let at = 0; at < times; at++) if (peer.visible()) sink++; },
      ],
    ];
    for (const [name, ours, theirs] of rows) {
      figures[named(name)] = least(ours);
      figures[`casl-${named(name)}`] = least(theirs);
    }
    // What depends on the name: all of them, one after the other.
    const { permissions } = policy;
    figures[named("can-any")] = least((times) => {
      for (let at = 0; at < times; at++) if (session.can(permissions[at % permissions.length])) sink++;
    });
    figures[named("check")] = least(repeated(() => session.check(permission, mine)));
    const questions = Array.from({ length: 100 }, () => ({ permission, resource: mine }));
    figures[named("check-many")] = least(repeated(() => session.checkMany(questions))) / questions.length;
    figures[named("load")] = await leastAwaited(load);
    figures[named("session")] = least(repeated(() => policy.session(fixture.subject)));
  }
  return figures;
}

/** Builds the peer's rules for this one user, as a server would ship them. */
function ability(policy, session, { subject: user }) {
  const rules = [];
  for (const { module, grants } of session.modules()) {
    for (const { action, scope } of grants) {
      const rule = { action, subject: module };
      if (scope === "all") rules.push(rule);
      else {
        rules.push({ ...rule, conditions: { owner: user.id } }, { ...rule, conditions: { assignees: user.id } });
        if (scope === "team") rules.push({ ...rule, conditions: { team: { $in: user.teams } } });
      }
    }
  }
  const ability = createMongoAbility(rules);
  const below = new Map();
  for (const name of policy.permissions) {
    const module = name.slice(0, name.indexOf(":"));
    const parent = module.split(".")[0];
    below.set(parent, (below.get(parent) ?? new Set()).add(module));
  }
  const types = [...below].map(([module, submodules]) => [module, `feat-${module}`, [...submodules]]);
  const features = new Set(policy.features);
  const visible = () => {
    const found = [];
    for (const [module, feature, submodules] of types) {
      if (features.has(feature) && submodules.some((one) => ability.can("read", one))) found.push(module);
    }
    return found;
  };
  return { ability, visible };
}

/** Refuses to measure two that answer differently. */
function agree(policy, session, { ability, visible }, { mine, other }) {
  const open = new Set(session.modules().map(({ module }) => module));
  for (const permission of policy.permissions) {
    const [module, action] = permission.split(":");
    for (const resource of [undefined, mine, other]) {
      const theirs = ability.can(action, resource ? subject(module, { ...resource }) : module);
      const ours = session.can(permission, resource);
      if (ours !== theirs) throw new Error(`${permission} on ${JSON.stringify(resource)}: ${ours}, the peer ${theirs}`);
    }
  }
  const readable = new Set(
    session.modules().filter(({ grants }) => grants.some(({ action }) => action === "read")).map(({ module }) => module.split(".")[0]),
  );
  const theirs = visible();
  if (theirs.length !== readable.size || !theirs.every((module) => readable.has(module) && open.has(module))) {
    throw new Error(`visible: ${[...readable]}, the peer ${theirs}`);
  }
}

let sink = 0;

/** Returns what makes a call many times, where what is called takes so long that it hides that. */
function repeated(call) {
  return (times) => {
    for (let at = 0; at < times; at++) if (call()) sink++;
  };
}

/** Returns the nanoseconds of one of many: the least of the samples, after the compiler has had its time. */
function least(many) {
  const run = (times) => {
    const began = performance.now();
    many(times);
    return (performance.now() - began) * 1e6;
  };
  let times = 1;
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) run(Math.max(1, times >> 2));
  while (run(times) < SAMPLE_MS * 1e6) times *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < SAMPLES; sample++) best = Math.min(best, run(times) / times);
  if (sink < 0) throw new Error("unreachable, but the compiler must not know");
  return best;
}

/** Returns the same of a call that is awaited, one at a time. */
async function leastAwaited(call) {
  let best = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + WARM_MS + SAMPLES * SAMPLE_MS; performance.now() < end; ) {
    const began = performance.now();
    for (let at = 0; at < AWAITED; at++) await call();
    best = Math.min(best, ((performance.now() - began) * 1e6) / AWAITED);
  }
  return best;
}

const AWAITED = 10;
const WARM_MS = 150;
const SAMPLE_MS = 12;
const SAMPLES = 15;
