//! The address of the page.

/// Where the page is: 127.0.0.1 and a port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    pub(crate) port: u16,
}

impl Address {
    /// Returns the address by which a browser may use the page.
    pub(crate) fn with_token(self, token: &str) -> String {
        format!("http://127.0.0.1:{}/?token={token}", self.port)
    }

    /// Says whether a `Host` header names this program.
    pub(crate) fn is_host(self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, port),
            // A browser leaves out the port of the scheme.
            None => (host, "80"),
        };
        NAMES.contains(&name) && port == self.port.to_string()
    }

    /// Says whether an `Origin` header names a page of this program.
    pub(crate) fn is_origin(self, origin: &str) -> bool {
        let host = origin.strip_prefix("http://");
        host.is_some_and(|host| self.is_host(host))
    }
}

const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_names_are_its_own() {
        let own = Address { port: 4780 };
        for host in ["127.0.0.1:4780", "localhost:4780"] {
            assert!(own.is_host(host), "{host}");
            assert!(own.is_origin(&format!("http://{host}")), "{host}");
            assert!(!own.is_origin(&format!("https://{host}")), "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost",
            "127.0.0.1:80",
            "127.0.0.1:04780",
            "evil.example:4780",
            "127.0.0.1.evil.example:4780",
            "localhost:4780:4780",
            "LOCALHOST:4780x",
            "[::1]:4780",
            "",
            ":4780",
        ] {
            assert!(!own.is_host(host), "{host}");
        }
        assert!(!own.is_origin("null") && !own.is_origin("") && !own.is_origin("http://"));
        assert!(Address { port: 80 }.is_host("localhost"));
    }
}
