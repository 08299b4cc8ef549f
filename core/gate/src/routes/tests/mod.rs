//! Which route a request takes.

mod conflicts;
mod oracle;
mod parts;
mod readings;
mod written;

use alloc::{format, string::String, vec, vec::Vec};
use std::{collections::BTreeSet, path::Path};

use proptest::prelude::*;

use super::*;
use crate::path::{Ambiguities, Ambiguity, CanonicalPath};

pub(crate) fn route(method: &str, path: &str) -> Route {
    let (host, path) = match path.split_once('/') {
        Some(("", _)) | None => (None, path.into()),
        Some((host, rest)) => (HostPattern::parse(host).ok(), format!("/{rest}")),
    };
    Route {
        methods: method.split(' ').map(String::from).collect(),
        host,
        tenant_host: None,
        path: PathPattern::parse(&path).unwrap(),
        access: Access::Permission(format!("{method}:{path}")),
        attributes: Vec::new(),
        conditional: OnConditional::Deny,
        allow: Ambiguities::NONE,
        token_in_query: false,
        cors: None,
    }
}

fn routes(lines: &[&str]) -> Vec<Route> {
    let split = lines.iter().map(|line| {
        line.split_once(" /").map_or_else(
            || {
                line.rsplit_once(' ')
                    .map(|(method, path)| route(method, path))
            },
            |(method, path)| Some(route(method, &format!("/{path}"))),
        )
    });
    split.map(Option::unwrap).collect()
}

/// Asks with `METHOD AUTHORITY TARGET`; expects a route's name, `?` after it for a lookalike,
/// `~` for one by a suffix, `%` for an encoded literal, `!` where the request is ambiguous.
fn check(table: &Routes, request: &str, expected: &str) {
    let parts: Vec<&str> = request.split(' ').collect();
    let path = CanonicalPath::parse(parts[2].as_bytes()).unwrap();
    let found = table.find(parts[0].as_bytes(), parts[1].as_bytes(), &path);
    let name = found.map_or_else(String::new, |found| {
        let mark = |kind, mark| if found.lookalikes.has(kind) { mark } else { "" };
        let [folded, suffix, encoded] = [
            mark(Ambiguity::Lookalike, "?"),
            mark(Ambiguity::LookalikeSuffix, "~"),
            mark(Ambiguity::EncodedLiteral, "%"),
        ];
        let rival = if found.rival.is_some() { "!" } else { "" };
        format!("{}{folded}{suffix}{encoded}{rival}", found.route.name())
    });
    assert_eq!(name, expected, "{request}");
}

