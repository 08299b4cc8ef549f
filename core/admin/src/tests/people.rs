//! Who holds a role.

use super::*;

#[test]
fn people_come_and_go() {
    let source = changed(
        "ann",
        &[
            assign("agent", "new"),
            assign("reader@emea", "new"),
            assign("copy", "user:a:b"),
        ],
    )
    .document;
    assert_eq!(
        json(&source, "/directory/new/roles"),
        r#"["agent","reader@emea"]"#
    );
    assert_eq!(json(&source, "/directory/user:a:b/roles"), r#""copy""#);
    let source = change(&source, "ann", &unassign("agent", "new"))
        .unwrap()
        .document;
    let source = change(&source, "ann", &unassign("reader@emea", "user:new"))
        .unwrap()
        .document;
    let source = change(&source, "ann", &unassign("copy", "user:a:b"))
        .unwrap()
        .document;
    assert_eq!(source.source().tenant, policy().source().tenant);
    // Attributes of a person stay when its last role goes.
    let source = change(&policy(), "ann", &unassign("lead", "lea"))
        .unwrap()
        .document;
    assert_eq!(json(&source, "/directory/lea"), r#"{"numbers":"5"}"#);
}

#[test]
fn an_id_with_colons_stays_whole() {
    let id = "f:5d9b-ldap:jdoe";
    let done = change(&policy(), "ann", &assign("agent", id)).unwrap();
    // Written with its type, so that a type `f` declared later does not read it otherwise.
    assert_eq!(
        json(&done.document, "/directory/user:f:5d9b-ldap:jdoe/roles"),
        r#""agent""#
    );
    let person = done.document.model().person("user", id).unwrap();
    assert_eq!(person.roles.len(), 1);
    let jdoe = SubjectKey::new("user", id);
    assert_eq!(done.record.target.subject, Some(jdoe.clone()));
    assert_eq!(done.impacts[0].subject, jdoe);
    for key in [id, "user:f:5d9b-ldap:jdoe"] {
        let back = change(&done.document, "ann", &unassign("agent", key)).unwrap();
        assert_eq!(back.document.source().tenant, policy().source().tenant);
    }
    let typed = POLICY.replacen(
        r#""id": "desk","#,
        r#""id": "desk", "subject_types": ["user", "service", "f"],"#,
        1,
    );
    let typed = change(&Document::load(typed).unwrap(), "ann", &assign("agent", id)).unwrap();
    assert!(
        typed
            .document
            .model()
            .person("f", "5d9b-ldap:jdoe")
            .is_some()
    );
}

#[test]
fn groups_are_mapped_and_unmapped() {
    let mapped = change(&policy(), "ann", &map("g-readers", "copy@emea")).unwrap();
    assert_eq!(
        json(&mapped.document, "/groups/g-readers"),
        r#"["reader","copy@emea"]"#
    );
    // The known members are named, with what they could do before and can after.
    let [jo] = mapped.impacts.as_slice() else {
        panic!("{:?}", mapped.impacts)
    };
    assert_eq!(jo.subject, SubjectKey::new("user", "jo"));
    let gained = jo.gained().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        gained,
        [
            "tickets:delete at all on emea",
            "tickets:delete at own on emea",
            "tickets:read at own on emea",
            "tickets:write at own on emea",
        ]
    );
    let source = change(&mapped.document, "ann", &unmap("g-readers", "copy@emea"))
        .unwrap()
        .document;
    assert_eq!(source.source().tenant, policy().source().tenant);
    let source = change(&policy(), "ann", &unmap("g-readers", "reader"))
        .unwrap()
        .document;
    assert_eq!(json(&source, "/groups/g-readers"), "");
    // A known member is named even if nothing changes for it.
    let mapped = change(&policy(), "ann", &map("g-readers", "agent")).unwrap();
    assert_eq!(mapped.impacts.len(), 1);
    assert_eq!(mapped.impacts[0].before, mapped.impacts[0].after);
}

#[test]
fn features_are_turned_on_and_off() {
    let enable = Change::Enable {
        feature: "quality".to_owned(),
        until: None,
    };
    let disable = Change::Disable {
        feature: "quality".to_owned(),
        until: None,
    };
    let on = change(&policy(), "ann", &enable).unwrap();
    assert_eq!(json(&on.document, "/features"), r#""quality""#);
    let gained = on.impacts.iter().map(|impact| impact.subject.to_string());
    assert_eq!(gained.collect::<Vec<_>>(), ["ann", "bob", "jo"]);
    let off = change(&on.document, "ann", &disable).unwrap().document;
    assert_eq!(off.source().tenant, policy().source().tenant);
    refused(
        &on.document,
        "ann",
        &enable,
        RefusedReason::Duplicate,
        "on already",
    );
    refused(
        &policy(),
        "ann",
        &disable,
        RefusedReason::NothingToDo,
        "off already",
    );
    refused(
        &policy(),
        "cleo",
        &enable,
        RefusedReason::NotAllowed,
        "`plan:change`",
    );
    let unknown = Change::Enable {
        feature: "qualty".to_owned(),
        until: None,
    };
    refused(
        &policy(),
        "ann",
        &unknown,
        RefusedReason::Unknown,
        "did you mean `quality`?",
    );
    let vendor = Actor::vendor("ops");
    let on = apply(&policy(), &vendor, &enable, &[]).unwrap();
    assert_eq!(json(&on.document, "/features"), r#""quality""#);
    let no = apply(&policy(), &vendor, &create("x"), &[]).unwrap_err();
    assert_eq!(no.reason, RefusedReason::NotAllowed);
}
