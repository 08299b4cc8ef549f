//! One encoding only: what is a byte too long anywhere is refused, by that name.

use portcullis_engine::{RejectedBundle, pre_authentication_encoding};
use portcullis_tests::bundles::{self, NOW};

use crate::{
    craft::{self, open, signature},
    layout,
};

#[test]
fn the_tree_writes_the_payload_that_it_was_read_from() {
    let payload = craft::payload();
    assert_eq!(layout::parse(&payload).encode(), payload);
    assert!(open(&craft::signed(&payload), &bundles::trust(), NOW).is_ok());
}

#[test]
fn an_over_long_varint_is_refused_at_every_place_of_the_payload() {
    let tree = layout::parse(&craft::payload());
    let (_, count) = tree.encode_over_long(usize::MAX);
    assert!(count > 250, "only {count} varints");
    for at in 0..count {
        let (payload, _) = tree.encode_over_long(at);
        let opened = open(&craft::signed(&payload), &bundles::trust(), NOW);
        assert_eq!(
            opened.err(),
            Some(RejectedBundle::NotCanonical),
            "varint {at}"
        );
    }
}

#[test]
fn an_over_long_varint_is_refused_in_the_envelope() {
    let bundle = craft::signed(&craft::payload());
    let signed = pre_authentication_encoding(&craft::payload());
    let mut length = Vec::new();
    craft::number(&mut length, signed.len());
    let count_at = 5 + length.len() + signed.len();
    for last in [5 + length.len() - 1, count_at] {
        let mut over_long = bundle.clone();
        over_long[last] |= 0x80;
        over_long.insert(last + 1, 0);
        let opened = open(&over_long, &bundles::trust(), NOW);
        assert_eq!(
            opened.err(),
            Some(RejectedBundle::NotCanonical),
            "byte {last}"
        );
    }
}

#[test]
fn trailing_bytes_are_refused() {
    let payload = craft::payload();
    for more in [&[0_u8][..], b"x", &[0; 72], &[0; 200]] {
        let mut bundle = craft::signed(&payload);
        bundle.extend_from_slice(more);
        let opened = open(&bundle, &bundles::trust(), NOW);
        assert_eq!(
            opened.err(),
            Some(RejectedBundle::NotCanonical),
            "after the envelope"
        );

        let longer = [payload.as_slice(), more].concat();
        let opened = open(&craft::signed(&longer), &bundles::trust(), NOW);
        assert_eq!(
            opened.err(),
            Some(RejectedBundle::NotCanonical),
            "after the payload"
        );
    }
}

#[test]
fn a_signature_that_is_not_counted_is_not_read() {
    let message = pre_authentication_encoding(&craft::payload());
    let mut bundle = craft::signed(&craft::payload());
    bundle.extend_from_slice(&signature(2, &message));
    let opened = open(&bundle, &bundles::trust(), NOW);
    assert_eq!(opened.err(), Some(RejectedBundle::NotCanonical));
}

#[test]
fn the_length_within_the_pre_authentication_encoding_has_one_form() {
    let payload = craft::payload();
    let good = pre_authentication_encoding(&payload);
    let right = format!(" {} ", payload.len());
    let place = 6 + 1 + 2 + 1 + 36;
    assert_eq!(&good[place..place + right.len()], right.as_bytes());
    for wrong in [
        format!(" 0{} ", payload.len()),
        format!(" +{} ", payload.len()),
        format!(" {} ", payload.len() + 1),
        format!(" {} ", payload.len() - 1),
        format!("  {} ", payload.len()),
        format!(" {}  ", payload.len()),
        "  ".to_owned(),
    ] {
        let mut message = good.clone();
        message.splice(place..place + right.len(), wrong.bytes());
        let bundle = craft::envelope(&message, &[signature(1, &message)]);
        let opened = open(&bundle, &bundles::trust(), NOW);
        assert_eq!(
            opened.err(),
            Some(RejectedBundle::MalformedPayload),
            "`{wrong}`"
        );
    }
}
