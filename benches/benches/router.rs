//! What finding a route costs, among few and among many.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should say so and stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use portcullis_benches::{routes, target};
use portcullis_gate::CanonicalPath;

/// The last of each table: its cost must not grow with the routes before it.
fn router(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gate/route");
    for count in [10_usize, 100, 1_000] {
        let table = routes(count);
        let target = target(count.saturating_sub(1));
        group.bench_with_input(
            BenchmarkId::from_parameter(count),
            &target,
            |bencher, target| {
                bencher.iter(|| {
                    let path = CanonicalPath::parse(black_box(target.as_bytes())).unwrap();
                    table
                        .find(b"GET", b"api.example.com", &path)
                        .map(|found| found.index)
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, router);
criterion_main!(benches);
