//! Slices under a keeper, as in a browser or a console.

use portcullis_engine::{
    Keeper, Offer, Policy, RejectedBundle, SignedBundle, SliceUse, UnixSeconds,
};
use portcullis_policy::sign::sign;
use portcullis_policy::slice::{Audience, SliceMetadata, slice};

use crate::keeper::{LIMITS, Version, acme, may};
use crate::open::{slices_key, trust};

fn slice_of(version: &Version, issued_at: u64, valid_for: u64) -> Vec<u8> {
    let whole = SignedBundle::new(version.bytes())
        .verify(&trust(SliceUse::WholeOnly), UnixSeconds(issued_at))
        .unwrap();
    let metadata = SliceMetadata::new(&whole, UnixSeconds(issued_at), Some(valid_for));
    let payload = slice(
        &whole,
        &Audience::Roles(vec!["agent".to_owned()]),
        &metadata,
    )
    .unwrap();
    sign(&payload, &[slices_key()]).unwrap()
}

fn offer(keeper: &mut Keeper, bytes: Vec<u8>, now: u64) -> Result<bool, RejectedBundle> {
    let offered = keeper.offer(bytes, UnixSeconds(now));
    offered.map(|offer| matches!(offer, Offer::Accepted(_)))
}

fn policy(keeper: &Keeper, pinned: Option<u64>, now: u64) -> Option<Policy> {
    keeper.policy_for(&acme(), pinned, UnixSeconds(now))
}

#[test]
fn a_slice_may_be_cut_again_under_the_same_sequence() {
    let mut keeper = Keeper::new(trust(SliceUse::SlicesOnly), LIMITS);
    let version = Version::new(1);
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 10, 100), 10),
        Ok(true)
    );
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 10, 100), 10),
        Ok(false)
    );
    // Of two that were cut in the same second the one that comes later counts.
    assert_eq!(offer(&mut keeper, slice_of(&version, 10, 90), 10), Ok(true));
    assert!(policy(&keeper, None, 100).is_none());
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 90, 100), 90),
        Ok(true)
    );
    assert!(policy(&keeper, None, 110).is_some());
    assert_eq!(
        keeper.status(&acme(), UnixSeconds(90)).unwrap().versions,
        [1]
    );
    // An older cut does not come back.
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 10, 99), 100),
        Ok(false)
    );
    assert!(policy(&keeper, None, 110).is_some());
    // A slice of another whole under that sequence is another policy.
    let twin = Version {
        extra: r#", "m:write""#,
        ..Version::new(1)
    };
    assert_eq!(
        offer(&mut keeper, slice_of(&twin, 100, 100), 100),
        Err(RejectedBundle::Equivocation)
    );
}

#[test]
fn the_floor_of_a_slice_is_its_wholes() {
    let version = Version::new(5);
    let mut keeper = Keeper::new(trust(SliceUse::SlicesOnly), LIMITS);
    let Ok(Offer::Accepted(persisted)) = keeper.offer(slice_of(&version, 10, 100), UnixSeconds(10))
    else {
        panic!("refused")
    };
    let mut restarted = Keeper::new(trust(SliceUse::SlicesOnly), LIMITS);
    restarted.restore(persisted);
    assert_eq!(
        offer(&mut restarted, slice_of(&version, 20, 100), 20),
        Ok(true)
    );
    assert_eq!(
        offer(&mut restarted, slice_of(&Version::new(4), 20, 100), 20),
        Err(RejectedBundle::RolledBack)
    );
}

#[test]
fn a_whole_takes_its_slices_place_and_never_the_other_way() {
    let version = Version::new(1);
    let mut keeper = Keeper::new(trust(SliceUse::Either), LIMITS);
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 10, 100), 10),
        Ok(true)
    );
    assert_eq!(offer(&mut keeper, version.bytes(), 20), Ok(true));
    assert_eq!(policy(&keeper, None, 20).unwrap().header().slice_of, None);
    assert_eq!(
        offer(&mut keeper, slice_of(&version, 30, 100), 30),
        Ok(false)
    );
    assert_eq!(policy(&keeper, None, 30).unwrap().header().slice_of, None);
}

#[test]
fn a_feature_that_is_turned_off_closes_pinned_slices() {
    let mut keeper = Keeper::new(trust(SliceUse::SlicesOnly), LIMITS);
    assert_eq!(
        offer(&mut keeper, slice_of(&Version::new(1), 10, 1_000), 10),
        Ok(true)
    );
    assert_eq!(
        may(&policy(&keeper, Some(1), 10).unwrap(), "quality:read"),
        "granted"
    );
    let off = Version {
        features: "",
        ..Version::new(2)
    };
    assert_eq!(offer(&mut keeper, slice_of(&off, 20, 1_000), 20), Ok(true));
    let pinned = policy(&keeper, Some(1), 20).unwrap();
    assert_eq!(pinned.header().sequence, 1);
    assert_eq!(may(&pinned, "quality:read"), "feature-disabled");
    assert_eq!(may(&pinned, "m:read"), "granted");
}
