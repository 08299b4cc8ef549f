//! Answers in words: what `portcullis decide` prints, as a newcomer would say it.

use serde_json::Value;

use crate::demo::questions::Question;

/// Returns a row for each question: who, what, the answer and why.
pub(super) fn rows(questions: &[Question], answers: &[Value]) -> Vec<[String; 4]> {
    questions
        .iter()
        .zip(answers)
        .map(|(question, answer)| {
            let (verdict, why) = words(answer);
            [
                question.who.to_owned(),
                question.asks.to_owned(),
                verdict,
                why,
            ]
        })
        .collect()
}

/// Returns what differs from the answers that the questions must get.
pub(super) fn surprises(questions: &[Question], answers: &[Value]) -> Vec<String> {
    let mut surprises = Vec::new();
    if questions.len() != answers.len() {
        surprises.push(format!(
            "{} questions got {} answers",
            questions.len(),
            answers.len()
        ));
    }
    for (question, answer) in questions.iter().zip(answers) {
        let got = (text(answer, "effect"), text(answer, "reason"));
        if got != question.expected {
            let (effect, reason) = question.expected;
            surprises.push(format!(
                "{}: {}: expected {effect} ({reason}), got {answer}",
                question.who, question.asks
            ));
        }
    }
    surprises
}

fn words(answer: &Value) -> (String, String) {
    let effect = text(answer, "effect").to_owned();
    let why = match text(answer, "reason") {
        "granted" => format!(
            "role {}, scope {}",
            text(answer, "role"),
            text(answer, "scope")
        ),
        "conditional" => format!("only if {}", condition(member(answer, "residual"))),
        "not-granted" => "no role of theirs grants it".to_owned(),
        "out-of-scope" => "their role has it, but only in a scope that this is not in".to_owned(),
        "feature-disabled" => {
            let missing = list(member(answer, "features"), " and ");
            format!("this customer has not enabled {missing}")
        }
        other => other.to_owned(),
    };
    (effect, why)
}

/// Returns a residual in words: the filter that the origin must apply.
fn condition(residual: Option<&Value>) -> String {
    let any = residual.and_then(|residual| array(residual, "any"));
    let all = |conjunction: &Value| {
        let atoms = array(conjunction, "all").unwrap_or_default();
        atoms.iter().map(atom).collect::<Vec<_>>().join(" and ")
    };
    any.unwrap_or_default()
        .iter()
        .map(all)
        .collect::<Vec<_>>()
        .join(", or ")
}

fn atom(atom: &Value) -> String {
    let attribute = atom.get("attribute").and_then(Value::as_str).unwrap_or("?");
    let known = [
        ("in", "includes"),
        ("not_in", "does not include"),
        ("within", "is within"),
        ("is", "is"),
    ];
    known
        .iter()
        .find_map(|(member, verb)| {
            let constants = list(atom.get(member), " or ");
            (!constants.is_empty()).then(|| format!("{attribute} {verb} {constants}"))
        })
        .unwrap_or_else(|| atom.to_string())
}

fn list(value: Option<&Value>, between: &str) -> String {
    match value {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(between),
        _ => String::new(),
    }
}

fn array<'a>(value: &'a Value, member: &str) -> Option<&'a [Value]> {
    value.get(member)?.as_array().map(Vec::as_slice)
}

fn member<'a>(answer: &'a Value, member: &str) -> Option<&'a Value> {
    answer.get("context")?.get(member)
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    member(answer, name).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(context: &Value) -> (String, String) {
        words(&json!({ "decision": false, "context": context }))
    }

    #[test]
    fn each_reason_has_words() {
        let check = |context: Value, effect: &str, why: &str| {
            assert_eq!(said(&context), (effect.to_owned(), why.to_owned()));
        };
        check(
            json!({ "effect": "allow", "reason": "granted", "role": "agent", "scope": "own" }),
            "allow",
            "role agent, scope own",
        );
        check(
            json!({ "effect": "deny", "reason": "feature-disabled", "features": ["a", "b"] }),
            "deny",
            "this customer has not enabled a and b",
        );
        check(
            json!({ "effect": "deny", "reason": "unknown-permission" }),
            "deny",
            "unknown-permission",
        );
    }

    #[test]
    fn a_filter_has_words() {
        let residual = json!({ "any": [
            { "all": [{ "attribute": "owner", "in": ["jo", "lee"] }] },
            { "all": [
                { "attribute": "assignees", "is": "absent" },
                { "attribute": "teams", "within": ["emea"] },
                { "attribute": "user", "not_in": ["sam"] },
            ] },
        ] });
        let context =
            json!({ "effect": "conditional", "reason": "conditional", "residual": residual });
        assert_eq!(
            said(&context).1,
            "only if owner includes jo or lee, or assignees is absent and teams is within emea \
             and user does not include sam"
        );
    }

    #[test]
    fn a_wrong_or_missing_answer_is_a_surprise() {
        let questions = crate::demo::questions::questions();
        let right = |question: &Question| {
            let (effect, reason) = question.expected;
            json!({ "context": { "effect": effect, "reason": reason } })
        };
        let mut answers: Vec<Value> = questions.iter().map(right).collect();
        assert!(surprises(&questions, &answers).is_empty());
        answers[0] = json!({ "context": { "effect": "deny", "reason": "not-granted" } });
        assert_eq!(surprises(&questions, &answers).len(), 1);
        answers.pop();
        assert_eq!(surprises(&questions, &answers).len(), 2);
    }
}
