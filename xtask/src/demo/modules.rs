//! Visible modules side by side: what `portcullis modules` prints for several roles.

use serde_json::Value;

/// Returns a row for each module that any of three subjects sees, in catalog order.
pub(super) fn rows(snapshots: &[(&str, Value)]) -> Vec<[String; 4]> {
    let mut names: Vec<&str> = Vec::new();
    for (_, snapshot) in snapshots {
        for module in modules(snapshot) {
            let name = text(module, "module");
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
        .into_iter()
        .map(|name| {
            let cell = |place: usize| {
                let snapshot = snapshots.get(place).map(|(_, snapshot)| snapshot);
                snapshot.map_or_else(String::new, |snapshot| cell(snapshot, name))
            };
            [name.to_owned(), cell(0), cell(1), cell(2)]
        })
        .collect()
}

fn cell(snapshot: &Value, name: &str) -> String {
    let Some(module) = modules(snapshot)
        .iter()
        .find(|module| text(module, "module") == name)
    else {
        return "-".to_owned();
    };
    let grants = array(module, "grants");
    let mut actions: Vec<&str> = Vec::new();
    for grant in grants {
        let action = text(grant, "action");
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    if actions.is_empty() {
        return "(see below)".to_owned();
    }
    let said = |action: &&str| said(action, grants);
    actions.iter().map(said).collect::<Vec<_>>().join(" ")
}

// An action at scope `all` needs no narrowing, whatever other scopes it has as well.
fn said(action: &str, grants: &[Value]) -> String {
    let of_action = || {
        grants
            .iter()
            .filter(|grant| text(grant, "action") == action)
    };
    if of_action().any(|grant| text(grant, "scope") == "all" && text(grant, "team").is_empty()) {
        return action.to_owned();
    }
    let scopes: Vec<String> = of_action()
        .map(|grant| match text(grant, "team") {
            "" => text(grant, "scope").to_owned(),
            team => format!("{} in {team}", text(grant, "scope")),
        })
        .collect();
    format!("{action} [{}]", scopes.join(", "))
}

fn modules(snapshot: &Value) -> &[Value] {
    array(snapshot, "modules")
}

fn array<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value
        .get(member)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn grant(action: &str, scope: &str) -> Value {
        json!({ "action": action, "scope": scope })
    }

    #[test]
    fn each_role_has_its_column() {
        let all = json!({ "modules": [
            { "module": "a", "label": "A", "grants": [grant("read", "own"), grant("read", "all"), grant("write", "all")] },
            { "module": "b", "label": "B", "grants": [] },
        ] });
        let some = json!({ "modules": [
            { "module": "a", "label": "A", "grants": [
                grant("read", "own"),
                { "action": "read", "scope": "all", "team": "emea" },
            ] },
        ] });
        let rows = rows(&[("x", all), ("y", some), ("z", json!({ "modules": [] }))]);
        let expected = [
            ["a", "read write", "read [own, all in emea]", "-"],
            ["b", "(see below)", "-", "-"],
        ];
        assert_eq!(rows, expected.map(|row| row.map(str::to_owned)));
    }
}
