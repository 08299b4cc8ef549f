//! Who is at the other end, by what the proxy knows of the connection.

use alloc::string::String;
use core::{
    net::{IpAddr, SocketAddr},
    str,
};

use portcullis_gate::Peer;

use crate::{
    host::{CertificateName, Host},
    settings::PeerUse,
};

/// What the proxy says of the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KnownPeer {
    Unknown,
    Address(IpAddr),
    Identity(String),
}

impl KnownPeer {
    /// Asks the proxy as far as `peer_use` allows.
    pub(crate) fn ask(host: &impl Host, peer_use: PeerUse) -> Self {
        if peer_use == PeerUse::None {
            return Self::Unknown;
        }
        // Most connections show no certificate, and one question settles that.
        let plain = host.has_certificate() == Some(false);
        if !plain && let Some(peer) = CERTIFIED.iter().find_map(|name| certified(host, *name)) {
            return peer;
        }
        let address = match peer_use {
            PeerUse::Address => host.peer_address(),
            PeerUse::Identity | PeerUse::None => None,
        };
        address
            .and_then(|address| read_address(&address))
            .map_or(Self::Unknown, Self::Address)
    }

    pub(crate) fn as_peer(&self) -> Peer<'_> {
        match self {
            Self::Unknown => Peer::Unknown,
            Self::Address(address) => Peer::Address(*address),
            Self::Identity(name) => Peer::Identity(name),
        }
    }
}

/// Returns the peer by one kind of name, where its certificate has one.
fn certified(host: &impl Host, kind: CertificateName) -> Option<KnownPeer> {
    let name = host.certificate_name(kind)?;
    let name = String::from_utf8(name)
        .ok()
        .filter(|name| !name.is_empty())?;
    Some(match kind {
        CertificateName::Uri if Peer::is_other_kind(&name) => KnownPeer::Unknown,
        CertificateName::Uri => KnownPeer::Identity(name),
        CertificateName::Dns => KnownPeer::Identity([Peer::DNS, &name].concat()),
        CertificateName::Subject => KnownPeer::Identity([Peer::SUBJECT, &name].concat()),
    })
}

// `192.0.2.1:4711` and `[2001:db8::1]:4711`; anything else, such as a pipe, is no address.
fn read_address(written: &[u8]) -> Option<IpAddr> {
    let address: SocketAddr = str::from_utf8(written).ok()?.parse().ok()?;
    Some(address.ip())
}

/// The names in a certificate, the one meant for this first.
const CERTIFIED: [CertificateName; 3] = [
    CertificateName::Uri,
    CertificateName::Dns,
    CertificateName::Subject,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_socket_address_is_an_address() {
        let read = |text: &str| read_address(text.as_bytes()).map(|ip| ip.to_canonical());
        assert_eq!(read("192.0.2.1:4711"), "192.0.2.1".parse().ok());
        assert_eq!(read("[2001:db8::1]:4711"), "2001:db8::1".parse().ok());
        for text in ["", "192.0.2.1", "/var/run/envoy.sock", "localhost:80"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
