//! What a shell hands over of a request.

use core::net::IpAddr;

/// A request as the client sent it: nothing decoded, nothing normalised.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method, as given; methods are case-sensitive (RFC 9110, section 9.1).
    pub method: &'a [u8],
    /// The `:authority` of HTTP/2 and 3, or the `host` header; empty if there is neither.
    pub authority: &'a [u8],
    /// The request-target exactly as the client sent it, query included.
    pub target: &'a [u8],
    /// Every header field in order, names as given, values without surrounding
    /// white space; no pseudo headers. `host` may be among them.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// Who is at the other end of the connection, by what the shell itself knows.
    pub peer: Peer<'a>,
    /// Whatever differs between this request and others: a request id, a clock's nanoseconds,
    /// random bytes; it may be empty, and need not be secret.
    ///
    /// A trace id is made from it and from the request where the client sent none.
    /// Two requests that agree in everything, nonce included, share a trace id.
    pub nonce: &'a [u8],
}

/// Who is at the other end of the connection. Never taken from a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer<'a> {
    /// The shell does not know: never trusted.
    Unknown,
    /// The address of the socket.
    Address(IpAddr),
    /// The name in the certificate that mTLS proved, with its kind: a URI, such as a SPIFFE id,
    /// as it is; a DNS name after [`DNS`](Self::DNS); a subject after [`SUBJECT`](Self::SUBJECT).
    Identity(&'a str),
}

impl<'a> Peer<'a> {
    /// What comes before a DNS name of a certificate.
    pub const DNS: &'static str = "dns:";
    /// What comes before the subject of a certificate (RFC 4514).
    pub const SUBJECT: &'static str = "subject:";

    /// Says whether a URI of a certificate could be taken for a name of another kind: there are
    /// URIs that begin with `dns:` (RFC 4501). Such a one names nobody.
    #[must_use]
    pub fn is_other_kind(uri: &str) -> bool {
        let begins = |kind: &str| {
            uri.get(..kind.len())
                .is_some_and(|own| own.eq_ignore_ascii_case(kind))
        };
        begins(Self::DNS) || begins(Self::SUBJECT)
    }

    /// Takes a peer as people write one: an address, or else an identity; an empty text is
    /// an unknown peer.
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        match text.parse() {
            Ok(address) => Self::Address(address),
            Err(_) if text.is_empty() => Self::Unknown,
            Err(_) => Self::Identity(text),
        }
    }
}
