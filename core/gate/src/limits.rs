//! Every bound that the gate holds.

/// Largest configuration read, in bytes; a bundle inside it counts.
pub const CONFIG_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest path, in bytes, as the client sent it.
pub const PATH_BYTES_MAX: usize = 4 * 1024;
/// Most segments of a path.
pub const SEGMENTS_MAX: usize = 128;
/// Longest request-target, query included, in bytes.
pub const TARGET_BYTES_MAX: usize = 16 * 1024;
/// Most parameters of a query that a route reads: PHP and qs read no more, unless configured.
pub const PARAMETERS_MAX: usize = 1_000;
/// Longest key set, or description of an issuer, that is fetched, in bytes.
pub const KEY_SET_BYTES_MAX: usize = 256 * 1024;
/// How long a shell waits for an answer to such a fetch, in seconds.
pub const KEY_FETCH_SECONDS: u64 = 5;
/// Most header fields of a request.
pub const HEADERS_MAX: usize = 256;
/// Largest sum of header names and values, in bytes.
pub const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Longest token, in bytes, unless the configuration says otherwise.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Longest token that a configuration may let be read, in bytes.
pub const TOKEN_BYTES_STATED_MAX: usize = 32 * 1024;
/// Longest filter that is forwarded unless the configuration says otherwise, percent-encoded, in
/// bytes.
pub const FILTER_BYTES_MAX: usize = 4 * 1024;
/// Longest filter that a configuration may let be forwarded, in bytes: what most servers take as
/// one header.
pub const FILTER_BYTES_STATED_MAX: usize = 48 * 1024;
/// Most verified tokens remembered unless the configuration says otherwise.
pub const TOKENS_MAX: usize = 1_024;
/// Most routes of a policy.
pub const ROUTES_MAX: usize = 10_000;
/// Most conflicts of routes that are found before the search ends.
pub const CONFLICTS_MAX: usize = 256;
/// Most overlaps of routes that are looked at before the search ends.
pub const OVERLAPS_MAX: usize = 2_000_000;
/// Most pairs of which one is a segment of parts that are compared before the search ends.
pub const PARTS_COMPARED_MAX: usize = 20_000_000;
/// Most segments of a route's path.
pub const PATTERN_SEGMENTS_MAX: usize = 64;
/// Longest method, in bytes.
pub const METHOD_BYTES_MAX: usize = 32;
/// Most verified tokens that a configuration may ask to remember.
pub const TOKENS_STATED_MAX: usize = 65_536;
/// Most members of an object of a configuration, a key set or a token.
pub const JSON_MEMBERS_MAX: usize = 256;
