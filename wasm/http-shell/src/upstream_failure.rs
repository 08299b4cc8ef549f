//! Why an upstream does not answer.

/// Says in words why an upstream does not answer: what an operator can do something about.
///
/// It takes the type of an error of `wasi:http` and the error: both versions have the same kinds of
/// errors in types of their own. All that a runtime knows would be a name and its printing for each
/// of forty kinds.
#[macro_export]
macro_rules! upstream_failure {
    ($code:ident, $error:expr) => {
        match $error {
            $code::DnsTimeout | $code::DnsError(_) => "its name is not found",
            $code::DestinationIpProhibited
            | $code::DestinationIpUnroutable
            | $code::HttpRequestDenied => "the runtime does not let anything there",
            $code::ConnectionRefused | $code::DestinationUnavailable => "nothing listens there",
            $code::ConnectionTimeout
            | $code::ConnectionReadTimeout
            | $code::ConnectionWriteTimeout
            | $code::HttpResponseTimeout => "it takes too long",
            $code::ConnectionTerminated => "it closed the connection",
            $code::TlsProtocolError | $code::TlsCertificateError | $code::TlsAlertReceived(_) => {
                "TLS with it failed"
            }
            _ => "what it answers is no HTTP, or is too much",
        }
    };
}
