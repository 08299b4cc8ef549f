//! When a change of roles reaches those who are signed in.

use portcullis_engine::{
    Keeper, KeeperLimits, Offer, Persisted, Policy, RejectedBundle, SliceUse, TenantKey,
    UnixSeconds,
};
use portcullis_policy::Source;
use portcullis_policy::authzen::{Action, Request, Resource, Subject};
use portcullis_policy::encode::{BundleMetadata, encode};
use portcullis_policy::sign::sign;

use crate::open::{trust, whole_key};
use crate::random::answer;

/// One bundle of a small policy.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) sequence: u64,
    pub(crate) tenant: &'static str,
    pub(crate) role_changes: &'static str,
    pub(crate) features: &'static str,
    /// What the role `agent` may do besides reading.
    pub(crate) extra: &'static str,
    pub(crate) pin_floor: u64,
    pub(crate) expires_at: u64,
}

impl Version {
    pub(crate) const fn new(sequence: u64) -> Self {
        Self {
            sequence,
            tenant: "acme",
            role_changes: "next-session",
            features: r#""quality""#,
            extra: "",
            pin_floor: 0,
            expires_at: 100_000,
        }
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let Self {
            tenant,
            role_changes,
            features,
            extra,
            ..
        } = self;
        let text = format!(
            r#"{{ "catalog": {{ "id": "c", "features": ["quality", "extras"], "attributes": {{}}, "scopes": {{ "all": "true" }},
                "actions": {{ "read": "read", "write": "write" }},
                "modules": {{ "m": {{}}, "quality": {{ "requires": "quality" }}, "extras": {{ "requires": "extras" }} }},
                "roles": {{ "agent": {{ "grants": {{ "all": ["*:@read"{extra}] }} }} }} }},
              "tenant": {{ "id": "{tenant}", "features": [{features}], "role_changes": "{role_changes}" }} }}"#
        );
        let (source, model) = Source::load(&text).unwrap();
        let mut metadata =
            BundleMetadata::new("default", UnixSeconds(0), self.expires_at, &source.catalog);
        metadata.sequence = self.sequence;
        metadata.pin_floor = self.pin_floor;
        encode(&model, &metadata).unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        sign(&self.payload(), &[whole_key()]).unwrap()
    }
}

pub(crate) const LIMITS: KeeperLimits = KeeperLimits {
    versions_max: 3,
    pinned_seconds_max: 100,
    stale_seconds: 60,
    poll_seconds: 30,
};

fn keeper() -> Keeper {
    Keeper::new(trust(SliceUse::WholeOnly), LIMITS)
}

pub(crate) fn acme() -> TenantKey {
    TenantKey::new("default", "acme")
}

fn accept(keeper: &mut Keeper, version: &Version, now: u64) -> Persisted {
    match keeper.offer(version.bytes(), UnixSeconds(now)) {
        Ok(Offer::Accepted(persisted)) => persisted,
        other => panic!("{other:?}"),
    }
}

/// Returns the sequence of the policy that answers.
fn answers(keeper: &Keeper, pinned: Option<u64>, now: u64) -> Option<u64> {
    let policy = keeper.policy_for(&acme(), pinned, UnixSeconds(now));
    policy.map(|policy| policy.header().sequence)
}

pub(crate) fn may(policy: &Policy, permission: &str) -> String {
    let (module, action) = permission.split_once(':').unwrap();
    let request = Request {
        subject: Subject {
            kind: "user".to_owned(),
            id: "jo".to_owned(),
            roles: vec!["agent".to_owned()],
            ..Subject::default()
        },
        action: Action {
            name: action.to_owned(),
            ..Action::default()
        },
        resource: Resource {
            module: module.to_owned(),
            ..Resource::default()
        },
        ..Request::default()
    };
    let answer: serde_json::Value = serde_json::from_str(&answer(policy, &request)).unwrap();
    answer["reason"].as_str().unwrap().to_owned()
}

fn instant(sequence: u64) -> Version {
    Version {
        role_changes: "instant",
        ..Version::new(sequence)
    }
}

