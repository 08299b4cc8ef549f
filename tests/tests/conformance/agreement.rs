//! The law of agreement: a filter says of every resource what the decision would say.

use std::collections::BTreeSet;

use portcullis_random::{policies::RandomPolicy, requests::RequestGenerator, tape::Tape};
use portcullis_reference::{Attributes, holds};
use portcullis_tests::engines::{Answers, EngineName};
use proptest::{prop_assert_eq, proptest, test_runner::TestCaseError};
use serde_json::Value;

use crate::settings::{cases_of, choices, many_choices};

proptest! {
    #![proptest_config(cases_of(QUESTIONS, 400))]

    #[test]
    fn a_filter_agrees_with_the_decision_on_every_total_resource(
        policy in choices(900),
        questions in many_choices(160, QUESTIONS),
    ) {
        let policy = RandomPolicy::new(&mut policy.tape());
        let native = EngineName::Native.open(&policy.json);
        let known = portcullis_tests::engines::reference(&policy.json).all_questions();
        let generator = RequestGenerator::new(known, &policy.aliases);
        for question in questions {
            let mut tape = question.tape();
            let partial = generator.request(&mut tape);
            let agreed = agree(native.as_ref(), &generator, &mut tape, &partial);
            agreed.map_err(|error| {
                TestCaseError::fail(format!("{error}\nof the policy {}", policy.json))
            })?;
        }
    }
}

/// Holds what is said of a partial resource against what is said of total ones that extend it.
fn agree(
    engine: &dyn Answers,
    generator: &RequestGenerator,
    tape: &mut Tape<'_>,
    partial: &Value,
) -> Result<(), TestCaseError> {
    let line = partial.to_string().into_bytes();
    let on_partial = context(&engine.decide(&line));
    let on_nothing = context(&engine.filter(&line));
    for _ in 0..3 {
        let total = generator.total(tape, partial);
        let on_total = context(&engine.decide(&total.to_string().into_bytes()));
        for said in [&on_partial, &on_nothing] {
            check(said, &on_total, &total)?;
        }
    }
    Ok(())
}

fn check(said: &Value, on_total: &Value, total: &Value) -> Result<(), TestCaseError> {
    let effect = on_total["effect"].as_str();
    match said["effect"].as_str() {
        Some("conditional") => {
            let allowed = holds(&said["residual"], &resource(total));
            let expected = if allowed { "allow" } else { "deny" };
            prop_assert_eq!(effect, Some(expected), "{} of {}", said, total);
        }
        Some("deny") => prop_assert_eq!(said, on_total, "of {}", total),
        stays => prop_assert_eq!(effect, stays, "{} of {}", said, total),
    }
    Ok(())
}

fn context(answer: &str) -> Value {
    serde_json::from_str::<Value>(answer).unwrap()["context"].take()
}

/// Reads the resource of a total request as the page on requests says.
fn resource(request: &Value) -> Attributes {
    let mut attributes = Attributes::default();
    let resource = &request["resource"];
    attributes.unite("id", set(&resource["id"]));
    for (name, value) in resource["properties"].as_object().unwrap() {
        if !value.is_object() {
            attributes.unite(name, set(value));
        }
    }
    attributes
}

fn set(value: &Value) -> BTreeSet<String> {
    let items = match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let texts = items.iter().map(|item| match item {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.filter(|text| !text.is_empty()).collect()
}

/// How many questions are asked of a policy.
const QUESTIONS: usize = 30;
