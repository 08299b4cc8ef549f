//! What a tenant may and may not say.

use super::*;

#[test]
fn more_roles_than_the_limit_are_a_warning() {
    let fewer = BASE.replacen(
        r#""roles": {"#,
        r#""limits": { "custom_roles": 0 }, "roles": {"#,
        1,
    );
    let model = compiled(&fewer);
    let found = model.warnings.iter().map(ToString::to_string);
    let found: Vec<String> = found.filter(|warning| warning.contains("limit")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .starts_with("$.tenant.roles: the tenant has 1 roles of its own, and the limit is 0;")
    );
    assert_eq!(model.custom_roles_max, Some(0));
    // The tenant's own limit, which the vendor sets, comes first.
    let raised = fewer.replacen(
        r#""id": "acme""#,
        r#""id": "acme", "limits": { "custom_roles": 1 }"#,
        1,
    );
    let model = compiled(&raised);
    assert_eq!(model.custom_roles_max, Some(1));
    assert!(
        !model
            .warnings
            .iter()
            .any(|warning| warning.message.contains("limit"))
    );
}

#[test]
fn no_id_or_label_turns_the_text_around_it() {
    for turning in ["\u{202e}", "\u{2066}", "\u{200f}", "\u{61c}", "\\u001b"] {
        let label = format!(r#""clones": "agent", "label": "a{turning}b""#);
        let team =
            format!(r#""id": "acme", "directory": {{ "jo": {{ "roles": "agent@a{turning}b" }} }}"#);
        let person = format!(r#""id": "acme", "directory": {{ "j{turning}o": {{}} }}"#);
        let group = format!(r#""id": "acme", "groups": {{ "g{turning}": "agent" }}"#);
        for (from, to) in [
            (r#""clones": "agent""#, &label),
            (r#""id": "acme""#, &team),
            (r#""id": "acme""#, &person),
            (r#""id": "acme""#, &group),
        ] {
            let errors = errors(&BASE.replacen(from, to, 1));
            assert!(
                errors
                    .iter()
                    .any(|error| error.contains("direction of text")),
                "{to:?}: {errors:?}"
            );
        }
    }
}