#[test]
fn a_session_stays_with_its_version_where_changes_wait() {
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(1), 10);
    assert_eq!(answers(&keeper, None, 10), Some(1));
    assert_eq!(answers(&keeper, Some(1), 10), Some(1));
    accept(&mut keeper, &Version::new(2), 20);
    assert_eq!(answers(&keeper, None, 20), Some(2));
    assert_eq!(answers(&keeper, Some(1), 20), Some(1));
    assert_eq!(answers(&keeper, Some(2), 20), Some(2));
    // A version that was never kept is no version.
    assert_eq!(answers(&keeper, Some(0), 20), Some(2));
    assert_eq!(answers(&keeper, Some(3), 20), Some(2));
    assert_eq!(answers(&keeper, Some(u64::MAX), 20), Some(2));
}

#[test]
fn roles_wait_and_the_newest_answers_everybody_else() {
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(1), 10);
    let more = Version {
        extra: r#", "m:write""#,
        ..Version::new(2)
    };
    accept(&mut keeper, &more, 20);
    let policy = |version| {
        keeper
            .policy_for(&acme(), version, UnixSeconds(20))
            .unwrap()
    };
    assert_eq!(may(&policy(Some(1)), "m:write"), "not-granted");
    assert_eq!(may(&policy(Some(2)), "m:write"), "granted");
    assert_eq!(may(&policy(None), "m:write"), "granted");
}

#[test]
fn a_tenant_whose_changes_are_instant_has_no_pins() {
    let mut keeper = keeper();
    accept(&mut keeper, &instant(1), 10);
    accept(&mut keeper, &instant(2), 20);
    assert_eq!(answers(&keeper, Some(1), 20), Some(2));
    // The newest says when changes apply: pins come, and go again at once.
    accept(&mut keeper, &Version::new(3), 30);
    assert_eq!(answers(&keeper, Some(2), 30), Some(2));
    accept(&mut keeper, &instant(4), 40);
    assert_eq!(answers(&keeper, Some(3), 40), Some(4));
}

#[test]
fn a_pin_ends_at_the_greatest_age() {
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(1), 10);
    // However long it was the newest: age counts from when it was superseded.
    accept(&mut keeper, &Version::new(2), 5_000);
    assert_eq!(answers(&keeper, Some(1), 5_099), Some(1));
    assert_eq!(answers(&keeper, Some(1), 5_100), Some(2));
    assert_eq!(answers(&keeper, Some(2), 90_000), Some(2));
    // A clock that goes back does not end it.
    assert_eq!(answers(&keeper, Some(1), 4_000), Some(1));
}

#[test]
fn a_version_below_the_floor_for_pins_is_left() {
    for (pin_floor, expected) in [(0, 1), (1, 1), (2, 3), (3, 3)] {
        let mut keeper = keeper();
        accept(&mut keeper, &Version::new(1), 10);
        let newest = Version {
            pin_floor,
            ..Version::new(3)
        };
        accept(&mut keeper, &newest, 20);
        assert_eq!(
            answers(&keeper, Some(1), 20),
            Some(expected),
            "floor {pin_floor}"
        );
        assert_eq!(answers(&keeper, Some(3), 20), Some(3));
    }
    // The newest header's floor counts, not the pinned one's, and it may come down again.
    let mut keeper = keeper();
    let high = Version {
        pin_floor: 2,
        ..Version::new(2)
    };
    accept(&mut keeper, &high, 10);
    accept(&mut keeper, &Version::new(3), 20);
    assert_eq!(answers(&keeper, Some(2), 20), Some(2));
}

#[test]
fn a_pinned_version_that_expired_is_left_and_an_expired_newest_answers_nobody() {
    let mut keeper = keeper();
    let short = Version {
        expires_at: 50,
        ..Version::new(1)
    };
    accept(&mut keeper, &short, 10);
    accept(&mut keeper, &Version::new(2), 20);
    assert_eq!(answers(&keeper, Some(1), 49), Some(1));
    assert_eq!(answers(&keeper, Some(1), 50), Some(2));
    let brief = Version {
        expires_at: 60,
        ..Version::new(3)
    };
    accept(&mut keeper, &brief, 30);
    assert_eq!(answers(&keeper, Some(2), 59), Some(2));
    // The newest alone knows the floor and the features: without it nothing is answered.
    assert_eq!(answers(&keeper, Some(2), 60), None);
    assert_eq!(answers(&keeper, None, 60), None);
}

