//! What a decision costs: by hand, natively, and through the component.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should say so and stop"
)]

use std::{hint::black_box, path::Path, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portcullis_benches::{Asked, Fixture, FloorAnswer, NOW, Scale};
use portcullis_engine::{
    Attributes, Decision, Packer, PackerFacts, Policy, Question, Resource, Set, SignedBundle,
    UnixSeconds,
};
use portcullis_host::{
    ComponentEngine, Engine, HostTrust, LoadedPolicy,
    component::{ArtefactCache, ComponentLimits},
};

const SCALES: [Scale; 2] = [Scale::Small, Scale::Large];

/// A time far behind the bundle's end.
const LATE: UnixSeconds = UnixSeconds(u64::MAX);

fn floor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("floor/check");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let (person, thing) = (fixture.person(), Asked::Mine.thing());
        let permission = fixture.permission.as_str();
        let answer = fixture.floor.check(&person, permission, &thing);
        assert!(matches!(answer, FloorAnswer::Allow { .. }));
        group.bench_function(scale.name(), |bencher| {
            bencher.iter(|| {
                fixture
                    .floor
                    .check(black_box(&person), black_box(permission), black_box(&thing))
            });
        });
    }
}

fn native_check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("native/check");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let policy = fixture.policy();
        fixture.lend(Asked::Mine, |subject, question| {
            let permission = fixture.permission.as_str();
            assert!(policy.decide(subject, permission, question).is_allow());
            group.bench_function(scale.name(), |bencher| {
                bencher.iter(|| {
                    let decision = policy.decide(
                        black_box(subject),
                        black_box(permission),
                        black_box(question),
                    );
                    grounds(&decision)
                });
            });
        });
    }
}

fn native_prepared(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("native/prepared");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let policy = fixture.policy();
        let permission = policy.permission(&fixture.permission).unwrap();
        let session = fixture
            .lend(Asked::Mine, |subject, _| policy.session(subject, LATE, NOW))
            .unwrap();
        let thing = Asked::Mine.thing();
        let sets: Vec<_> = thing
            .attributes
            .iter()
            .map(|(name, values)| {
                (
                    policy.resource_attribute(name).unwrap(),
                    Set::new(values).unwrap(),
                )
            })
            .collect();
        let known = Attributes::numbered(&sets).unwrap();
        let question = Question::about(Resource::new(thing.id).unwrap().with_attributes(known));
        assert!(
            session
                .decide(permission, &question, NOW)
                .unwrap()
                .is_allow()
        );
        group.bench_function(scale.name(), |bencher| {
            bencher.iter(|| {
                let decision = session.decide(black_box(permission), black_box(&question), NOW);
                decision.map(|decision| grounds(&decision))
            });
        });
    }
}

fn native_session(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("native/session");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let policy = fixture.policy();
        fixture.lend(Asked::Mine, |subject, _| {
            group.bench_function(scale.name(), |bencher| {
                bencher.iter(|| policy.session(black_box(subject), LATE, NOW));
            });
        });
    }
}

fn native_visible(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("native/visible");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let policy = fixture.policy();
        let session = fixture
            .lend(Asked::Mine, |subject, _| policy.session(subject, LATE, NOW))
            .unwrap();
        assert!(!session.visible(NOW).unwrap().is_empty());
        group.bench_function(scale.name(), |bencher| {
            bencher.iter(|| black_box(&session).visible(NOW));
        });
    }
}

fn native_open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("native/open");
    for scale in SCALES {
        let fixture = Fixture::new(scale);
        let trust = fixture.trust();
        group.bench_function(scale.name(), |bencher| {
            bencher.iter_batched(
                || fixture.bundle.clone(),
                |bytes| {
                    SignedBundle::new(bytes)
                        .verify(&trust, NOW)
                        .map(Policy::from)
                },
                BatchSize::LargeInput,
            );
        });
    }
}

fn component(criterion: &mut Criterion) {
    let engine = engine();
    let fixture = Fixture::new(Scale::Small);
    let trust = HostTrust::from(fixture.trust.clone());
    let policy = engine.open(&fixture.bundle, &trust, NOW).unwrap();
    component_check(criterion, &fixture, &*policy);
    component_batch(criterion, &fixture, &*policy);
    let mut group = criterion.benchmark_group("component/open");
    group.bench_function("small", |bencher| {
        bencher.iter(|| engine.open(black_box(&fixture.bundle), &trust, NOW));
    });
}

fn component_check(criterion: &mut Criterion, fixture: &Fixture, policy: &dyn LoadedPolicy) {
    let request = packed(fixture, 1);
    assert!(policy.check(&request, NOW).unwrap().is_allow());
    let mut group = criterion.benchmark_group("component/check");
    group.bench_function("small", |bencher| {
        bencher.iter(|| policy.check(black_box(&request), NOW));
    });
}

fn component_batch(criterion: &mut Criterion, fixture: &Fixture, policy: &dyn LoadedPolicy) {
    let request = packed(fixture, BATCH);
    let verdicts = policy.check_many(&request, NOW).unwrap();
    assert!(verdicts.len() == BATCH && verdicts.iter().all(|verdict| verdict.is_allow()));
    let mut group = criterion.benchmark_group("component/batch100");
    group.throughput(Throughput::Elements(u64::try_from(BATCH).unwrap()));
    group.bench_function(BenchmarkId::from_parameter("small"), |bencher| {
        bencher.iter(|| policy.check_many(black_box(&request), NOW));
    });
}

const BATCH: usize = 100;

/// Returns what a caller reads of a decision: that it allows, and by which grant.
fn grounds(decision: &Decision<'_>) -> Option<(u16, u16)> {
    match decision {
        Decision::Allow(grant) => Some((grant.role.0, grant.scope.0)),
        Decision::Deny(_) | Decision::Conditional(_) => None,
    }
}

fn packed(fixture: &Fixture, questions: usize) -> Vec<u8> {
    let (person, thing) = (fixture.person(), Asked::Mine.thing());
    let mut subject = Packer::request("user", person.id).attribute("teams", person.teams);
    for role in person.roles {
        subject = subject.role(role);
    }
    let mut facts = PackerFacts::default();
    for (name, values) in thing.attributes {
        facts.resource.add(name, values);
    }
    let mut packer = subject.end();
    for _ in 0..questions {
        packer = packer.question(&fixture.permission, Some(thing.id), &facts);
    }
    packer.finish()
}

fn engine() -> ComponentEngine {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let wasm = root.join("dist/portcullis.component.wasm");
    let loaded =
        ComponentEngine::load(&wasm, &ArtefactCache::of_user(), ComponentLimits::default());
    loaded.unwrap()
}

fn config() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(40)
}

criterion_group! {
    name = edge;
    config = config();
    targets = floor, native_check, native_prepared, native_session, native_visible, native_open, component
}
criterion_main!(edge);
