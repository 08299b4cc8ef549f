//! What JavaScript keeps of a bundle: its header and its names, as one JSON object.

use alloc::string::String;

use portcullis_engine::{PermissionId, Policy};
use portcullis_json::write_string;

/// Returns the facts; a name's place in its list is its number.
pub(crate) fn facts(policy: &Policy) -> String {
    let header = policy.header();
    let bundle = policy.bundle();
    let mut out = String::new();
    text(&mut out, "audience", &header.audience);
    text(&mut out, "tenant", &header.tenant);
    text(&mut out, "catalog", &header.catalog);
    for (name, value) in [
        ("sequence", header.sequence),
        ("issued_at", header.issued_at.0),
        ("expires_at", header.expires_at.0),
    ] {
        named(&mut out, name);
        number(&mut out, value);
    }
    digest(&mut out, "digest", &bundle.digest());
    if let Some(origin) = &header.slice_of {
        digest(&mut out, "slice_of", origin);
    }
    named(&mut out, "changes_at_next_session");
    out.push_str(if policy.changes_at_next_session() {
        "true"
    } else {
        "false"
    });
    list(&mut out, "features", &mut policy.enabled_features());
    list(&mut out, "scopes", &mut policy.scopes());
    let subject = &mut policy.subject_attributes().map(|(name, _)| name);
    list(&mut out, "subject", subject);
    list(&mut out, "action", &mut policy.action_attributes());
    list(&mut out, "context", &mut policy.context_attributes());
    list(&mut out, "resource", &mut policy.resource_attributes());
    named(&mut out, "former");
    out.push('{');
    for (at, (name, permission)) in policy.former_names().enumerate() {
        out.push_str(if at == 0 { "\"" } else { ",\"" });
        out.push_str(name);
        out.push_str("\":");
        number(&mut out, permission.0.into());
    }
    out.push('}');
    // As members: JavaScript keeps one copy of a member's name, and finds it by its address.
    named(&mut out, "permissions");
    out.push('{');
    let parts = (0..).map(PermissionId);
    let parts = parts.map_while(|permission| policy.permission_parts(permission));
    for (at, (module, action)) in parts.enumerate() {
        out.push_str(if at == 0 { "\"" } else { ",\"" });
        // Ids of modules and actions hold nothing that JSON escapes.
        out.push_str(module);
        out.push(':');
        out.push_str(action);
        out.push_str("\":0");
    }
    out.push_str("}}");
    out
}

fn named(out: &mut String, name: &str) {
    out.push_str(if out.is_empty() { "{\"" } else { ",\"" });
    out.push_str(name);
    out.push_str("\":");
}

// By hand: what core formats numbers with would be two kilobytes more to load.
fn number(out: &mut String, value: u64) {
    let rest = value / 10;
    if rest > 0 {
        number(out, rest);
    }
    let digit = u32::try_from(value % 10).unwrap_or_default();
    out.extend(char::from_digit(digit, 10));
}

fn text(out: &mut String, name: &str, value: &str) {
    named(out, name);
    write_string(out, value);
}

fn digest(out: &mut String, name: &str, bytes: &[u8; 32]) {
    named(out, name);
    out.push('"');
    for byte in bytes {
        for half in [byte >> 4_u32, byte & 15] {
            out.extend(char::from_digit(half.into(), 16));
        }
    }
    out.push('"');
}

fn list(out: &mut String, name: &str, items: &mut dyn Iterator<Item = &str>) {
    named(out, name);
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(out, item);
    }
    out.push(']');
}
