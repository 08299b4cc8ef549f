//! Every engine answers random questions about random policies with the same bytes.

use std::collections::BTreeMap;

use portcullis_engine::{Policy, SignedBundle, UnixSeconds};
use portcullis_host::pack;
use portcullis_policy::authzen::Request;
use portcullis_random::{
    policies::RandomPolicy,
    requests::RequestGenerator,
    tape::{self, Tape},
};
use portcullis_reference::Reference;
use portcullis_tests::{
    bundles::{self, NOW},
    engines::{Answers, EngineName, Loaded, is_malformed, reference},
    places,
};
use proptest::{prop_assert, prop_assert_eq, proptest, test_runner::TestCaseError};
use serde_json::Value;

use crate::settings::{Choices, cases_of, choices, many_choices};

proptest! {
    #![proptest_config(cases_of(QUESTIONS, POLICIES))]

    #[test]
    fn random_policies_answer_alike_on_every_engine(
        policy in choices(900),
        questions in many_choices(140, QUESTIONS),
    ) {
        let policy = RandomPolicy::new(&mut policy.tape());
        let trio = Trio::open(&policy.json);
        let generator = RequestGenerator::new(trio.reference.all_questions(), &policy.aliases);
        for question in questions {
            trio.compare(&generator, &question).map_err(|error| with_policy(error, &policy.json))?;
        }
    }
}

proptest! {
    #![proptest_config(cases_of(QUESTIONS * examples().len(), EXAMPLE_CASES))]

    #[test]
    fn examples_answer_alike_on_every_engine(
        questions in many_choices(160, QUESTIONS),
    ) {
        for (trio, generator) in examples() {
            for question in &questions {
                trio.compare(generator, question)?;
            }
        }
    }
}

#[test]
fn random_questions_reach_every_answer() {
    let mut reached = BTreeMap::<String, usize>::new();
    for seed in 0..200 {
        let bytes = tape::bytes(seed, 3_000);
        let (policy, questions) = bytes.split_at(700);
        let policy = RandomPolicy::new(&mut Tape::new(policy));
        let reference = reference(&policy.json);
        let generator = RequestGenerator::new(reference.all_questions(), &policy.aliases);
        for question in questions.chunks(110) {
            let request = generator.request(&mut Tape::new(question));
            let answer = reference.decide_line(request.to_string().as_bytes());
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let context = &answer["context"];
            let mut reach = |what: &str| *reached.entry(what.to_owned()).or_default() += 1;
            reach(context["reason"].as_str().unwrap());
            for (member, what) in [("team", "bound to a team"), ("features", "features named")] {
                if context.get(member).is_some() {
                    reach(what);
                }
            }
            let residual = context["residual"].to_string();
            for test in [
                "\"in\"",
                "not_in",
                "within",
                "present",
                "absent",
                "},{",
                "]},{\"all",
            ] {
                if residual.contains(test) {
                    reach(test);
                }
            }
        }
    }
    assert!(reached.len() >= 15, "{reached:?}");
    assert!(reached.values().all(|times| *times >= 15), "{reached:?}");
}

fn examples() -> &'static [(Trio, RequestGenerator)] {
    static EXAMPLES: std::sync::OnceLock<Vec<(Trio, RequestGenerator)>> =
        std::sync::OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let open = |policy: &str| {
            let trio = Trio::open(policy);
            let generator = RequestGenerator::new(trio.reference.all_questions(), &[]);
            (trio, generator)
        };
        let examples = places::examples();
        examples.iter().map(|(_, policy)| open(policy)).collect()
    })
}

/// One policy on every engine, and the engine's own types beside the host's.
#[derive(Debug)]
struct Trio {
    reference: Reference,
    native: Loaded,
    component: Loaded,
    policy: Policy,
}

impl Trio {
    fn open(policy: &str) -> Self {
        let bundle = bundles::bundle(policy);
        let (trust, now) = (bundles::trust(), NOW);
        let opened = SignedBundle::new(bundle.clone()).verify(&trust.to_trust().unwrap(), now);
        Self {
            reference: reference(policy),
            native: EngineName::Native.open_bundle(&bundle, &trust, now),
            component: EngineName::Component.open_bundle(&bundle, &trust, now),
            policy: Policy::from(opened.unwrap()).at(NOW).into_owned(),
        }
    }

