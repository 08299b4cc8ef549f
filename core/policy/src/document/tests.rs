//! Tests of documents.

use super::*;
use crate::compilations_in;

const HELPDESK: &str = include_str!("../../tests/helpdesk.json");

#[test]
fn a_document_is_compiled_once() {
    let (document, compilations) = compilations_in(|| Document::load(HELPDESK).unwrap());
    assert_eq!(compilations, 1);
    assert_eq!(document.text(), HELPDESK);
    let (source, model) = Source::load(HELPDESK).unwrap();
    assert_eq!((document.source(), document.model()), (&source, &model));
}

#[test]
fn another_tenant_is_as_if_it_had_been_written() {
    let document = Document::load(HELPDESK).unwrap();
    let mut tenant = document.source().tenant.clone();
    tenant.features.0.clear();
    let (changed, compilations) = compilations_in(|| document.with_tenant(tenant).unwrap());
    assert_eq!(compilations, 1);
    assert_ne!(changed.text(), document.text());
    assert_eq!(changed, Document::load(changed.text()).unwrap());
}

#[test]
fn a_tenant_that_does_not_compile_is_refused() {
    let document = Document::load(HELPDESK).unwrap();
    let mut tenant = document.source().tenant.clone();
    tenant.features.0.push("analytics".into());
    let refused = document.with_tenant(tenant).unwrap_err();
    assert!(
        refused.to_string().contains("`analytics` appears twice"),
        "{refused}"
    );
}
