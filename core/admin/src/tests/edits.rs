//! What a role is called and grants.

use portcullis_policy::model::Model;

use super::*;
use crate::audit::Digest;

#[test]
fn a_former_id_of_a_module_is_known_in_patterns() {
    let aliased = POLICY.replacen(
        r#""tickets": {},"#,
        r#""tickets": { "aliases": ["cases"] },"#,
        1,
    );
    let aliased = Document::load(aliased).unwrap();
    for pattern in ["cases:read", "cases:*", "cases.*:@read"] {
        let present = pattern.replace("cases", "tickets");
        let by = |pattern: &str, take: bool| {
            let document = change(&aliased, "ann", &create("new")).unwrap().document;
            let granted = change(&document, "ann", &grant("new", &[("all", pattern)]));
            let granted = granted.unwrap().document;
            if !take {
                return json(&granted, "/roles/new/grants");
            }
            let taken = change(&granted, "ann", &revoke("new", &[("*", pattern)]));
            json(&taken.unwrap().document, "/roles/new/grants")
        };
        assert_eq!(by(pattern, false), by(&present, false), "{pattern}");
        assert_eq!(by(pattern, true), "", "{pattern}");
    }
}

#[test]
fn a_blank_role_is_filled_and_emptied() {
    let role = Change::Create {
        role: "helper".to_owned(),
        label: Some("Helper".to_owned()),
        description: Some("Helps.".to_owned()),
    };
    let source = changed("ann", std::slice::from_ref(&role)).document;
    assert_eq!(
        json(&source, "/roles/helper"),
        r#"{"label":"Helper","description":"Helps."}"#
    );
    let filled = [
        role,
        grant(
            "helper",
            &[("own", "tickets:@read"), ("*", "tickets:write")],
        ),
    ];
    let source = changed("ann", &filled).document;
    assert_eq!(
        json(&source, "/roles/helper/grants"),
        r#"{"own":["tickets:read","tickets:write"],"team":"tickets:write","all":"tickets:write"}"#
    );
    let [create, fill] = filled;
    let emptied = [
        create,
        fill,
        revoke("helper", &[("*", "tickets:write"), ("own", "*")]),
    ];
    assert_eq!(
        json(&changed("ann", &emptied).document, "/roles/helper/grants"),
        ""
    );
}

#[test]
fn a_copy_has_explicit_grants_and_knows_its_base() {
    let source = changed("ann", &[copy("lead", "small-lead")]).document;
    assert_eq!(
        json(&source, "/roles/small-lead"),
        r#"{"label":"Lead","base":"lead","grants":{"agents-only":"people:assign","all":["tickets:read","people:remove","roles:read"]}}"#
    );
    // What `only` keeps to a role of the catalog is not copied.
    let source = changed("ann", &[copy("admin", "all-but-secrets")]).document;
    assert!(!json(&source, "/roles/all-but-secrets").contains("secrets"));
    assert!(!json(&source, "/roles/all-but-secrets").contains("manages"));
}

