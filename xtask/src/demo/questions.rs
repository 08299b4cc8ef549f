//! The questions that the demo asks, each with the answer that it must get.

use serde_json::{Value, json};

/// A request, in words too.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) who: &'static str,
    pub(super) asks: &'static str,
    pub(super) request: Value,
    /// The effect and the reason that the answer must have.
    pub(super) expected: (&'static str, &'static str),
}

/// Returns the questions, in the order in which a newcomer should read them.
pub(super) fn questions() -> Vec<Question> {
    let of_jo = json!({ "owner": "sam", "creator": "sam", "assignees": ["jo"], "user": [], "teams": ["emea"] });
    let of_sam = json!({ "owner": "sam", "creator": "sam", "assignees": ["sam"], "user": [], "teams": ["emea"] });
    vec![
        Question {
            who: "ada, admin",
            asks: "delete sam's interaction",
            request: request("ada", "admin", "delete", "interactions", &of_sam),
            expected: ("allow", "granted"),
        },
        Question {
            who: "ari, auditor",
            asks: "read sam's interaction",
            request: request("ari", "auditor", "read", "interactions", &of_sam),
            expected: ("allow", "granted"),
        },
        Question {
            who: "ari, auditor",
            asks: "change sam's interaction",
            request: request("ari", "auditor", "write", "interactions", &of_sam),
            expected: ("deny", "not-granted"),
        },
        Question {
            who: "jo, agent",
            asks: "read an interaction assigned to jo",
            request: request("jo", "agent", "read", "interactions", &of_jo),
            expected: ("allow", "granted"),
        },
        Question {
            who: "jo, agent",
            asks: "read sam's interaction",
            request: request("jo", "agent", "read", "interactions", &of_sam),
            expected: ("deny", "out-of-scope"),
        },
        Question {
            who: "jo, agent",
            asks: "read an interaction of which the edge knows only the id",
            request: request("jo", "agent", "read", "interactions", &json!({})),
            expected: ("conditional", "conditional"),
        },
        Question {
            who: "lee, light team lead of emea",
            asks: "read sam's interaction, which is emea's",
            request: with(
                request("lee", "light-team-lead", "read", "interactions", &of_sam),
                "/subject/properties/teams",
                json!(["emea"]),
            ),
            expected: ("allow", "granted"),
        },
        Question {
            who: "ari, auditor",
            asks: "read an evaluation",
            request: request("ari", "auditor", "read", "quality.evaluations", &of_sam),
            expected: ("deny", "feature-disabled"),
        },
        Question {
            who: "ari, auditor",
            asks: "read an evaluation, once the customer has bought quality",
            request: with(
                request("ari", "auditor", "read", "quality.evaluations", &of_sam),
                "/context/features",
                json!(["interactions", "quality"]),
            ),
            expected: ("allow", "granted"),
        },
    ]
}

fn request(id: &str, role: &str, action: &str, module: &str, properties: &Value) -> Value {
    json!({
        "subject": { "type": "user", "id": id, "properties": { "roles": [role] } },
        "action": { "name": action },
        "resource": { "type": module, "id": "i-1", "properties": properties },
    })
}

// Sets the member that a JSON pointer names, making the objects on the way.
fn with(mut request: Value, pointer: &str, value: Value) -> Value {
    let mut place = &mut request;
    for member in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        let Value::Object(members) = place else {
            return request;
        };
        place = members.entry(member).or_insert(Value::Null);
    }
    *place = value;
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_answer_is_asked_for() {
        let questions = questions();
        for (effect, reason) in [
            ("allow", "granted"),
            ("deny", "not-granted"),
            ("deny", "out-of-scope"),
            ("deny", "feature-disabled"),
            ("conditional", "conditional"),
        ] {
            assert!(
                questions.iter().any(|q| q.expected == (effect, reason)),
                "{reason}"
            );
        }
    }

    #[test]
    fn a_member_is_set_beside_its_siblings() {
        let changed = with(json!({ "a": { "b": 1 } }), "/a/c", json!(2));
        assert_eq!(changed, json!({ "a": { "b": 1, "c": 2 } }));
        assert_eq!(
            with(json!({}), "/x/y", json!([])),
            json!({ "x": { "y": [] } })
        );
    }
}
