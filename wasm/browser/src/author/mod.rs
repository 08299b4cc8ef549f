//! What a console works with: the compiler, policy tests, role administration, previews.
//!
//! Text crosses as UTF-8, and everything else as JSON. Nothing here signs what could be
//! believed elsewhere: a payload leaves without a signature, a preview does not leave at all.

mod administer;
mod failure;
mod json;
mod metadata;
mod payload;
mod preview;
mod source;
mod who;
