//! The component: the same answers as the linked engine, whatever goes wrong in it.
#![cfg(feature = "component")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::{fmt::Write as _, fs, os::unix::fs::PermissionsExt as _, path::Path, thread};

use portcullis_engine::{PackedDecision, Packer, PackerFacts, UnixSeconds};
use portcullis_host::{
    ComponentEngine, Engine, Failure, LoadedPolicy, NativeEngine,
    component::{ArtefactCache, ComponentLimits, ComponentStatistics},
    pack,
};
use portcullis_policy::authzen::{Attribute, Request, Resource, Subject};
use support::{HELPDESK, ISSUED, Signed, VALID_SECONDS, signed};

fn engine(limits: ComponentLimits) -> ComponentEngine {
    ComponentEngine::load(&support::component(), &cache(), limits).unwrap()
}

/// The artefact is the same for all tests, so it is compiled once.
fn cache() -> ArtefactCache {
    ArtefactCache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("artefacts"))
}

fn open(engine: &dyn Engine, signed: &Signed) -> Box<dyn LoadedPolicy> {
    engine.open(&signed.bundle, &signed.trust, ISSUED).unwrap()
}

fn request(role: &str, module: &str, action: &str) -> Request {
    let mut request = Request {
        subject: Subject {
            kind: "user".to_owned(),
            id: "jo".to_owned(),
            roles: vec![role.to_owned()],
            ..Subject::default()
        },
        resource: Resource {
            module: module.to_owned(),
            id: Some("t-1".to_owned()),
            ..Resource::default()
        },
        ..Request::default()
    };
    request.action.name = action.to_owned();
    request
}

/// A request with as many values as there may be, each as long as it may be.
fn largest_request() -> Request {
    let values = |prefix: &str| -> Vec<String> {
        (0..1_024).map(|n| format!("{prefix}{n:0>250}")).collect()
    };
    let attribute = |name: &str, prefix: &str| Attribute {
        name: name.to_owned(),
        values: values(prefix),
    };
    let mut request = request("supervisor", "tickets", "read");
    request.subject.attributes = vec![attribute("teams", "a")];
    request
        .subject
        .roles
        .extend((0..255).map(|n| format!("unknown-{n:0>56}")));
    request.subject.roles.sort_unstable();
    request.resource.attributes = vec![
        attribute("assignees", "b"),
        attribute("author", "c"),
        attribute("teams", "d"),
    ];
    request
}

#[test]
fn answers_are_the_same_bytes_as_natively() {
    let signed = signed(HELPDESK, 1);
    let component = open(&engine(ComponentLimits::default()), &signed);
    let native = open(&NativeEngine, &signed);
    assert_eq!(component.info(), native.info());
    assert_eq!(component.names(), native.names());
    let on = ["reports".to_owned(), "unheard-of".to_owned()];
    let previews = (
        component.with_features(&on).unwrap(),
        native.with_features(&on).unwrap(),
    );
    assert_eq!(previews.0.info(), previews.1.info());
    for (component, native) in [(&component, &native), (&previews.0, &previews.1)] {
        for role in ["admin", "supervisor", "agent", "nobody"] {
            for permission in native.names().permissions.iter().chain([&"x:y".to_owned()]) {
                let (module, action) = permission.split_once(':').unwrap();
                let request = request(role, module, action);
                let packed = pack(&request);
                assert_eq!(
                    component.decide(&request, ISSUED),
                    native.decide(&request, ISSUED)
                );
                assert_eq!(
                    component.filter(&request, ISSUED),
                    native.filter(&request, ISSUED)
                );
                assert_eq!(
                    component.explain(&request, ISSUED),
                    native.explain(&request, ISSUED)
                );
                assert_eq!(
                    component.check(&packed, ISSUED),
                    native.check(&packed, ISSUED)
                );
                let subject = &request.subject;
                assert_eq!(
                    component.modules(subject, ISSUED),
                    native.modules(subject, ISSUED)
                );
            }
        }
    }
    let largest = largest_request();
    assert_eq!(
        component.decide(&largest, ISSUED),
        native.decide(&largest, ISSUED)
    );
}