#[test]
fn labels_come_and_go() {
    let label = |label: Option<&str>, description: Option<&str>| Change::Label {
        role: "reader".to_owned(),
        label: label.map(str::to_owned),
        description: description.map(str::to_owned),
    };
    let both = changed("bob", &[label(Some("R"), Some("D"))]);
    assert!(json(&both.document, "/roles/reader").starts_with(r#"{"label":"R","description":"D""#));
    assert_eq!(both.record.changes.len(), 2);
    assert_eq!(both.record.changes[0].path, "$.tenant.roles.reader.label");
    assert_eq!(both.record.changes[0].before, Some("Reader".into()));
    assert_eq!(both.record.changes[0].after, Some("R".into()));
    assert_eq!(both.impacts, []);
    let source = changed("bob", &[label(Some("R"), None), label(Some(""), None)]).document;
    assert!(json(&source, "/roles/reader").starts_with(r#"{"grants""#));
    refused(
        &policy(),
        "bob",
        &label(Some("Reader"), None),
        RefusedReason::NothingToDo,
        "already",
    );
    refused(
        &policy(),
        "bob",
        &label(Some("a\u{7}"), None),
        RefusedReason::Malformed,
        "control",
    );
}

#[test]
fn a_change_of_a_role_stays_its_own() {
    // `copy-of-copy` copies `copy` until one of the two is changed.
    let before = policy();
    let before = before.model();
    let source = changed("ann", &[grant("copy", &[("all", "tickets:write")])]).document;
    let after = source.model();
    let held = |model: &Model, id: &str| grants::of_role(model, model.role(id).unwrap());
    assert_eq!(held(before, "copy-of-copy"), held(after, "copy-of-copy"));
    assert_eq!(json(&source, "/roles/copy-of-copy/base"), r#""copy""#);
    assert_eq!(
        json(&source, "/roles/copy"),
        r#"{"clones":"agent","grants":{"all":"tickets:write"}}"#
    );
    assert_eq!(held(after, "copy").len(), held(before, "copy").len() + 1);
    // An edit of a role of the catalog changes no copy of it.
    let source = changed("ann", &[grant("agent", &[("all", "tickets:write")])]).document;
    let after = source.model();
    assert_eq!(held(before, "copy"), held(after, "copy"));
}

#[test]
fn an_editable_role_of_the_catalog_is_edited_and_reset() {
    let source = changed(
        "ann",
        &[
            grant("agent", &[("all", "tickets:write")]),
            revoke("agent", &[("own", "tickets:read")]),
        ],
    )
    .document;
    assert_eq!(
        json(&source, "/edits"),
        r#"{"agent":{"added":{"all":"tickets:write"},"removed":{"own":"tickets:read"}}}"#
    );
    // What was taken away is given again, and so there is no edit of it.
    let again = change(&source, "ann", &grant("agent", &[("own", "tickets:read")]))
        .unwrap()
        .document;
    assert_eq!(
        json(&again, "/edits"),
        r#"{"agent":{"added":{"all":"tickets:write"}}}"#
    );
    let source = change(&source, "ann", &reset("agent")).unwrap().document;
    assert_eq!(source.source().tenant, policy().source().tenant);
}

#[test]
fn a_copy_is_reset_to_what_it_was_copied_from() {
    let source = changed(
        "ann",
        &[
            copy("copy", "third"),
            grant("agent", &[("all", "tickets:read")]),
            grant("third", &[("all", "tickets:write")]),
            reset("third"),
        ],
    );
    // To the catalog's grants, not the tenant's edit of them.
    assert_eq!(
        json(&source.document, "/roles/third/grants"),
        r#"{"own":["tickets:read","tickets:write","tickets:delete"],"all":"tickets:delete"}"#
    );
    refused(
        &policy(),
        "ann",
        &reset("reader"),
        RefusedReason::NothingToDo,
        "not copied",
    );
    refused(
        &policy(),
        "ann",
        &reset("copy"),
        RefusedReason::NothingToDo,
        "already",
    );
}

#[test]
fn a_renamed_role_takes_everything_along() {
    let source = changed("ann", &[rename("copy", "copied")]).document;
    assert_eq!(json(&source, "/roles/copy-of-copy/clones"), r#""copied""#);
    assert_eq!(json(&source, "/directory/service:ci/roles"), r#""copied""#);
    assert_eq!(json(&source, "/retired"), r#"["gone","copy"]"#);
    let bob = |change: &Change| super::change(&policy(), "bob", change).unwrap().document;
    let source = bob(&rename("reader", "viewer"));
    assert_eq!(
        json(&source, "/directory/jo/roles"),
        r#"["agent","viewer@emea"]"#
    );
    assert_eq!(
        json(&source, "/groups"),
        r#"{"g-readers":"viewer","g-bosses":["admin","viewer@emea"]}"#
    );
    refused(
        &source,
        "bob",
        &create("reader"),
        RefusedReason::Retired,
        "belonged",
    );
    refused(
        &source,
        "bob",
        &rename("reader", "x"),
        RefusedReason::Unknown,
        "deleted or renamed",
    );
}

#[test]
fn a_deleted_role_leaves_its_holders_without_it() {
    let changed = change(&policy(), "bob", &delete("reader", None)).unwrap();
    let holders = changed
        .removed
        .iter()
        .map(|one| (one.holder.clone(), one.team.as_deref()));
    let emea = Some("emea");
    assert_eq!(
        holders.collect::<Vec<_>>(),
        [
            (Holder::Subject(SubjectKey::new("user", "jo")), emea),
            (Holder::Group("g-bosses".to_owned()), emea),
            (Holder::Group("g-readers".to_owned()), None),
        ]
    );
    assert_eq!(json(&changed.document, "/directory/jo/roles"), r#""agent""#);
    assert_eq!(
        json(&changed.document, "/groups"),
        r#"{"g-bosses":"admin"}"#
    );
    let jo = changed
        .impacts
        .iter()
        .find(|one| one.subject.id == "jo")
        .unwrap();
    assert!(
        jo.lost()
            .any(|lost| lost.to_string() == "tickets:read at all on emea")
    );
    assert_eq!(jo.gained().count(), 0);
}

#[test]
fn the_holders_of_a_deleted_role_get_another() {
    let changed = change(&policy(), "bob", &delete("reader", Some("copy"))).unwrap();
    assert_eq!(
        json(&changed.document, "/directory/jo/roles"),
        r#"["agent","copy@emea"]"#
    );
    assert_eq!(
        json(&changed.document, "/groups"),
        r#"{"g-readers":"copy","g-bosses":["admin","copy@emea"]}"#
    );
    // A holder of the other role goes on holding it once.
    let changed = change(&policy(), "ann", &delete("copy", Some("agent"))).unwrap();
    assert_eq!(
        json(&changed.document, "/directory/service:ci/roles"),
        r#""agent""#
    );
    assert_eq!(
        json(&changed.document, "/roles/copy-of-copy/base"),
        r#""agent""#
    );
}

#[test]
fn all_but_the_tenant_stays_as_written() {
    let done = change(&policy(), "ann", &create("helper")).unwrap();
    let text = done.document.text();
    let (catalog, _) = POLICY.split_once("\"tenant\"").unwrap();
    assert!(text.starts_with(catalog));
    assert_eq!(done.record.policy.after, Digest::of(text.as_bytes()));
    assert_eq!(done.record.policy.before, Digest::of(POLICY.as_bytes()));
    assert_eq!(done.record.target.role.as_deref(), Some("helper"));
    assert_eq!(Document::load(text).unwrap(), done.document);
}