#[test]
fn features_that_are_turned_off_apply_at_once() {
    let mut keeper = keeper();
    let both = Version {
        features: r#""quality", "extras""#,
        ..Version::new(1)
    };
    accept(&mut keeper, &both, 10);
    let policy = |keeper: &Keeper, version| {
        keeper
            .policy_for(&acme(), Some(version), UnixSeconds(20))
            .unwrap()
    };
    assert_eq!(may(&policy(&keeper, 1), "quality:read"), "granted");
    let fewer = Version {
        features: r#""extras""#,
        extra: r#", "extras:write""#,
        ..Version::new(2)
    };
    accept(&mut keeper, &fewer, 15);
    let pinned = policy(&keeper, 1);
    assert_eq!(pinned.header().sequence, 1);
    assert_eq!(may(&pinned, "quality:read"), "feature-disabled");
    assert_eq!(may(&pinned, "extras:read"), "granted");
    // Roles still wait.
    assert_eq!(may(&pinned, "extras:write"), "not-granted");
    assert_eq!(pinned.enabled_features().collect::<Vec<_>>(), ["extras"]);
    // What is turned on waits for the next session.
    let more = Version {
        features: r#""quality", "extras""#,
        ..Version::new(3)
    };
    accept(&mut keeper, &more, 18);
    assert_eq!(may(&policy(&keeper, 2), "quality:read"), "feature-disabled");
    assert_eq!(may(&policy(&keeper, 3), "quality:read"), "granted");
    // And what is on in both is on, whatever was between.
    assert_eq!(may(&policy(&keeper, 1), "quality:read"), "granted");
}

#[test]
fn as_many_versions_are_retained_as_the_limit_says() {
    let mut keeper = keeper();
    for sequence in 1..=4 {
        accept(&mut keeper, &Version::new(sequence), 10 + sequence);
    }
    let status = keeper.status(&acme(), UnixSeconds(20)).unwrap();
    assert_eq!(status.versions, [4, 3, 2]);
    assert_eq!(answers(&keeper, Some(2), 20), Some(2));
    assert_eq!(answers(&keeper, Some(1), 20), Some(4));
    // Not even a limit of none forgets the newest.
    let none = KeeperLimits {
        versions_max: 0,
        ..LIMITS
    };
    let mut keeper = Keeper::new(trust(SliceUse::WholeOnly), none);
    accept(&mut keeper, &Version::new(1), 10);
    accept(&mut keeper, &Version::new(2), 20);
    assert_eq!(
        keeper.status(&acme(), UnixSeconds(20)).unwrap().versions,
        [2]
    );
}

#[test]
fn what_no_session_can_use_is_not_retained() {
    let versions = |newest: &Version, now| {
        let mut keeper = keeper();
        let short = Version {
            expires_at: 50,
            ..Version::new(1)
        };
        accept(&mut keeper, &short, 10);
        accept(&mut keeper, &Version::new(2), 20);
        accept(&mut keeper, newest, now);
        keeper.status(&acme(), UnixSeconds(now)).unwrap().versions
    };
    let newest = Version::new(3);
    assert_eq!(versions(&newest, 49), [3, 2, 1]);
    assert_eq!(versions(&newest, 50), [3, 2]);
    let above = Version {
        pin_floor: 2,
        ..Version::new(3)
    };
    assert_eq!(versions(&above, 30), [3, 2]);
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(1), 10);
    accept(&mut keeper, &Version::new(2), 20);
    accept(&mut keeper, &Version::new(3), 119);
    assert_eq!(
        keeper.status(&acme(), UnixSeconds(119)).unwrap().versions,
        [3, 2, 1]
    );
    accept(&mut keeper, &Version::new(4), 120);
    assert_eq!(
        keeper.status(&acme(), UnixSeconds(120)).unwrap().versions,
        [4, 3, 2]
    );
}

#[test]
fn tenants_are_kept_apart() {
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(1), 10);
    let other = |sequence| Version {
        tenant: "globex",
        ..Version::new(sequence)
    };
    accept(&mut keeper, &other(5), 10);
    accept(&mut keeper, &other(6), 20);
    assert_eq!(answers(&keeper, Some(5), 20), Some(1));
    let globex = TenantKey::new("default", "globex");
    let of = |key: &TenantKey, pinned| {
        let policy = keeper.policy_for(key, pinned, UnixSeconds(20));
        policy.map(|policy| policy.header().tenant.clone())
    };
    assert_eq!(of(&globex, Some(1)).as_deref(), Some("globex"));
    assert_eq!(of(&globex, Some(5)).as_deref(), Some("globex"));
    assert_eq!(of(&TenantKey::new("default", "initech"), None), None);
    assert_eq!(of(&TenantKey::new("other", "acme"), None), None);
}