#[test]
fn what_is_refused_is_refused_alike() {
    let signed = signed(HELPDESK, 1);
    let component = open(&engine(ComponentLimits::default()), &signed);
    let native = open(&NativeEngine, &signed);
    let expiry = UnixSeconds(ISSUED.0 + VALID_SECONDS);
    let asked = request("agent", "tickets", "read");
    let mut over = largest_request();
    let teams = over.resource.attributes[2].values.clone();
    over.context = vec![Attribute {
        name: "any".to_owned(),
        values: teams,
    }];
    let mut control = asked.clone();
    control.subject.id = "a\u{7}".to_owned();
    for policy in [&component, &native] {
        assert_eq!(policy.decide(&asked, expiry), Err(Failure::BundleExpired));
        assert_eq!(policy.explain(&asked, expiry), Err(Failure::BundleExpired));
        assert_eq!(
            policy.modules(&asked.subject, expiry),
            Err(Failure::BundleExpired)
        );
        assert_eq!(
            policy.check(&pack(&asked), expiry),
            Ok(PackedDecision::EXPIRED)
        );
        assert!(policy.decide(&asked, UnixSeconds(expiry.0 - 1)).is_ok());
        for packed in [
            &b""[..],
            b"\x01",
            b"\x02\x00",
            &pack(&over),
            &pack(&control),
        ] {
            assert_eq!(policy.check(packed, ISSUED), Ok(PackedDecision::MALFORMED));
            assert_eq!(
                policy.check_many(packed, ISSUED),
                native.check_many(packed, ISSUED)
            );
        }
        let failure = policy.decide(&control, ISSUED).unwrap_err();
        assert_eq!(failure, native.decide(&control, ISSUED).unwrap_err());
        assert_eq!(failure.name(), "limit-exceeded");
    }
    let engine = engine(ComponentLimits::default());
    let mut damaged = signed.bundle.clone();
    damaged.truncate(40);
    let mut wrong = signed.trust.clone();
    wrong.file.threshold = 2;
    for (bundle, trust) in [(&damaged, &signed.trust), (&signed.bundle, &wrong)] {
        let component = engine.open(bundle, trust, ISSUED).unwrap_err();
        assert_eq!(
            component,
            NativeEngine.open(bundle, trust, ISSUED).unwrap_err()
        );
    }
}

#[test]
fn a_trap_costs_one_request_and_never_gives_a_wrong_answer() {
    let signed = signed(HELPDESK, 1);
    let limits = ComponentLimits {
        call_fuel: 300_000,
        ..ComponentLimits::default()
    };
    let engine = engine(limits);
    let policy = open(&engine, &signed);
    let preview = policy.with_features(&["reports".to_owned()]).unwrap();
    let native = open(&NativeEngine, &signed);
    let asked = request("agent", "tickets", "reply");
    let expected = native.decide(&asked, ISSUED).unwrap();
    assert_eq!(policy.decide(&asked, ISSUED).as_deref(), Ok(&*expected));
    let made = engine.statistics().instances;
    for trapped in 1..=3 {
        let failure = policy.decide(&largest_request(), ISSUED).unwrap_err();
        assert!(
            matches!(&failure, Failure::Trap(why) if why.contains("fuel")),
            "{failure}"
        );
        // The very next one is answered, by a fresh instance, and so is a preview.
        assert_eq!(policy.decide(&asked, ISSUED).as_deref(), Ok(&*expected));
        let reports = request("admin", "reports", "read");
        assert!(preview.decide(&reports, ISSUED).unwrap().contains("allow"));
        let statistics = ComponentStatistics {
            instances: made + trapped,
            traps: trapped,
        };
        assert_eq!(engine.statistics(), statistics);
    }
    // Also once the bundle no longer holds: the fresh instance opens it as of then.
    policy.check(&pack(&largest_request()), ISSUED).unwrap_err();
    let expiry = UnixSeconds(ISSUED.0 + VALID_SECONDS);
    assert_eq!(policy.decide(&asked, expiry), Err(Failure::BundleExpired));
}

#[test]
fn memory_is_bounded() {
    let limits = ComponentLimits {
        memory_bytes_max: 2 * 1024 * 1024,
        ..ComponentLimits::default()
    };
    let signed = signed(HELPDESK, 1);
    let policy = open(&engine(limits), &signed);
    let asked = request("agent", "tickets", "reply");
    let expected = policy.decide(&asked, ISSUED);
    let failure = policy.check(&vec![1; 3 * 1024 * 1024], ISSUED).unwrap_err();
    assert_eq!(failure.name(), "trap", "{failure}");
    assert!(expected.is_ok());
    assert_eq!(policy.decide(&asked, ISSUED), expected);
}

#[test]
fn more_instances_than_there_may_be_are_refused_not_waited_for() {
    let limits = ComponentLimits {
        instances_max: 1,
        ..ComponentLimits::default()
    };
    let engine = engine(limits);
    let signed = signed(HELPDESK, 1);
    let first = open(&engine, &signed);
    let second = engine.open(&signed.bundle, &signed.trust, ISSUED);
    assert_eq!(second.unwrap_err(), Failure::Busy);
    assert!(
        first
            .decide(&request("agent", "tickets", "read"), ISSUED)
            .is_ok()
    );
    drop(first);
    open(&engine, &signed);
}

