//! Problems as JSON.

use alloc::vec::Vec;

use portcullis_policy::Problem;
use serde_json::{Value, json};

/// Returns problems, and how many more there are than are listed.
pub(super) fn problems_json(problems: &[Problem]) -> Value {
    let listed = problems.iter().take(PROBLEMS_MAX).map(|problem| {
        json!({
            "path": problem.path.as_str(),
            "message": problem.message,
            "cure": problem.cure,
        })
    });
    json!({
        "problems": listed.collect::<Vec<_>>(),
        "more": problems.len().saturating_sub(PROBLEMS_MAX),
    })
}

/// How many problems are listed: a page that shows more helps nobody, and the text of all that
/// a hostile policy can have wrong would not fit into a string of JavaScript.
const PROBLEMS_MAX: usize = 1_000;
