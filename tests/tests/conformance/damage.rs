//! Damaged bundles never load; hostile ones that a trusted key signed never panic.

use portcullis_engine::{
    Policy, Question, Resource, Subject, UnixSeconds, pre_authentication_encoding,
};
use portcullis_host::Engine as _;
use portcullis_tests::{
    bundles::{self, NOW},
    engines,
};

use crate::{
    craft::{self, open},
    layout::{self, Node},
};

#[test]
fn no_truncation_loads() {
    let bundle = craft::signed(&craft::payload());
    for length in 0..bundle.len() {
        let opened = open(&bundle[..length], &bundles::trust(), NOW);
        assert!(opened.is_err(), "{length} bytes of {}", bundle.len());
    }
}

#[test]
fn no_flipped_bit_loads() {
    let mut bundle = craft::signed(&craft::payload());
    for at in 0..bundle.len() {
        for bit in 0..8 {
            bundle[at] ^= 1 << bit;
            assert!(
                open(&bundle, &bundles::trust(), NOW).is_err(),
                "bit {bit} of byte {at}"
            );
            bundle[at] ^= 1 << bit;
        }
    }
    assert!(open(&bundle, &bundles::trust(), NOW).is_ok());
}

#[test]
fn the_component_refuses_the_same_damage_for_the_same_reason() {
    let bundle = craft::signed(&craft::payload());
    let refused = |damaged: &[u8]| {
        let native = open(damaged, &bundles::trust(), NOW).unwrap_err();
        let opened = engines::component().open(damaged, &bundles::trust(), NOW);
        let failure = format!("bundle-rejected({})", native.code());
        assert_eq!(opened.unwrap_err().to_string(), failure);
    };
    for at in (0..bundle.len())
        .step_by(7)
        .chain(bundle.len() - 80..bundle.len())
    {
        refused(&bundle[..at]);
        let mut flipped = bundle.clone();
        flipped[at] ^= 1 << (at % 8);
        refused(&flipped);
    }
    assert_eq!(engines::component().statistics().traps, 0);
}

#[test]
fn a_payload_with_a_flipped_bit_that_is_signed_again_never_panics() {
    let mut payload = craft::payload();
    let mut loaded = 0;
    for at in 0..payload.len() {
        for bit in 0..8 {
            payload[at] ^= 1 << bit;
            loaded += usize::from(exercise(&payload));
            payload[at] ^= 1 << bit;
        }
    }
    assert!(loaded > 0, "what loads must be asked too");
}

#[test]
fn a_truncated_payload_that_is_signed_again_never_loads() {
    let payload = craft::payload();
    for length in 0..payload.len() {
        assert!(
            !exercise(&payload[..length]),
            "{length} bytes of {}",
            payload.len()
        );
    }
}

#[test]
fn a_payload_with_one_part_changed_that_is_signed_again_never_panics() {
    let tree = layout::parse(&craft::payload());
    let (mut tried, mut loaded) = (0, 0);
    for path in tree.paths() {
        for changed in changes(tree.clone().at(&path)) {
            let mut hostile = tree.clone();
            *hostile.at(&path) = changed;
            tried += 1;
            loaded += usize::from(exercise(&hostile.encode()));
        }
    }
    assert!(loaded > 0 && tried > 4_000, "{loaded} of {tried} loaded");
}

#[test]
fn the_component_survives_what_a_trusted_key_signed() {
    let tree = layout::parse(&craft::payload());
    for path in tree.paths().into_iter().step_by(11) {
        for changed in changes(tree.clone().at(&path)).into_iter().take(3) {
            let mut hostile = tree.clone();
            *hostile.at(&path) = changed;
            let bundle = craft::signed(&hostile.encode());
            let native = open(&bundle, &bundles::trust(), NOW);
            let component = engines::component().open(&bundle, &bundles::trust(), NOW);
            match (native, component) {
                (Ok(_), Ok(policy)) => {
                    let subject = portcullis_policy::authzen::Subject {
                        kind: "user".to_owned(),
                        id: "sarah".to_owned(),
                        roles: policy.names().roles.clone(),
                        ..Default::default()
                    };
                    policy.modules(&subject, NOW).unwrap();
                }
                (Err(rejection), Err(failure)) => {
                    let expected = format!("bundle-rejected({})", rejection.code());
                    assert_eq!(failure.to_string(), expected);
                }
                (native, component) => panic!("{native:?} but {component:?}"),
            }
        }
    }
}