#[test]
fn many_threads_share_a_policy() {
    let signed = signed(HELPDESK, 1);
    let engine = engine(ComponentLimits::default());
    let policy = open(&engine, &signed);
    let native = open(&NativeEngine, &signed);
    let ask = |policy: &dyn LoadedPolicy, n: usize| {
        let role = ["admin", "supervisor", "agent"][n % 3];
        policy.decide(&request(role, "tickets", "reply"), ISSUED)
    };
    thread::scope(|scope| {
        for thread in 0..8 {
            let (policy, native) = (policy.as_ref(), native.as_ref());
            scope.spawn(move || {
                for n in 0..100 {
                    assert_eq!(ask(policy, n + thread), ask(native, n + thread));
                }
            });
        }
    });
    assert!(engine.statistics().instances <= 8);
    assert_eq!(engine.statistics().traps, 0);
}

#[test]
fn a_damaged_artefact_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = ArtefactCache::at(folder.path().join("new/cache"));
    let load = || {
        ComponentEngine::load(&support::component(), &cache, ComponentLimits::default()).unwrap()
    };
    load();
    let folder = folder.path().join("new/cache");
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    let file = &files[0];
    assert_eq!(
        fs::metadata(file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let good = fs::read(file).unwrap();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for bad in [&damaged[..], &good[..good.len() / 2], b""] {
        fs::write(file, bad).unwrap();
        let signed = signed(HELPDESK, 1);
        let policy = open(&load(), &signed);
        assert!(
            policy
                .decide(&request("agent", "tickets", "read"), ISSUED)
                .is_ok()
        );
        assert_eq!(
            fs::read(file).unwrap(),
            good,
            "the damaged one was replaced"
        );
    }
}

#[test]
fn what_is_no_plugin_is_refused() {
    let limits = ComponentLimits::default();
    // The empty core module, the empty component, and nothing at all.
    for wasm in [&b"\0asm\x01\0\0\0"[..], b"\0asm\x0d\0\x01\0", b""] {
        let loaded = ComponentEngine::new(wasm, &ArtefactCache::NONE, limits);
        assert!(loaded.is_err());
    }
}

#[test]
fn the_largest_bundle_and_requests_need_less_than_half_of_the_fuel() {
    let all = ComponentLimits::default();
    let half = ComponentLimits {
        open_fuel: all.open_fuel / 2,
        call_fuel: all.call_fuel / 2,
        ..all
    };
    let engine = engine(half);
    let helpdesk = open(&engine, &signed(HELPDESK, 1));
    let largest = largest_request();
    helpdesk.decide(&largest, ISSUED).unwrap();
    helpdesk.explain(&largest, ISSUED).unwrap();
    helpdesk.modules(&largest.subject, ISSUED).unwrap();

    // Many questions, and one that reads all that a request may hold for each of 256 roles.
    let large = signed(&large_policy(), 8);
    assert!(
        large.bundle.len() > 3 * 1024 * 1024,
        "{}",
        large.bundle.len()
    );
    let policy = open(&engine, &large);
    let mut asked = largest;
    asked.resource.module = "m0".to_owned();
    asked.action.name = "a0".to_owned();
    asked.subject.roles = (0..256).map(|n| format!("r{n}")).collect();
    asked.subject.roles.sort_unstable();
    policy.decide(&asked, ISSUED).unwrap();
    policy.explain(&asked, ISSUED).unwrap();
    policy.modules(&asked.subject, ISSUED).unwrap();
    let mut few = asked.clone();
    few.resource.attributes.clear();
    few.subject.attributes.clear();
    let question = pack_question(&few);
    let mut batch = pack(&few);
    (1..4_096).for_each(|_| batch.extend_from_slice(&question));
    assert_eq!(policy.check_many(&batch, ISSUED).unwrap().len(), 4_096);
}

fn pack_question(request: &Request) -> Vec<u8> {
    let (id, nothing) = (request.resource.id.as_deref(), PackerFacts::default());
    let questions = Packer::questions().question(&request.permission(), id, &nothing);
    questions.finish()
}

/// As many roles and permissions as a bundle of the largest size holds.
fn large_policy() -> String {
    let mut policy = String::from(
        r#"{"catalog":{"id":"large","attributes":{"subject":["teams"],"resource":["assignees","author","teams"]},
        "scopes":{"a":"shares(subject.teams, resource.teams)","b":"shares(subject.teams, resource.author)",
        "c":"shares(subject.teams, resource.assignees)","d":"shares(subject.id, resource.teams)"},"actions":{"#,
    );
    for action in 0..10 {
        let separator = if action == 0 { "" } else { "," };
        write!(policy, r#"{separator}"a{action}":"read""#).unwrap();
    }
    policy.push_str(r#"},"supports":["a","b","c","d"],"modules":{"#);
    for module in 0..200 {
        let separator = if module == 0 { "" } else { "," };
        write!(policy, r#"{separator}"m{module}":{{}}"#).unwrap();
    }
    policy.push_str(r#"},"roles":{"#);
    for role in 0..900 {
        let separator = if role == 0 { "" } else { "," };
        write!(policy, r#"{separator}"r{role}":{{"grants":{{"*":"*"}}}}"#).unwrap();
    }
    policy.push_str(r#"}},"tenant":{"id":"acme"}}"#);
    policy
}
