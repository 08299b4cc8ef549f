//! What finding a route costs, among few and among many.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should say so and stop"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use portcullis_gate::{
    Ambiguities, CanonicalPath,
    routes::{Access, OnConditional, PathPattern, Route, Routes},
};

fn table(count: usize) -> Routes {
    let routes = (0..count).map(|number| Route {
        methods: vec!["GET".to_owned()],
        host: None,
        path: PathPattern::parse(&format!("/v1/resource-{number:04}/{{id}}/items")).unwrap(),
        access: Access::Public,
        attributes: Vec::new(),
        conditional: OnConditional::Deny,
        allow: Ambiguities::NONE,
        cors: None,
    });
    Routes::new(routes.collect()).unwrap()
}

/// The last of each table: its cost must not grow with what stands before it.
fn router(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gate/route");
    for count in [10_usize, 100, 1_000] {
        let table = table(count);
        let target = format!("/v1/resource-{:04}/i-1/items", count.saturating_sub(1));
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
