//! Elements of a list that end: later when they are added again, sooner when they are taken away.

use portcullis_engine::UnixSeconds;
use portcullis_policy::source::{Timed, Until};

use crate::refused::{Refused, RefusedReason};

/// An element ends already no sooner, or no later, than it was to: then, or never.
pub(crate) struct Ends(pub(crate) Option<Until>);

/// Why an element is not taken from a list.
pub(crate) enum NotTaken {
    /// It is not there.
    Missing,
    /// It ends no later than it was to.
    Ends(Option<Until>),
}

/// Adds an element until some time or without an end; one that is there for a shorter time gets
/// the later end.
pub(crate) fn lengthen(
    list: &mut Vec<Timed>,
    name: &str,
    until: Option<Until>,
) -> Result<(), Ends> {
    let Some(known) = list.iter_mut().find(|known| known.name == name) else {
        let name = name.to_owned();
        list.push(Timed { name, until });
        return Ok(());
    };
    if !ends_later(until, known.until) {
        return Err(Ends(known.until));
    }
    known.until = until;
    Ok(())
}

/// Takes an element away, at once or at some time.
pub(crate) fn shorten(
    list: &mut Vec<Timed>,
    name: &str,
    until: Option<Until>,
) -> Result<(), NotTaken> {
    let known = list.iter_mut().find(|known| known.name == name);
    let known = known.ok_or(NotTaken::Missing)?;
    if until.is_none() {
        list.retain(|known| known.name != name);
    } else if ends_later(known.until, until) {
        known.until = until;
    } else {
        return Err(NotTaken::Ends(known.until));
    }
    Ok(())
}

/// Says whether one end is later than another; what has none never ends.
fn ends_later<T: Ord>(one: Option<T>, other: Option<T>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    }
}

/// Says whether what ends, or never does, lasts as long as something else that may have an end.
pub(crate) fn lasts(own: Option<UnixSeconds>, until: Option<UnixSeconds>) -> bool {
    !ends_later(until, own)
}

/// Returns the last second at which something counts that may have an end.
pub(crate) fn last_second(until: Option<UnixSeconds>) -> UnixSeconds {
    UnixSeconds(until.map_or(u64::MAX, |until| until.0.saturating_sub(1)))
}

/// Refuses an end that is not ahead: what it ends would never count.
pub(crate) fn check_ahead(until: Option<Until>, now: UnixSeconds) -> Result<(), Refused> {
    match until {
        Some(until) if until.0 <= now => Err(Refused::new(
            RefusedReason::Malformed,
            format!("{until} has passed"),
            "name a time that is ahead, or none",
        )),
        _ => Ok(()),
    }
}
