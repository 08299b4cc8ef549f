//! A query: where it is forwarded, the web's common reading of it has the value that was judged.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use portcullis_gate::Gate;
use portcullis_parsers::judge::{Judged, SUBJECTS, TARGETS, gate, judge, name_of};

thread_local! {
    static GATE: RefCell<Gate> = RefCell::new(gate().expect("the gate's policy is good"));
}

fuzz_target!(|bytes: &[u8]| {
    let [which, query @ ..] = bytes else { return };
    let target = TARGETS[usize::from(*which) % TARGETS.len()];
    let subject = SUBJECTS[usize::from(*which) / TARGETS.len() % SUBJECTS.len()];
    let judged = GATE.with_borrow_mut(|gate| judge(gate, target, subject, query));
    let Judged::Forwarded(value) = judged.expect("the gate says what it took") else {
        return;
    };
    let name = name_of(target).expect("every target has a name");
    // An empty value is no value.
    let read: Vec<_> = form_urlencoded::parse(query)
        .filter(|(key, value)| key == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect();
    let expected: Vec<_> = value.into_iter().collect();
    assert_eq!(
        read,
        expected,
        "{name} of {}",
        String::from_utf8_lossy(query)
    );
});
