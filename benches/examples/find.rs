//! Finds a route among COUNT routes, TIMES times: `find COUNT TIMES`, to be counted by
//! `valgrind --tool=callgrind`; with 0 times it shows what building the table costs.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot run should say so and stop"
)]

use std::{env, hint::black_box};

use portcullis_benches::{routes, target};
use portcullis_gate::CanonicalPath;

fn main() {
    let mut arguments = env::args()
        .skip(1)
        .map(|text| text.parse::<usize>().unwrap());
    let (count, times) = (arguments.next().unwrap(), arguments.next().unwrap());
    let table = routes(count);
    for time in 0..times {
        let number = time.wrapping_mul(7).checked_rem(count).unwrap();
        let target = target(number);
        let path = CanonicalPath::parse(target.as_bytes()).unwrap();
        let found = table.find(b"GET", b"api.example.com", black_box(&path));
        assert!(found.is_some());
    }
}
