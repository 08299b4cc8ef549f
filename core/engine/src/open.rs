//! Every check between bytes and a bundle, in order.

use alloc::vec::Vec;

use crate::{
    bundle::{Bundle, Header},
    checks::Checks,
    cursor::Cursor,
    envelope::Envelope,
    format::{FORMAT, NONCE_BYTES, Payload, read_whole},
    grammar::{is_name, is_value},
    ids::UnixSeconds,
    index::{Span, Tables},
    rejection::RejectedBundle,
    signature::VerifySignature,
    trust::{SliceUse, Trust, TrustedKey},
};

pub(crate) fn open(
    bytes: Vec<u8>,
    trust: &Trust,
    now: UnixSeconds,
    made: impl VerifySignature,
) -> Result<Bundle, RejectedBundle> {
    if bytes.len() > trust.bundle_bytes_max {
        return Err(RejectedBundle::TooLarge);
    }
    let envelope = Envelope::read(&bytes)?;
    let signers: Vec<&TrustedKey> = envelope.signers(trust, made)?.collect();
    if signers.len() < trust.threshold() {
        return Err(RejectedBundle::UntrustedSigner);
    }
    let encoded = envelope.payload()?;
    let canonical = envelope.is_canonical();
    let span = Span::of(&bytes, encoded);
    let format = envelope.format();
    read(bytes, span, format, canonical, |header, encoded| {
        check_header(header, trust, now, &signers)?;
        check_floor(header, trust, encoded)
    })
}

/// Reads an unsigned payload: every check of the tables, no check of signatures or trust.
pub(crate) fn open_unverified(payload: Vec<u8>) -> Result<Bundle, RejectedBundle> {
    let span = Span::of(&payload, &payload);
    read(payload, span, FORMAT, true, |_, _| Ok(()))
}

/// Reads the payload; `believe` looks at its header once all of it could be read.
fn read(
    bytes: Vec<u8>,
    span: Span,
    format: u8,
    canonical: bool,
    believe: impl FnOnce(&Header, &[u8]) -> Result<(), RejectedBundle>,
) -> Result<Bundle, RejectedBundle> {
    let encoded = span.bytes(&bytes);
    let mut cursor = Cursor::new(encoded);
    let payload: Payload<'_> = read_whole(&mut cursor).ok_or(RejectedBundle::MalformedPayload)?;
    let has_nonce = format >= 2 && payload.header.slice_of.is_none();
    if has_nonce && cursor.rest().len() == NONCE_BYTES {
        cursor.take(NONCE_BYTES);
    }
    let checks = Checks::new(format);
    checks.canonical(canonical && cursor.is_canonical() && cursor.is_empty());
    let tables = Tables::build(&bytes, &payload, &checks);
    checks.readable()?;
    let header = Header::from(&payload.header);
    believe(&header, encoded)?;
    checks.sound(is_sound(&header));
    checks.consistent()?;
    let routes = Span::of(&bytes, payload.routes);
    Ok(Bundle {
        payload: span,
        routes,
        header,
        tables,
        bytes,
    })
}

fn check_header(
    header: &Header,
    trust: &Trust,
    now: UnixSeconds,
    signers: &[&TrustedKey],
) -> Result<(), RejectedBundle> {
    if header.audience != trust.audience {
        return Err(RejectedBundle::WrongAudience);
    }
    if !trust.tenants.is_empty() && !trust.tenants.contains(&header.tenant) {
        return Err(RejectedBundle::WrongTenant);
    }
    // A signature by a key that may not sign this bundle counts for nothing.
    let own = signers.iter().filter(|key| key.is_for(&header.tenant));
    if own.clone().count() < trust.threshold() {
        return Err(RejectedBundle::WrongTenantKey);
    }
    let slice = header.slice_of.is_some();
    if own.filter(|key| key.signs(slice)).count() < trust.threshold() {
        return Err(if slice {
            RejectedBundle::WholeOnlyKey
        } else {
            RejectedBundle::SlicesOnlyKey
        });
    }
    match (header.slice_of, trust.slices) {
        (None, SliceUse::SlicesOnly) => return Err(RejectedBundle::WholeRefused),
        (Some(_), SliceUse::WholeOnly) => return Err(RejectedBundle::SliceRefused),
        _ => {}
    }
    if now < header.not_before {
        return Err(RejectedBundle::NotYetValid);
    }
    if now >= header.expires_at {
        return Err(RejectedBundle::Expired);
    }
    Ok(())
}

fn check_floor(header: &Header, trust: &Trust, encoded: &[u8]) -> Result<(), RejectedBundle> {
    let Some(floor) = trust.floor else {
        return Ok(());
    };
    if header.sequence < floor.sequence {
        return Err(RejectedBundle::RolledBack);
    }
    if header.sequence == floor.sequence
        && floor.digest != Some(header.slice_of.unwrap_or_else(|| digest(encoded)))
    {
        return Err(RejectedBundle::Equivocation);
    }
    Ok(())
}

fn is_sound(header: &Header) -> bool {
    is_value(&header.audience)
        && is_value(&header.tenant)
        && is_name(&header.catalog)
        && (header.generator.is_empty() || is_value(&header.generator))
        && header.not_before < header.expires_at
        && header.pin_floor <= header.sequence
}

fn digest(payload: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(payload).into()
}
