//! What `cargo xtask count` counts the instructions of.
//!
//! `counted FOLDER` writes the inputs into a folder and prints the names of what can be counted;
//! `counted FOLDER NAME` does it so many times and prints how many. Only the instructions below
//! [`measured_region`] count.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot run should say so and stop"
)]

use std::{env, fs, hint::black_box, path::Path};

use portcullis_benches::{Asked, Door, Fixture, NOW, Scale, Sender};
use portcullis_engine::{Policy, SignedBundle, UnixSeconds};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [folder] => prepare(folder.as_ref()),
        [folder, name] => {
            let (what, which) = name.split_once('/').unwrap();
            println!("{}", count(what, which, folder.as_ref()));
        }
        _ => panic!("usage: counted FOLDER [NAME]"),
    }
}

fn prepare(folder: &Path) {
    for scale in SCALES {
        fs::write(folder.join(scale.name()), Fixture::new(scale).bundle).unwrap();
    }
    fs::write(folder.join(GATE), Door::bundle()).unwrap();
    for what in ["decide", "session", "open", "snapshot"] {
        for scale in SCALES {
            println!("{what}/{}", scale.name());
        }
    }
    println!("judge/headers\njudge/token");
}

/// Does one thing so often, and returns how often.
fn count(what: &str, which: &str, folder: &Path) -> u32 {
    let read = |file: &str| fs::read(folder.join(file)).unwrap();
    if what == "judge" {
        let sender = match which {
            "headers" => Sender::Headers,
            "token" => Sender::Token,
            other => panic!("no sender `{other}`"),
        };
        let mut door = Door::new(sender, read(GATE));
        return repeat(100, &mut || drop(black_box(door.judge())));
    }
    let scale = SCALES
        .into_iter()
        .find(|scale| scale.name() == which)
        .unwrap();
    let fixture = Fixture::with_bundle(scale, read(scale.name()));
    let policy = fixture.policy();
    fixture.lend(Asked::Mine, |subject, question| match what {
        "decide" => repeat(100, &mut || {
            let decision = policy.decide(
                black_box(subject),
                black_box(&fixture.permission),
                black_box(question),
            );
            let _ = black_box(decision);
        }),
        "session" => repeat(100, &mut || {
            drop(black_box(policy.session(black_box(subject), LATE, NOW)));
        }),
        "snapshot" => {
            let session = policy.session(subject, LATE, NOW).unwrap();
            repeat(10, &mut || {
                let visible = black_box(&session).visible(NOW).unwrap();
                drop(black_box(visible.to_json()));
            })
        }
        "open" => {
            let trust = fixture.trust();
            repeat(3, &mut || {
                let bundle = SignedBundle::new(fixture.bundle.clone()).verify(&trust, NOW);
                drop(black_box(bundle.map(Policy::from).unwrap()));
            })
        }
        other => panic!("nothing is called `{other}`"),
    })
}

fn repeat(times: u32, call: &mut dyn FnMut()) -> u32 {
    // The first time fills what is kept for the next.
    call();
    measured_region(times, call);
    times
}

/// The region that is counted: callgrind switches on where it is entered, off where it is left.
#[inline(never)]
fn measured_region(times: u32, call: &mut dyn FnMut()) {
    for _ in 0..times {
        call();
    }
}

const SCALES: [Scale; 2] = [Scale::Small, Scale::Large];

/// The file of the gate's bundle.
const GATE: &str = "gate";

/// A time far behind the bundle's end.
const LATE: UnixSeconds = UnixSeconds(u64::MAX);
