//! A table of routes, of which one is to be found.

use portcullis_gate::{
    Ambiguities,
    routes::{Access, OnConditional, PathPattern, Route, Routes},
};

/// Returns a table of that many routes, alike but for one literal.
///
/// # Panics
///
/// Never: no two of them match the same paths.
#[must_use]
#[expect(clippy::expect_used, reason = "the routes are sound and distinct")]
pub fn routes(count: usize) -> Routes {
    let routes = (0..count).map(|number| Route {
        methods: vec!["GET".to_owned()],
        host: None,
        tenant_host: None,
        path: PathPattern::parse(&format!("/v1/resource-{number:04}/{{id}}/items"))
            .expect("a path"),
        access: Access::Public,
        attributes: Vec::new(),
        conditional: OnConditional::Deny,
        allow: Ambiguities::NONE,
        token_in_query: false,
        cors: None,
    });
    Routes::new(routes.collect()).expect("no two alike")
}

/// Returns a path that takes the route of that number.
#[must_use]
pub fn target(number: usize) -> String {
    format!("/v1/resource-{number:04}/i-1/items")
}
