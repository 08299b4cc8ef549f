//! Roles that tokens may state.

use super::*;

fn claim(role: &str) -> Change {
    let role = role.to_owned();
    Change::Claim { role }
}

fn unclaim(role: &str) -> Change {
    let role = role.to_owned();
    Change::Unclaim { role }
}

fn is_claimable(document: &Document, id: &str) -> bool {
    let model = document.model();
    let role = model.role(id).unwrap();
    model.roles[role.get()].claimable
}

#[test]
fn a_role_is_claimable_from_one_change_to_the_other() {
    let claimed = change(&policy(), "ann", &claim("reader")).unwrap();
    assert_eq!(json(&claimed.document, "/roles/reader/claimable"), "true");
    assert!(is_claimable(&claimed.document, "reader"));
    assert_eq!(claimed.record.target.role.as_deref(), Some("reader"));
    let again = change(&claimed.document, "ann", &claim("reader"));
    assert_eq!(again.unwrap_err().reason, RefusedReason::Duplicate);
    let back = change(&claimed.document, "ann", &unclaim("reader")).unwrap();
    assert_eq!(back.document.source().tenant, policy().source().tenant);
    let again = change(&back.document, "ann", &unclaim("reader"));
    assert_eq!(again.unwrap_err().reason, RefusedReason::NothingToDo);
}

#[test]
fn nothing_else_makes_a_role_claimable() {
    let document = change(&policy(), "bob", &claim("reader")).unwrap().document;
    let created = change(&document, "bob", &create("blank")).unwrap();
    assert!(!is_claimable(&created.document, "blank"));
    let copied = change(&document, "bob", &copy("reader", "second")).unwrap();
    assert!(!is_claimable(&copied.document, "second"));
    // Under another name other tokens state it.
    let renamed = change(&document, "bob", &rename("reader", "offline_access")).unwrap();
    assert!(!is_claimable(&renamed.document, "offline_access"));
    assert!(is_claimable(&document, "reader"));
}

#[test]
fn it_takes_what_mapping_takes() {
    // Clerks may map, and do not hold all that readers do.
    let refused = change(&policy(), "cleo", &claim("reader")).unwrap_err();
    assert_eq!(refused.reason, RefusedReason::NotCovered);
    let mapped = change(&policy(), "cleo", &map("g-new", "reader")).unwrap_err();
    assert_eq!(refused.lacking, mapped.lacking);
    // Leads manage no readers, and may not map at all.
    let refused = change(&policy(), "lea", &claim("reader")).unwrap_err();
    assert_eq!(refused.reason, RefusedReason::NotAllowed);
    // Of its own roles the catalog says it.
    for change_of in [claim("agent"), unclaim("agent")] {
        let refused = change(&policy(), "ann", &change_of).unwrap_err();
        assert_eq!(refused.reason, RefusedReason::NotEditable);
    }
}