#[test]
fn a_bundle_that_fails_leaves_the_last_good_one() {
    let mut keeper = keeper();
    accept(&mut keeper, &Version::new(5), 10);
    let offer = |keeper: &mut Keeper, bytes| keeper.offer(bytes, UnixSeconds(20));
    assert_eq!(
        offer(&mut keeper, Version::new(5).bytes()),
        Ok(Offer::Unchanged)
    );
    assert_eq!(
        offer(&mut keeper, Version::new(4).bytes()),
        Err(RejectedBundle::RolledBack)
    );
    let twin = Version {
        extra: r#", "m:write""#,
        ..Version::new(5)
    };
    assert_eq!(
        offer(&mut keeper, twin.bytes()),
        Err(RejectedBundle::Equivocation)
    );
    let mut spoiled = Version::new(6).bytes();
    let last = spoiled.len() - 1;
    spoiled[last] ^= 1;
    assert_eq!(
        offer(&mut keeper, spoiled),
        Err(RejectedBundle::BadSignature)
    );
    let status = keeper.status(&acme(), UnixSeconds(20)).unwrap();
    assert_eq!((status.sequence, status.ready), (5, true));
    assert_eq!(status.last_rejection, Some(RejectedBundle::BadSignature));
    assert_eq!(answers(&keeper, None, 20), Some(5));
    accept(&mut keeper, &Version::new(6), 30);
    assert_eq!(
        keeper
            .status(&acme(), UnixSeconds(30))
            .unwrap()
            .last_rejection,
        None
    );
}

#[test]
fn a_floor_survives_a_restart() {
    let mut keeper = keeper();
    let persisted = accept(&mut keeper, &Version::new(5), 10);
    assert_eq!(persisted.floor.sequence, 5);
    let mut restarted = self::keeper();
    restarted.restore(persisted.clone());
    assert_eq!(restarted.status(&acme(), UnixSeconds(20)), None);
    assert_eq!(answers(&restarted, None, 20), None);
    let offer =
        |keeper: &mut Keeper, version: &Version| keeper.offer(version.bytes(), UnixSeconds(20));
    assert_eq!(
        offer(&mut restarted, &Version::new(4)),
        Err(RejectedBundle::RolledBack)
    );
    let twin = Version {
        extra: r#", "m:write""#,
        ..Version::new(5)
    };
    assert_eq!(
        offer(&mut restarted, &twin),
        Err(RejectedBundle::Equivocation)
    );
    assert_eq!(
        offer(&mut restarted, &Version::new(5)),
        Ok(Offer::Accepted(persisted.clone()))
    );
    // A lower floor never replaces a higher one, and one without digest must be passed.
    let mut lower = persisted;
    lower.floor.sequence = 2;
    restarted.restore(lower.clone());
    assert_eq!(
        offer(&mut restarted, &Version::new(4)),
        Err(RejectedBundle::RolledBack)
    );
    let mut bare = self::keeper();
    lower.floor.digest = None;
    bare.restore(lower);
    assert_eq!(
        offer(&mut bare, &Version::new(2)),
        Err(RejectedBundle::Equivocation)
    );
    accept(&mut bare, &Version::new(3), 20);
}

#[test]
fn the_status_says_when_to_worry_and_when_to_poll() {
    let mut keeper = keeper();
    let version = Version {
        expires_at: 1_000,
        ..Version::new(1)
    };
    accept(&mut keeper, &version, 10);
    for (now, ready, stale, poll_at) in [
        (10, true, false, 40),
        (939, true, false, 969),
        (940, true, true, 970),
        (970, true, true, 1_000),
        (990, true, true, 1_000),
        (999, true, true, 1_000),
        (1_000, false, true, 1_001),
        (5_000, false, true, 5_001),
    ] {
        let status = keeper.status(&acme(), UnixSeconds(now)).unwrap();
        let found = (status.ready, status.stale, status.poll_at.0);
        assert_eq!(found, (ready, stale, poll_at), "{now}");
    }
}
