//! No sequence of changes hands out or takes away what its actors did not hold.
//!
//! Over random policies, actors and changes: after every change that is allowed, each grant
//! of each subject, of each group's members and of each role's holders was there at the start
//! or is covered by what the actors held at the start; and so is each that is gone. What the
//! catalog itself lists as theirs to assign counts as theirs.
//!
//! The same is asked of what is reached: nobody can do to any resource what it could not at
//! the start and could not either with the actors' grants and on the actors' teams.
//!
//! All of it is asked for a time at which something has ended as well. What a grant opens does
//! not depend on features here: what is off today may be on tomorrow. Only those who could hold
//! the permission turn them on and off.
//!
//! `PORTCULLIS_SEQUENCES` says how many sequences are tried.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test should fail loudly"
)]

mod power;
mod random;
mod reached;

use std::cell::RefCell;
use std::collections::BTreeMap;

use portcullis_admin::{Actor, Change, SubjectKey, administer};
use portcullis_engine::UnixSeconds;
use portcullis_policy::Document;
use portcullis_policy::model::Model;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};

use power::{Grants, covered, given_to_user, grants_of_all, of_user, reach};
use random::Choices;
use reached::{Reached, reached_by_all};

#[test]
fn nothing_escalates() {
    let cases = std::env::var("PORTCULLIS_SEQUENCES");
    let cases = cases.map_or(2_000, |text| text.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let tally = RefCell::new(Tally::new());
    let bytes = vec(any::<u8>(), 200..600);
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&bytes, |bytes| sequence(&bytes, &mut tally.borrow_mut()));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let tally = tally.into_inner();
    let allowed = tally.values().map(|[yes, _]| yes).sum::<u64>();
    let refused = tally.values().map(|[_, no]| no).sum::<u64>();
    println!("{cases} sequences: {allowed} changes allowed, {refused} refused: {tally:?}");
    // A property that hardly anything reaches would say nothing.
    assert!(allowed * 8 > refused, "{tally:?}");
    assert!(
        cases < 1_000 || tally.values().all(|[yes, no]| *yes > 0 && *no > 0),
        "{tally:?}"
    );
}

/// How often each sort of change was allowed and refused.
type Tally = BTreeMap<&'static str, [u64; 2]>;

/// Tries some changes.
fn sequence(bytes: &[u8], tally: &mut Tally) -> TestCaseResult {
    let mut choices = Choices::new(bytes);
    let first = random::policy(&mut choices);
    let start = first.model();
    let mut document = first.clone();
    let actors = random::actors(&mut choices);
    let later = random::ENDS[choices.below(random::ENDS.len())];
    let moments = [UnixSeconds(0), later].map(|at| Moment::new(start, at, &actors));
    for _ in 0..CHANGES {
        let actor = actors[choices.below(actors.len())];
        let change = random::change(&mut choices, document.source());
        let subject = Actor::of_directory(SubjectKey::new("user", actor));
        let [yes, no] = tally.entry(change.kind().name()).or_default();
        match administer(&document, &subject, &change, &[], UnixSeconds(0)) {
            Ok(done) => {
                *yes += 1;
                let now = done.document.model();
                let held = moments
                    .iter()
                    .try_for_each(|moment| moment.check(now, &actors));
                held.and_then(|()| check_text(&done.document))
                    .and_then(|()| moments[0].check_features(&change))
                    .map_err(|error| explained(&error, &document, actor, &change))?;
                document = done.document;
            }
            Err(refused) => {
                *no += 1;
                assert!(!refused.message.is_empty() && !refused.cure.is_empty());
            }
        }
    }
    Ok(())
}

/// What holds at a time at the start: whoever assigns until some time must have held it as long.
struct Moment {
    at: UnixSeconds,
    start: Model,
    before: BTreeMap<String, Grants>,
    pool: Grants,
    reached: Vec<Reached>,
}

impl Moment {
    fn new(start: &Model, at: UnixSeconds, actors: &[&str]) -> Self {
        let start = power::at(start, at);
        let mut pool = Grants::new();
        for actor in actors {
            pool.extend(of_user(&start, actor));
            pool.extend(reach(&start, actor));
        }
        Self {
            at,
            before: grants_of_all(&start),
            reached: reached_by_all(&start, actors),
            pool,
            start,
        }
    }

    /// Nobody turns a feature on or off to whom the actors could not have given the permission.
    fn check_features(&self, change: &Change) -> TestCaseResult {
        let is_feature = matches!(change, Change::Enable { .. } | Change::Disable { .. });
        let permitted = self.pool.iter().any(|(name, _)| name == "office:features");
        if is_feature && !permitted {
            return Err(TestCaseError::fail("nobody could turn features on or off"));
        }
        Ok(())
    }

    fn check(&self, now: &Model, actors: &[&str]) -> TestCaseResult {
        let now = &power::at(now, self.at);
        check(&self.start, now, &self.before, &self.pool, actors)
            .and_then(|()| check_reached(now, &self.reached))
            .map_err(|error| TestCaseError::fail(format!("at {}: {error}", self.at.0)))
    }
}

fn check(
    start: &Model,
    now: &Model,
    before: &BTreeMap<String, Grants>,
    pool: &Grants,
    actors: &[&str],
) -> TestCaseResult {
    let after = grants_of_all(now);
    let none = Grants::new();
    for holder in before.keys().chain(after.keys()) {
        let (old, new) = (
            before.get(holder).unwrap_or(&none),
            after.get(holder).unwrap_or(&none),
        );
        for grant in new {
            if !covered(grant, old) && !covered(grant, pool) {
                return Err(TestCaseError::fail(format!("{holder} got {grant:?}")));
            }
        }
        for grant in old {
            if !covered(grant, new) && !covered(grant, pool) {
                return Err(TestCaseError::fail(format!("{holder} lost {grant:?}")));
            }
        }
    }
    // Alone nobody changes its own access at all, but for what everybody holds.
    if let [alone] = actors
        && given_to_user(start, alone) != given_to_user(now, alone)
    {
        return Err(TestCaseError::fail(format!(
            "{alone} changed its own access"
        )));
    }
    Ok(())
}

fn check_reached(now: &Model, reached: &[Reached]) -> TestCaseResult {
    for start in reached {
        for (permission, may) in start.now(now) {
            let could = start.before.get(&permission).copied().unwrap_or_default();
            let shared = start.pool.get(&permission).copied().unwrap_or_default();
            let changed = (may ^ could) & !shared;
            if changed != 0 {
                return Err(TestCaseError::fail(format!(
                    "{} could {permission} {could:b}, can {may:b}, the actors {shared:b}",
                    start.holder
                )));
            }
        }
    }
    Ok(())
}

/// The text says what the document is, though it was not read again.
fn check_text(document: &Document) -> TestCaseResult {
    let read = Document::load(document.text());
    if read.as_ref() == Ok(document) {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("the text reads as {read:?}")))
}

fn explained(
    error: &TestCaseError,
    document: &Document,
    actor: &str,
    change: &Change,
) -> TestCaseError {
    let policy = document.text();
    TestCaseError::fail(format!("{error}\n{actor}: {change:?}\n{policy}"))
}

const CHANGES: usize = 8;
