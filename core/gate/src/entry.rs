//! What a shell logs of a request.

use alloc::{string::String, vec::Vec};

use portcullis_json::{write_list, write_member, write_string};

use crate::{code::Code, config::Level, terminal::escaped, why::Why};

/// What a shell logs of a request: all that the answer to the client leaves out.
///
/// A text that does not apply is empty. No token and no attribute value is in it, and of what an
/// identity states only who it is, and some names of roles and groups where it is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// How severe it is, as the configuration says for this code.
    pub level: Level,
    /// What happened.
    pub code: Code,
    /// More on it: which ambiguity, which limit, why a token was not believed.
    pub detail: String,
    /// The matched route: its first method and its path as the policy writes it.
    pub route: String,
    /// The permission asked about.
    pub permission: String,
    /// Whether the request goes on whatever the code says, for the mode is `shadow`.
    pub shadow: bool,
    /// `allow`, `conditional` or `deny`, where the policy was asked.
    pub effect: &'static str,
    /// The role whose grant holds.
    pub role: String,
    /// The scope that holds.
    pub scope: String,
    /// The team that the role is bound to.
    pub team: String,
    /// The features that would have to be on.
    pub features: Vec<String>,
    /// The subject's type.
    pub subject_type: String,
    /// The subject's id.
    pub subject: String,
    /// The name of a claim with dots that the token does not have, but would if it were a path.
    pub dotted_claim: String,
    /// How many roles the identity states that nobody may state: they do not count.
    pub roles_dropped: usize,
    /// What was read of somebody who was denied.
    pub why: Option<Why>,
    /// The tenant whose policy answered.
    pub tenant: String,
    /// The sequence of the bundle that answered; zero if none did.
    pub sequence: u64,
    /// The trace id (W3C Trace Context), 32 hexadecimal digits; the answer to the client has it too.
    pub trace: String,
}

impl Entry {
    /// Starts with a code and nothing else known.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            level: Level::Info,
            code,
            detail: String::new(),
            route: String::new(),
            permission: String::new(),
            shadow: false,
            effect: "",
            role: String::new(),
            scope: String::new(),
            team: String::new(),
            features: Vec::new(),
            subject_type: String::new(),
            subject: String::new(),
            dotted_claim: String::new(),
            roles_dropped: 0,
            why: None,
            tenant: String::new(),
            sequence: 0,
            trace: String::new(),
        }
    }

    /// Returns the reasons of a refusal that are fixed words, for metrics; none where the code
    /// itself says it.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let fixed = matches!(
            self.code,
            Code::IdentityInvalid
                | Code::TenantMismatch
                | Code::RequestMalformed
                | Code::PathAmbiguous
        );
        let words = if fixed { self.detail.as_str() } else { "" };
        words.split(' ').filter(|word| !word.is_empty())
    }

    /// Appends compact JSON: one object, members in the order of the fields without
    /// `level`, each only where it applies.
    pub fn write_json(&self, out: &mut String) {
        out.push_str(&self.to_json());
    }

    /// Returns the JSON of [`Entry::write_json`]: what could control a terminal that shows the log
    /// is escaped.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_members(&mut out);
        escaped(out)
    }

    fn write_members(&self, out: &mut String) {
        out.push_str(r#"{"code":"#);
        write_string(out, self.code.name());
        member(out, "mode", if self.shadow { "shadow" } else { "" });
        member(out, "detail", &self.detail);
        member(out, "route", &self.route);
        member(out, "permission", &self.permission);
        member(out, "effect", self.effect);
        member(out, "role", &self.role);
        member(out, "scope", &self.scope);
        member(out, "team", &self.team);
        if !self.features.is_empty() {
            out.push_str(r#","features":["#);
            write_list(out, self.features.iter().map(String::as_str));
            out.push(']');
        }
        member(out, "subject_type", &self.subject_type);
        member(out, "subject", &self.subject);
        member(out, "dotted_claim", &self.dotted_claim);
        if self.roles_dropped > 0 {
            out.push_str(r#","roles_dropped":"#);
            out.push_str(&alloc::format!("{}", self.roles_dropped));
        }
        if let Some(why) = &self.why {
            out.push_str(r#","why":"#);
            why.write_json(out);
        }
        member(out, "tenant", &self.tenant);
        if self.sequence > 0 {
            out.push_str(r#","sequence":"#);
            out.push_str(&alloc::format!("{}", self.sequence));
        }
        member(out, "trace", &self.trace);
        out.push('}');
    }
}

fn member(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        write_member(out, name, value);
    }
}