#[test]
fn the_narrower_goes_first() {
    let table = Routes::new(routes(&[
        "GET /",
        "GET /a",
        "GET /a/{id}",
        "GET /a/me",
        "DELETE /a/{id}",
        "GET /a/{id}/c",
        "GET /a/b/{x}/d",
        "GET /a/{rest...}",
        "GET /{any...}",
        "* /a/me/x",
        "HEAD /h",
        "GET /h",
        "GET HEAD /g",
        "GET api.example.com/a",
        "GET *.example.com/a",
        "GET api.example.com/{x}",
        "GET */anywhere",
        "GET */a",
    ]))
    .unwrap();
    for (request, expected) in [
        ("GET c.example.com /", "GET /"),
        ("GET c.example.com /a", "GET *.example.com/a"),
        ("HEAD c.example.com /a", "GET *.example.com/a"),
        ("HEAD c.example.com /h", "HEAD /h"),
        ("GET c.example.com /a/me", "GET /a/me"),
        ("GET c.example.com /a/%6de", "GET /a/me"),
        ("DELETE c.example.com /a/me", "DELETE /a/{id}"),
        ("GET c.example.com /a/x", "GET /a/{id}"),
        ("GET c.example.com /a/x/c", "GET /a/{id}/c"),
        ("GET c.example.com /a/b/c", "GET /a/{id}/c"),
        ("GET c.example.com /a/b/c/d", "GET /a/b/{x}/d"),
        ("GET c.example.com /a/b/c/e", "GET /a/{rest...}"),
        ("PATCH c.example.com /a/me/x", "* /a/me/x"),
        ("OPTIONS c.example.com /a/me/x", "* /a/me/x"),
        ("GET c.example.com /b/c", "GET /{any...}"),
        ("POST c.example.com /b/c", ""),
        ("get c.example.com /a", ""),
        ("GET api.example.com /a", "GET api.example.com/a"),
        ("GET API.example.com.:443 /a", "GET api.example.com/a"),
        ("GET b.example.com /a", "GET *.example.com/a"),
        ("GET c.b.example.com /a", "GET */a"),
        ("GET example.com /a", "GET */a"),
        ("GET example.com /a/me", ""),
        ("GET example.com /anywhere", "GET */anywhere"),
        ("GET b.example.com /a/me", "GET /a/me"),
        ("GET b.example.com /anywhere", "GET /{any...}!"),
        ("GET api.example.com /b", "GET api.example.com/{x}"),
        ("GET api.example.com /a/me", "GET /a/me"),
        ("GET user@api.example.com /a", ""),
        ("GET a..b /a", ""),
        ("GET a:b /a", ""),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn a_parameter_that_looks_like_a_literal_is_told() {
    let table = Routes::new(routes(&[
        "GET /admin",
        "GET /{page}",
        "GET /x/{r...}",
        "GET /x/y/z",
        "GET /Admin/x",
    ]))
    .unwrap();
    for (request, expected) in [
        ("GET - /admin", "GET /admin"),
        ("GET - /ADMIN", "GET /{page}?"),
        ("GET - /admin.", "GET /{page}?"),
        ("GET - /admin%20.", "GET /{page}?"),
        ("GET - /%20admin", "GET /{page}?"),
        ("GET - /admin%C2%A0", "GET /{page}?"),
        ("GET - /%E2%80%8Badmin%EF%BB%BF", "GET /{page}?"),
        ("GET - /ad%C2%ADmin", "GET /{page}?"),
        ("GET - /adm%C4%B1n", "GET /{page}?"),
        ("GET - /%EF%BD%81dmin%E3%80%80", "GET /{page}?"),
        ("GET - /admins", "GET /{page}"),
        ("GET - /x/Y/z", "GET /x/{r...}?"),
        ("GET - /x/y/Z", "GET /x/{r...}?"),
        ("GET - /x/y", "GET /x/{r...}"),
        ("GET - /admin/x", ""),
        ("GET - /Admin/x", "GET /Admin/x"),
        ("POST - /ADMIN", ""),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn a_segment_that_is_a_literal_but_for_a_suffix_is_noticed() {
    let table = Routes::new(routes(&[
        "GET /export",
        "GET /{page}",
        "GET /a/{id}",
        "GET /a/me",
        "GET /a/me.vcf",
        "GET /a/{id}/c",
        "GET /a/me/c",
        "GET /x/{r...}",
        "GET /x/y/z",
        "* /s/{id}",
        "GET /s/t",
        "GET /.well-known",
    ]))
    .unwrap();
    for (request, expected) in [
        ("GET - /export.json", "GET /{page}~"),
        ("GET - /EXPORT.json", "GET /{page}~"),
        ("GET - /export~", "GET /{page}~"),
        ("GET - /export::$DATA", "GET /{page}~"),
        ("GET - /export:undelete", "GET /{page}~"),
        ("GET - /export%3bx", "GET /{page}~"),
        ("GET - /export%2ejson", "GET /{page}~"),
        ("GET - /export..json", "GET /{page}~"),
        ("GET - /export%20.json", "GET /{page}~"),
        ("GET - /%20export.json", "GET /{page}~"),
        ("GET - /export%C2%A0.json%E2%80%8B", "GET /{page}~"),
        ("GET - /export.tar.gz", "GET /{page}~"),
        ("GET - /export.", "GET /{page}?"),
        ("GET - /exports.json", "GET /{page}"),
        ("GET - /export-1.json", "GET /{page}"),
        ("GET - /.export", "GET /{page}"),
        ("GET - /.well-known.json", "GET /{page}~"),
        ("GET - /a/me.json", "GET /a/{id}~"),
        ("GET - /a/me.vcf", "GET /a/me.vcf"),
        ("GET - /a/me.vcf.json", "GET /a/{id}~"),
        ("GET - /a/me/c~", ""),
        ("GET - /a/me.json/c", "GET /a/{id}/c~"),
        ("GET - /x/y/z.json", "GET /x/{r...}~"),
        ("GET - /x/y.json/z", "GET /x/{r...}~"),
        ("GET - /x/y.json", "GET /x/{r...}"),
        ("GET - /s/t.json", "* /s/{id}~"),
        ("POST - /s/t.json", "* /s/{id}"),
        ("POST - /export.json", ""),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn a_suffix_tells_nothing_where_both_routes_answer_alike() {
    let mut all = routes(&["GET /export", "GET /{page}"]);
    all[0].access = all[1].access.clone();
    let table = Routes::new(all).unwrap();
    check(&table, "GET - /export.json", "GET /{page}");
}
