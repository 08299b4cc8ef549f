//! A change is one trip: the policy is compiled once before it and once after it.

use portcullis_policy::compilations_in;

use super::*;

#[test]
fn a_change_compiles_at_most_twice() {
    let changes = [
        create("helper"),
        copy("lead", "small-lead"),
        grant("copy", &[("all", "tickets:write")]),
        revoke("copy", &[("*", "tickets:*")]),
        rename("copy", "copied"),
        delete("reader", Some("agent")),
        assign("reader@emea", "new"),
        unassign("admin", "bob"),
        map("g-more", "reader"),
        unmap("g-readers", "reader"),
    ];
    for one in &changes {
        let ((first, second), count) = compilations_in(|| {
            let first = policy();
            let second = change(&first, "ann", one).map(|done| done.document);
            (first, second)
        });
        assert_eq!(count, 2, "{one:?}");
        // The document after it carries its model to the next change.
        let second = second.unwrap_or(first);
        let next = assign("agent", "next");
        let (done, count) = compilations_in(|| change(&second, "ann", &next));
        assert!(done.is_ok(), "{one:?}");
        assert_eq!(count, 1, "{one:?}");
    }
    let document = policy();
    let (no, count) = compilations_in(|| change(&document, "jo", &create("x")));
    assert!(no.is_err());
    assert_eq!(count, 0);
}
