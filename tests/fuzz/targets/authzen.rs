//! A line that should be an evaluation request: read, refused and answered as the reference does.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{HELPDESK, answer, open};
use portcullis_host::LoadedPolicy;
use portcullis_reference::Reference;

thread_local! {
    static NATIVE: Box<dyn LoadedPolicy> = open(HELPDESK);
}
static REFERENCE: LazyLock<Reference> =
    LazyLock::new(|| Reference::new(HELPDESK).expect("the reference reads the policy"));

fuzz_target!(|line: &[u8]| {
    NATIVE.with(|native| {
        let expected = REFERENCE.decide_line(line);
        same(&answer(native.as_ref(), line, false), &expected);
        let expected = REFERENCE.filter_line(line);
        same(&answer(native.as_ref(), line, true), &expected);
    });
});

/// Malformed requests are refused by both; in which words is not the meaning's.
fn same(own: &str, expected: &str) {
    const MALFORMED: &str =
        r#"{"decision":false,"context":{"effect":"error","error":{"status":400,"#;
    if expected.starts_with(MALFORMED) {
        assert!(own.starts_with(MALFORMED), "{own} instead of {expected}");
    } else {
        assert_eq!(own, expected);
    }
}