    /// Asks one random question of every engine, in every way in which it can be asked.
    fn compare(
        &self,
        generator: &RequestGenerator,
        question: &Choices,
    ) -> Result<(), TestCaseError> {
        let mut tape = question.tape();
        let request = generator.request(&mut tape);
        let spoilt = tape.chance(6);
        let line = if spoilt {
            generator.spoil(&mut tape, &request)
        } else {
            request.to_string().into_bytes()
        };
        let text = String::from_utf8_lossy(&line).into_owned();
        let expected = self.reference.decide(&line);
        self.same(&expected, |engine| engine.decide(&line), &text)?;
        self.same(
            &self.reference.filter(&line),
            |engine| engine.filter(&line),
            &text,
        )?;
        let subject = request["subject"].to_string().into_bytes();
        let visible = Answers::visible(&self.reference, &subject, None);
        self.same(&visible, |engine| engine.visible(&subject, None), &text)?;
        match self.native.read(&line) {
            Ok(read) => self.compare_ways(&read, &expected, &text),
            Err(_) => Ok(()),
        }
    }

    /// Holds native and component against what the reference says, byte for byte.
    fn same(
        &self,
        expected: &str,
        ask: impl Fn(&dyn Answers) -> String,
        line: &str,
    ) -> Result<(), TestCaseError> {
        let (native, component) = (ask(&self.native), ask(&self.component));
        prop_assert_eq!(&native, &component, "native and component on {}", line);
        if is_malformed(expected) {
            prop_assert!(
                is_malformed(&native),
                "malformed is {line}\nanswered {native}"
            );
        } else {
            prop_assert_eq!(&native, expected, "native and reference on {}", line);
        }
        Ok(())
    }

    /// Asks by packed bytes, by session, by number and for grounds: the answer is the same.
    fn compare_ways(
        &self,
        request: &Request,
        expected: &str,
        line: &str,
    ) -> Result<(), TestCaseError> {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let canonical = expected["context"].to_string();
        let features = request.features.as_deref();
        let packed = pack(request);
        let ask = |loaded: &Loaded| {
            loaded.under(features, |policy| {
                (
                    policy.check(&packed, NOW).unwrap(),
                    policy.check_many(&packed, NOW).unwrap(),
                    policy.explain(request, NOW).unwrap(),
                )
            })
        };
        let (verdict, many, explained) = ask(&self.native);
        prop_assert_eq!(
            &ask(&self.component),
            &(verdict, many.clone(), explained.clone())
        );
        prop_assert_eq!(many, vec![verdict]);
        let names = self.native.policy.names();
        let context = &expected["context"];
        prop_assert_eq!(verdict.effect(), context["effect"].as_str(), "{}", line);
        prop_assert_eq!(verdict.reason(), context["reason"].as_str(), "{}", line);
        let role = verdict
            .role()
            .map(|role| names.roles[usize::from(role)].as_str());
        prop_assert_eq!(role, context["role"].as_str(), "{}", line);
        let bound = verdict.0 & BOUND_TO_A_TEAM != 0;
        prop_assert_eq!(bound, context.get("team").is_some(), "{}", line);
        let scope = verdict
            .scope()
            .map(|scope| names.scopes[usize::from(scope)].as_str());
        prop_assert_eq!(scope, context["scope"].as_str(), "{}", line);
        let grounds: Value = serde_json::from_str(&explained).unwrap();
        prop_assert_eq!(
            grounds["answer"].to_string(),
            canonical.as_str(),
            "{}",
            line
        );
        self.compare_session(request, &canonical, line)
    }

    fn compare_session(
        &self,
        request: &Request,
        canonical: &str,
        line: &str,
    ) -> Result<(), TestCaseError> {
        let features = request.features.as_ref().map(|features| {
            let names: Vec<&str> = features.iter().map(String::as_str).collect();
            self.policy.with_features(&names)
        });
        let policy = features.as_ref().unwrap_or(&self.policy);
        let permission = request.permission();
        let answers = request.ask(|subject, question| {
            let session = policy.session(subject, UnixSeconds(u64::MAX), NOW).unwrap();
            let once = policy.decide(subject, &permission, question);
            let named = session.decide_named(&permission, question, NOW).unwrap();
            let mut answers = vec![once.answer(policy).unwrap(), named.answer(policy).unwrap()];
            if let Some(id) = policy.permission(&permission) {
                let numbered = session.decide(id, question, NOW).unwrap();
                answers.push(numbered.answer(policy).unwrap());
            }
            answers
        });
        for answer in answers.unwrap() {
            prop_assert_eq!(&answer, canonical, "another way to ask {}", line);
        }
        Ok(())
    }
}

fn with_policy(error: TestCaseError, policy: &str) -> TestCaseError {
    TestCaseError::fail(format!("{error}\nof the policy {policy}"))
}

/// The bit of a verdict that says so (`wit/plugin.wit`).
const BOUND_TO_A_TEAM: u64 = 1 << 5;
/// Policies, and questions about each: 10,000 questions in all.
const POLICIES: u32 = 250;
const QUESTIONS: usize = 40;
const EXAMPLE_CASES: u32 = 10;
