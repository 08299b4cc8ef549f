//! Times as JavaScript gives them.

use portcullis_engine::UnixSeconds;

/// Takes a time in seconds; what is no time is past every end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a number from 0; a larger one than fits becomes the largest"
)]
pub(crate) fn seconds(time: f64) -> UnixSeconds {
    UnixSeconds(if time >= 0.0 { time as u64 } else { u64::MAX })
}
