//! What is allocated: nothing to decide, and at most twice the bundle to open it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "support of tests: what fails here is a failed test"
)]

mod counting;

use std::fmt::Write as _;

use counting::measure;
use portcullis_engine::{
    Decision, PackedDecision, PackedRequest, PermissionId, Policy, Question, SignedBundle, Trust,
    UnixSeconds,
};
use portcullis_host::pack;
use portcullis_policy::authzen::{Request, Vocabulary};
use portcullis_random::{
    requests::RequestGenerator,
    tape::{self, Tape},
};
use portcullis_tests::{
    bundles::{self, NOW},
    engines::reference,
    places,
};
use serde_json::{Map, Value, json};

#[test]
fn opening_a_bundle_peaks_at_twice_its_size() {
    let mut report = String::new();
    let mut above = false;
    for (name, policy) in policies() {
        let bundle = bundles::bundle(&policy);
        let trust = trust(bundle.len());
        let size = bundle.len();
        let signed = SignedBundle::new(bundle);
        let (opened, open) = measure(|| signed.verify(&trust, NOW));
        let opened = opened.unwrap();
        let (_policy, gate) = measure(|| Policy::from(opened));
        let (tenths, whole) = (ratio(open.peak, size), ratio(open.live + gate.peak, size));
        writeln!(
            report,
            "{name}: {size} bytes; open peaks at {} ({tenths}), keeps {}; with its policy {whole}",
            open.peak, open.live,
        )
        .unwrap();
        above |= open.peak > 2 * size;
    }
    eprintln!("{report}");
    assert!(!above, "open peaks above twice the bundle\n{report}");
}

#[test]
fn deciding_allocates_nothing() {
    for (name, policy) in policies().into_iter().filter(|(name, _)| name != "large") {
        let bundle = bundles::bundle(&policy);
        let opened = SignedBundle::new(bundle.clone()).verify(&trust(bundle.len()), NOW);
        let loaded = Policy::from(opened.unwrap());
        let vocabulary = Vocabulary::from(&loaded);
        let generator = RequestGenerator::new(reference(&policy).all_questions(), &[]);
        let mut effects = [0_usize; 4];
        for request in questions(&generator) {
            let request = Request::read(request.to_string().as_bytes(), &vocabulary).unwrap();
            let permission = request.permission();
            let packed = pack(&request);
            request
                .ask(|subject, question| {
                    let session = loaded.session(subject, UnixSeconds(u64::MAX), NOW).unwrap();
                    let once = measure(|| shown(&loaded.decide(subject, &permission, question)));
                    let named = measure(|| {
                        shown(&session.decide_named(&permission, question, NOW).unwrap())
                    });
                    let numbered = measure(|| number(&loaded, &session, &permission, question));
                    let read = measure(|| {
                        let read = PackedRequest::read(&packed).and_then(PackedRequest::single);
                        let (subject, asked) = read.unwrap();
                        shown(&loaded.decide(&subject, asked.permission, &asked.question))
                    });
                    for (way, (answer, used)) in [
                        ("once", once),
                        ("session", named),
                        ("number", numbered),
                        ("packed", read),
                    ] {
                        assert_eq!(used.count, 0, "{name}, {way}: {permission} {answer:?}");
                        assert_eq!(answer, once.0, "{name}, {way}: {permission}");
                    }
                    effects[usize::try_from(once.0.2.0 & 3).unwrap()] += 1;
                })
                .unwrap();
        }
        assert!(effects[0] > 0 && effects[1] > 0, "{name}: {effects:?}");
    }
}

type Shown = (&'static str, &'static str, PackedDecision);

/// Returns effect and reason, the grant's role and scope among it.
fn shown(decision: &Decision<'_>) -> Shown {
    (
        decision.effect(),
        decision.reason(),
        PackedDecision::from(decision),
    )
}

fn number(
    policy: &Policy,
    session: &portcullis_engine::Session,
    permission: &str,
    question: &Question<'_>,
) -> Shown {
    let id = policy
        .permission(permission)
        .unwrap_or(PermissionId(u16::MAX));
    shown(&session.decide(id, question, NOW).unwrap())
}

fn questions(generator: &RequestGenerator) -> impl Iterator<Item = Value> {
    (0..300).map(|seed| generator.request(&mut Tape::new(&tape::bytes(seed, 160))))
}

/// The examples, the starter, and a policy as large as any should be.
fn policies() -> Vec<(String, String)> {
    let mut policies = places::examples();
    policies.push(("starter".to_owned(), places::starter()));
    policies.push(("large".to_owned(), large(1_000, 10, 1_000, 200)));
    policies
}

/// So many modules with so many actions each, and so many roles with so many grants each.
fn large(modules: usize, actions: usize, roles: usize, grants: usize) -> String {
    let named = |start: &str, count: usize, value: &Value| -> Map<String, Value> {
        (0..count)
            .map(|at| (format!("{start}-{at}"), value.clone()))
            .collect()
    };
    let mut all = Map::new();
    let mut state = 1_u64;
    for role in 0..roles {
        let mut scopes: [Vec<String>; 3] = Default::default();
        let mut seen = std::collections::BTreeSet::new();
        while seen.len() < grants {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = usize::try_from(state >> 33).unwrap() % (modules * actions);
            if seen.insert(at) {
                let (module, action) = (at / actions, at % actions);
                scopes[(at + role) % 3].push(format!("module-{module}:action-{action}"));
            }
        }
        let [own, team, every] = scopes;
        let role = format!("role-{role}");
        all.insert(
            role,
            json!({ "grants": { "own": own, "team": team, "all": every } }),
        );
    }
    json!({
        "catalog": {
            "id": "large",
            "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
            "scopes": {
                "own": "shares(subject.id, resource.owner)",
                "team": "shares(subject.teams, resource.teams)",
                "all": "true" },
            "actions": named("action", actions, &json!("read")),
            "modules": named("module", modules, &json!({})),
            "roles": all },
        "tenant": { "id": "acme" } })
    .to_string()
}

fn trust(size: usize) -> Trust {
    let mut trust = bundles::trust().to_trust().unwrap();
    trust.bundle_bytes_max = size;
    trust
}

fn ratio(part: usize, whole: usize) -> String {
    let hundredths = part * 100 / whole;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
