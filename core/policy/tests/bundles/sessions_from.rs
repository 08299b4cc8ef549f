//! From when on a sign-in counts.

use portcullis_engine::format::{ENDING, List, Payload, Person, PersonAttribute, SESSIONS_FROM};
use portcullis_engine::{Bundle, Policy, RejectedBundle, Subject, UnixSeconds};
use portcullis_policy::authzen;
use portcullis_policy::slice::Audience;

use crate::open::{cut, open_slice, whole};

/// Everybody from 100 on, jo from 200, who holds a role for a time too, and al from 50.
const POLICY: &str = r#"{
  "catalog": { "id": "desk", "attributes": { "subject": ["region"] }, "scopes": { "all": "true" },
    "modules": { "desk": { "actions": { "read": "read" } } }, "roles": { "agent": { "grants": { "all": "desk:read" } } } },
  "tenant": { "id": "acme", "sessions_from": "1970-01-01T00:01:40Z",
    "directory": {
      "jo": { "region": "emea", "sessions_from": "1970-01-01T00:03:20Z", "roles": { "role": "agent", "until": "1970-01-01T00:50:00Z" } },
      "al": { "sessions_from": "1970-01-01T00:00:50Z", "roles": "agent" },
      "service:jo": { "roles": "agent" } } } }"#;

fn from(policy: &Policy, kind: &str, id: &str) -> Option<u64> {
    let subject = Subject::new(kind, id).unwrap();
    policy.sessions_from(&subject).map(|from| from.0)
}

#[test]
fn the_later_of_the_tenants_and_a_persons_own_counts() {
    let all = whole(POLICY).policy;
    let own = POLICY.replacen(r#""sessions_from": "1970-01-01T00:01:40Z","#, "", 1);
    let own = whole(&own).policy;
    for (kind, id, of_all, of_own) in [
        ("user", "jo", Some(200), Some(200)),
        ("user", "al", Some(100), Some(50)),
        ("service", "jo", Some(100), None),
        ("user", "stranger", Some(100), None),
    ] {
        assert_eq!(from(&all, kind, id), of_all, "{kind}:{id}");
        assert_eq!(from(&own, kind, id), of_own, "{kind}:{id}");
    }
    let none = whole(include_str!("../helpdesk.json")).policy;
    assert_eq!(from(&none, "user", "sarah"), None);
    // What else the entry says stays what it was.
    let jo = Subject::new("user", "jo").unwrap();
    assert_eq!(all.ends_at(&jo), Some(UnixSeconds(3_000)));
}

#[test]
fn a_slice_says_it_of_its_own_subject_and_of_everybody() {
    let whole = whole(POLICY).policy;
    for id in ["jo", "al", "stranger"] {
        let subject = authzen::Subject {
            kind: "user".to_owned(),
            id: id.to_owned(),
            ..authzen::Subject::default()
        };
        let slice = open_slice(cut(&whole, &Audience::Subject(subject)));
        assert_eq!(from(&slice, "user", id), from(&whole, "user", id), "{id}");
    }
    let roles = Audience::Roles(vec!["agent".to_owned()]);
    let slice = open_slice(cut(&whole, &roles));
    // Nobody's own time is in a slice for roles.
    assert_eq!(from(&slice, "user", "jo"), Some(100));
}

#[test]
fn a_time_that_contradicts_the_bundle_is_refused() {
    let made = whole(POLICY).policy;
    let payload = made.bundle().payload().unwrap();
    let opened = |payload: &Payload<'_>| {
        Bundle::from_unverified_payload(postcard::to_allocvec(payload).unwrap()).map(|_| ())
    };
    assert_eq!(opened(&payload), Ok(()));
    let (corrupt, malformed) = (RejectedBundle::Corrupt, RejectedBundle::MalformedPayload);
    let ending = (ENDING, &[0_u8, 0, 9][..]);
    for (attributes, expected) in [
        (&[(SESSIONS_FROM, &[9_u8][..]), ending][..], Ok(())),
        (&[(0, &[1, b'x']), (SESSIONS_FROM, &[0x81, 1])], Ok(())),
        // Nothing, no time, two times, behind what comes last, twice.
        (&[(SESSIONS_FROM, &[])], Err(corrupt)),
        (&[(SESSIONS_FROM, &[0])], Err(corrupt)),
        (&[(SESSIONS_FROM, &[9, 9])], Err(corrupt)),
        (&[ending, (SESSIONS_FROM, &[9])], Err(corrupt)),
        (
            &[(SESSIONS_FROM, &[9]), (SESSIONS_FROM, &[9])],
            Err(corrupt),
        ),
        (&[(SESSIONS_FROM, &[0x89])], Err(malformed)),
        (
            &[(SESSIONS_FROM, &[0x89, 0])],
            Err(RejectedBundle::NotCanonical),
        ),
        // The number below is an attribute's, of which there are not so many.
        (&[(SESSIONS_FROM - 1, &[1, b'x'])], Err(corrupt)),
    ] {
        let mut run = Vec::new();
        for (attribute, bytes) in attributes {
            let own = PersonAttribute {
                attribute: *attribute,
                values: List::new(bytes),
            };
            run = postcard::to_extend(&own, run).unwrap();
        }
        let person = Person {
            attributes: List::new(&run),
            ..payload.tenant.directory.iter().next().unwrap()
        };
        let directory = postcard::to_allocvec(&person).unwrap();
        let mut changed = payload.clone();
        changed.tenant.directory = List::new(&directory);
        assert_eq!(opened(&changed), expected, "{attributes:?}");
    }
}
