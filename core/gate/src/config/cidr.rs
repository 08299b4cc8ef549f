//! Which peers are trusted.

use alloc::{format, string::String, vec::Vec};
use core::net::IpAddr;

use portcullis_json::{Place, Read};

use super::text::text;
use crate::request::Peer;

/// Peers by address range (RFC 4632) or by the name in the certificate that mTLS proved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peers {
    ranges: Vec<Range>,
    identities: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    address: IpAddr,
    bits: u8,
}

impl Read for Peers {
    fn read(place: &Place<'_>) -> Self {
        let mut own = Self::default();
        for place in place.one_or_many() {
            let text = text(&place);
            if let Some(range) = Range::parse(text) {
                if own.ranges.contains(&range) {
                    place.error(TWICE, ONCE);
                }
                own.ranges.push(range);
            } else if is_certified_name(text) {
                if own.identities.iter().any(|other| other == text) {
                    place.error(TWICE, ONCE);
                }
                own.identities.push(text.into());
            } else {
                place.error(
                    "this is neither an address range nor a name of a certificate",
                    "write a range such as 10.0.0.0/8, with no bit set behind those that count, or a whole name with its kind: a URI such \
                     as spiffe://mesh/gateway, dns:gateway.mesh, or subject:CN=gateway",
                );
            }
        }
        if own.ranges.is_empty() && own.identities.is_empty() {
            place.error("no peer is named", "name at least one");
        }
        own
    }
}

impl Peers {
    /// Says whether every address is among them.
    pub(super) fn are_anybody(&self) -> bool {
        self.ranges.iter().any(|range| range.bits == 0)
    }

    /// Returns the ranges that lie within another one, each with it: whoever takes the wider one out
    /// may think that none is left.
    pub(super) fn overlaps(&self) -> impl Iterator<Item = (String, String)> {
        self.ranges.iter().flat_map(|inner| {
            let wider = self.ranges.iter();
            let wider = wider.filter(|outer| outer.bits < inner.bits && outer.holds(inner.address));
            wider.map(|outer| (outer.to_text(), inner.to_text()))
        })
    }

    /// Says whether a peer is among them; one that is not known never is.
    pub(crate) fn trust(&self, peer: &Peer<'_>) -> bool {
        match peer {
            Peer::Unknown => false,
            Peer::Address(address) => {
                let address = address.to_canonical();
                self.ranges.iter().any(|range| range.holds(address))
            }
            Peer::Identity(name) => self.identities.iter().any(|own| own == name),
        }
    }
}

/// Says whether a text is a name of a certificate and says of which kind: who may have a
/// certificate with one of them may not have it with another.
fn is_certified_name(text: &str) -> bool {
    let is_whole = !text.contains('*');
    let kinds = [Peer::DNS, Peer::SUBJECT];
    match kinds.iter().find_map(|kind| text.strip_prefix(kind)) {
        Some(name) => is_whole && !name.is_empty(),
        None => {
            is_whole
                && text.split_once("://").is_some_and(|(scheme, rest)| {
                    let mut scheme = scheme.bytes();
                    // RFC 3986, section 3.1.
                    scheme
                        .next()
                        .is_some_and(|first| first.is_ascii_alphabetic())
                        && scheme.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                        && !rest.is_empty()
                })
        }
    }
}

impl Range {
    /// Reads an address, or one with the number of its leading bits that count.
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse::<u8>().ok().filter(|bits| *bits <= most)?,
            None => most,
        };
        let own = Self { address, bits };
        // Whoever writes more than counts means one address, or does not know how many count; and
        // a peer of IPv4 is never written as one of IPv6.
        let is_written = own.is_first() && address == address.to_canonical();
        is_written.then_some(own)
    }

    fn to_text(self) -> String {
        format!("{}/{}", self.address, self.bits)
    }

    /// Says whether no bit is set that does not count.
    fn is_first(self) -> bool {
        let bits = match self.address {
            IpAddr::V4(address) => u32::BITS.saturating_sub(address.to_bits().trailing_zeros()),
            IpAddr::V6(address) => u128::BITS.saturating_sub(address.to_bits().trailing_zeros()),
        };
        bits <= u32::from(self.bits)
    }

    fn holds(self, address: IpAddr) -> bool {
        let differ = match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            _ => return false,
        };
        differ >= u32::from(self.bits)
    }
}

const TWICE: &str = "this peer is listed twice";
const ONCE: &str = "leave one of the two out";