/// Returns what may stand in the place of a node.
fn changes(node: &Node) -> Vec<Node> {
    match node {
        Node::Number(value) => {
            let near = [value.wrapping_add(1), value.wrapping_sub(1)];
            let far = [
                0, 1, 127, 128, 255, 256, 16_383, 65_533, 65_534, 65_535, 65_536,
            ];
            let huge = [u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX];
            let all = near.into_iter().chain(far).chain(huge);
            all.filter(|new| new != value).map(Node::Number).collect()
        }
        Node::Byte(byte) => (0..=3)
            .chain([255])
            .filter(|new| new != byte)
            .map(Node::Byte)
            .collect(),
        Node::Raw(raw) => {
            let bytes = [
                b"".as_slice(),
                b"a",
                b".",
                b":",
                b"\0",
                b"\xff",
                b"\xc2\x85",
                &[b'x'; 300],
            ];
            let mut changes: Vec<_> = bytes.iter().map(|new| Node::Raw(new.to_vec())).collect();
            changes.push(Node::Raw([raw.as_slice(), b"-"].concat()));
            changes
        }
        Node::Run(children) | Node::Fields(children) => {
            let mut changes = Vec::new();
            for at in 0..children.len() {
                let mut fewer = children.clone();
                let taken = fewer.remove(at);
                let mut more = children.clone();
                more.push(taken.clone());
                let mut moved = fewer.clone();
                moved.insert(0, taken);
                changes.extend([fewer, more, moved]);
            }
            let wrap: fn(Vec<Node>) -> Node = match node {
                Node::Run(_) => Node::Run,
                _ => Node::Fields,
            };
            changes
                .into_iter()
                .filter(|new| new != children)
                .map(wrap)
                .collect()
        }
    }
}

/// Signs a payload and, if it loads, asks of it everything that can be asked.
fn exercise(payload: &[u8]) -> bool {
    let Ok(bundle) = open(&craft::signed(payload), &bundles::trust(), NOW) else {
        return false;
    };
    let now = UnixSeconds(bundle.header().expires_at.0 - 1);
    let policy = Policy::from(bundle);
    let everything: Vec<String> = policy.features().map(String::from).collect();
    let names: Vec<&str> = everything.iter().map(String::as_str).collect();
    ask(&policy, now);
    ask(&policy.with_features(&names), now);
    true
}

fn ask(policy: &Policy, now: UnixSeconds) {
    let roles: Vec<&str> = policy.roles().collect();
    let team_roles = [("emea", roles.as_slice()), ("apac", &[])];
    for (id, roles) in [("sarah", roles.as_slice()), ("u", &[])] {
        let subject = Subject::new("user", id).unwrap();
        let subject = subject.with_roles(roles).unwrap();
        let subject = subject.with_groups(&["g-read", "g-lead-emea"]).unwrap();
        let subject = subject.with_team_roles(&team_roles).unwrap();
        let session = policy
            .session(&subject, UnixSeconds(u64::MAX), now)
            .unwrap();
        assert!(
            session
                .visible(now)
                .unwrap()
                .to_json()
                .starts_with("{\"modules\":[")
        );
        for resource in [Resource::UNKNOWN, Resource::new("i").unwrap()] {
            let question = Question::about(resource);
            for number in 0..policy.permission_count() {
                let id = portcullis_engine::PermissionId(u16::try_from(number).unwrap());
                let (module, action) = policy.permission_parts(id).unwrap();
                let name = format!("{module}:{action}");
                let once = policy.decide(&subject, &name, &question).answer(policy);
                let again = session.decide(id, &question, now).unwrap().answer(policy);
                assert_eq!(once, again, "{name}");
                let _ = policy.explain(&subject, &name, &question);
            }
        }
    }
}

#[test]
fn what_is_signed_again_loads_where_nothing_was_changed() {
    let payload = craft::payload();
    assert!(exercise(&payload));
    let message = pre_authentication_encoding(&payload);
    assert!(
        craft::signed(&payload)
            .windows(message.len())
            .any(|part| part == message)
    );
}
