//! A slice answers its audience as the whole does.

use std::collections::BTreeMap;

use portcullis_engine::{Policy, UnixSeconds};
use portcullis_policy::authzen::Subject;
use portcullis_policy::slice::Audience;
use serde_json::Value;

use crate::open::{NOW, Whole, cut, examples, open_slice, whole};
use crate::random::{Random, RequestGenerator, answer, policy, questions, snapshot};

#[test]
fn slices_of_random_policies_agree_with_the_whole() {
    let wanted = questions(6_000);
    let mut tally = Tally::default();
    for seed in 0.. {
        let mut random = Random::new(seed);
        let whole = whole(&policy(&mut random));
        tally.compare(&whole, &mut random, 6, 10);
        if tally.questions >= wanted {
            break;
        }
    }
    tally.tell("random policies");
}

#[test]
fn slices_of_the_examples_agree_with_the_whole() {
    let wanted = questions(4_000);
    let examples = examples();
    let share = wanted.div_ceil(examples.len());
    for (seed, (name, text)) in (0..).zip(&examples) {
        let mut tally = Tally::default();
        let whole = whole(text);
        let mut random = Random::new(seed);
        while tally.questions < share {
            tally.compare(&whole, &mut random, 1, 40);
        }
        tally.tell(name);
    }
}

#[derive(Default)]
struct Tally {
    questions: usize,
    slices: usize,
    answers: BTreeMap<String, usize>,
}

impl Tally {
    fn compare(&mut self, whole: &Whole, random: &mut Random, slices: usize, each: usize) {
        let generator = RequestGenerator::new(&whole.model);
        let available = whole.model.roles.iter().filter(|role| role.available);
        let roles = available.map(|role| role.id.clone()).collect::<Vec<_>>();
        if roles.is_empty() {
            return;
        }
        for _ in 0..slices {
            self.of_roles(whole, &generator, random, &roles, each);
            self.of_subject(whole, &generator, random, each);
        }
    }

    fn of_roles(
        &mut self,
        whole: &Whole,
        generator: &RequestGenerator<'_>,
        random: &mut Random,
        roles: &[String],
        each: usize,
    ) {
        let mut audience = random.some(roles, 40);
        audience.push(random.pick(roles).clone());
        audience.sort();
        audience.dedup();
        let slice = open_slice(cut(&whole.policy, &Audience::Roles(audience.clone())));
        self.slices += 1;
        for _ in 0..each {
            let subject = generator.subject(random, &audience, false);
            self.ask(&whole.policy, &slice, generator, random, subject);
        }
    }

    fn of_subject(
        &mut self,
        whole: &Whole,
        generator: &RequestGenerator<'_>,
        random: &mut Random,
        each: usize,
    ) {
        let all = whole.model.roles.iter().map(|role| role.id.clone());
        let few = random.some(&all.collect::<Vec<_>>(), 30);
        let subject = generator.subject(random, &few, true);
        let slice = open_slice(cut(&whole.policy, &Audience::Subject(subject.clone())));
        self.slices += 1;
        for _ in 0..each {
            let mut subject = subject.clone();
            generator.describe(random, &mut subject);
            self.ask(&whole.policy, &slice, generator, random, subject);
        }
    }

    fn ask(
        &mut self,
        whole: &Policy,
        slice: &Policy,
        generator: &RequestGenerator<'_>,
        random: &mut Random,
        subject: Subject,
    ) {
        let request = generator.question(random, subject);
        // While it holds, the slice goes on as the whole does, whatever ends in the meantime.
        let now = TIMES[self.questions % TIMES.len()];
        let (whole, slice) = (whole.at(now), slice.at(now));
        let (whole, slice) = if random.chance(30) {
            let fewer = generator.features(random);
            // What had ended before the slice was cut is not in it.
            let on = |name: &&str| whole.enabled_features().any(|own| own == *name);
            let fewer = fewer.iter().map(String::as_str).filter(on);
            let fewer = fewer.collect::<Vec<_>>();
            (whole.with_features(&fewer), slice.with_features(&fewer))
        } else {
            (whole.into_owned(), slice.into_owned())
        };
        let (expected, got) = (answer(&whole, &request), answer(&slice, &request));
        let reason = agree(&expected, &got).unwrap_or_else(|| {
            panic!("{request:#?}\nwhole {expected}\nslice {got}");
        });
        let (of_whole, of_slice) = (
            snapshot(&whole, &request.subject, now),
            snapshot(&slice, &request.subject, now),
        );
        assert_eq!(of_whole, of_slice, "{:#?}", request.subject);
        self.questions += 1;
        *self.answers.entry(reason).or_default() += 1;
    }

    fn tell(&self, name: &str) {
        let Self {
            questions,
            slices,
            answers,
        } = self;
        println!("{name}: {questions} questions to {slices} slices agree: {answers:?}");
        // A run that never sees an allowance or a filter shows nothing, unless it is short.
        let short = *questions < 400;
        for reason in ["granted", "conditional", "out-of-scope", "not-granted"] {
            assert!(
                short || answers.get(reason).is_some_and(|count| *count > 10),
                "{name}: {reason}"
            );
        }
    }
}

const TIMES: [UnixSeconds; 4] = [
    NOW,
    UnixSeconds(1_199),
    UnixSeconds(1_200),
    UnixSeconds(1_500),
];

/// Returns the whole's reason if the slice's answer is as it must be.
fn agree(expected: &str, got: &str) -> Option<String> {
    let reason = |answer: &str| {
        let answer: Value = serde_json::from_str(answer).unwrap();
        answer["reason"].as_str().unwrap().to_owned()
    };
    let (of_whole, of_slice) = (reason(expected), reason(got));
    let hidden = matches!(of_whole.as_str(), "feature-disabled" | "not-granted");
    let agrees = expected == got
        || (hidden && of_slice == "unknown-permission")
        // Which features are missing, a slice may not know.
        || (of_whole == "feature-disabled" && of_slice == of_whole);
    agrees.then_some(of_whole)
}
