//! The bundle's encoding: the structs whose postcard form is a payload.
//!
//! These are the wire, not the domain: the compiler writes them, [`crate::Policy`]
//! reads them. Indices are positions in the list they name. Everything that
//! repeats is [`List`], so that reading it needs no memory of its own.
//!
//! Writing goes through serde and postcard. Reading is [`Wire`]: the same layout
//! (postcard 1.0, "Wire Format"), refused where it is not the shortest encoding.

mod list;
mod optional_index;
mod tenant;
mod wire;

pub use list::{List, ListItems};
pub use optional_index::OptionalIndex;
pub use tenant::{Additions, EndingBinding, FeatureEnd, Tenant};
pub use wire::Wire;

use serde::Serialize;

use crate::cursor::Cursor;
use wire::{variant, wire};

pub(crate) use wire::read_whole;

/// First bytes of every bundle file.
pub const MAGIC: [u8; 4] = *b"PCLB";
/// The newest format number; the one of a bundle follows the magic, and older ones are read too.
pub const FORMAT: u8 = 2;
/// The payload type in the pre-authentication encoding of each format, from format 1 on.
pub const PAYLOAD_TYPES: [&str; 2] = [
    "application/vnd.portcullis.bundle.v1",
    "application/vnd.portcullis.bundle.v2",
];

/// How long the nonce is that may follow the payload of a whole bundle, from format 2 on, in bytes.
///
/// It is there for the digest alone: a slice names the whole's, and without it whoever has the
/// slice could guess the rest of the whole and see whether the guess is right.
pub const NONCE_BYTES: usize = 16;

/// The number in the place of an attribute's under which roles are that somebody holds for a time:
/// no list is long enough for it to be an attribute's.
pub const ENDING: u16 = u16::MAX;
/// The number in the place of an attribute's under which is the first second at which somebody's
/// sign-in counts; it is no attribute's either.
pub const SESSIONS_FROM: u16 = u16::MAX - 1;
/// The id that no group has and no subject can state: the group of that id is everybody's, and
/// whoever of the directory is in it is not active.
pub const NO_GROUP: &str = "";
/// The types of subjects of a catalog that declares none, ascending.
pub const DEFAULT_SUBJECT_TYPES: [&str; 2] = ["service", "user"];

/// Returns the lowest format that has everything that a payload uses, so that engines of an
/// earlier version read what they understand. Of bytes that are no payload it is 1.
#[must_use]
pub fn format_of(payload: &[u8]) -> u8 {
    let mut cursor = Cursor::new(payload);
    let payload: Option<Payload<'_>> = read_whole(&mut cursor);
    let Some(payload) = payload else {
        return 1;
    };
    if cursor.rest().len() == NONCE_BYTES {
        return 2;
    }
    let mut atoms = payload
        .catalog
        .conditions
        .iter()
        .flat_map(|condition| condition.iter())
        .flat_map(|conjunction| conjunction.iter());
    let mut roles = payload.tenant.roles.iter();
    let (mut groups, mut people) = (
        payload.tenant.groups.iter(),
        payload.tenant.directory.iter(),
    );
    let is_new = !payload.tenant.additions.is_empty()
        || payload.tenant.sessions_from != 0
        || groups.any(|group| group.is_everybodys())
        || people.any(|person| person.is_new())
        || atoms.any(|atom| matches!(atom, Atom::Differs(..)))
        || roles.any(|role| !role.origin.is_in_format_1());
    if is_new { 2 } else { 1 }
}

wire! {
    /// The signed payload.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Payload<'a> {
        /// Who the bundle is for and how long it holds.
        pub header: Header<'a>,
        /// What the vendor defines.
        pub catalog: Catalog<'a>,
        /// What the customer defines, with every role's effective grants.
        pub tenant: Tenant<'a>,
        /// The gate's section: opaque to the engine.
        pub routes: &'a [u8],
    }
}

wire! {
    /// Who a bundle is for, what it replaces and how long it holds.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Header<'a> {
        /// The deployment that may load it.
        pub audience: &'a str,
        /// The customer whose policy it is.
        pub tenant: &'a str,
        /// The catalog's id.
        pub catalog: &'a str,
        /// SHA-256 of the catalog's source; of a slice all zero.
        pub catalog_digest: [u8; 32],
        /// Grows with every bundle of an (audience, tenant).
        pub sequence: u64,
        /// When it was made, in Unix seconds.
        pub issued_at: u64,
        /// First second at which it holds.
        pub not_before: u64,
        /// First second at which it no longer holds.
        pub expires_at: u64,
        /// Lowest sequence that a session may stay pinned to.
        pub pin_floor: u64,
        /// Digest of the whole bundle's payload, for a slice.
        pub slice_of: Option<[u8; 32]>,
        /// Last link of the audit chain at the time of the build.
        pub audit_head: Option<[u8; 32]>,
        /// What made it, for people.
        pub generator: &'a str,
    }
}

wire! {
    /// What the vendor defines.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Catalog<'a> {
        /// Feature names, ascending.
        pub features: List<'a, &'a str>,
        /// Declared attributes of subjects.
        pub subject_attributes: List<'a, SubjectAttribute<'a>>,
        /// Declared attributes of actions.
        pub action_attributes: List<'a, &'a str>,
        /// Declared attributes of the context.
        pub context_attributes: List<'a, &'a str>,
        /// Declared attributes of resources.
        pub resource_attributes: List<'a, &'a str>,
        /// The attribute that a role bound to a team speaks of, if the catalog names one.
        pub team_attribute: Option<TeamAttribute>,
        /// Scope names in catalog order.
        pub scopes: List<'a, &'a str>,
        /// Each a disjunction of conjunctions of atoms; an empty conjunction is true.
        pub conditions: List<'a, List<'a, List<'a, Atom<'a>>>>,
        /// For a group of permissions, the condition behind each scope, ascending by scope.
        pub scope_tables: List<'a, List<'a, ScopeRow>>,
        /// Requirements that modules and permissions refer to.
        pub requirements: List<'a, Requirement<'a>>,
        /// Action names.
        pub actions: List<'a, &'a str>,
        /// Modules in catalog order, a parent before its children.
        pub modules: List<'a, Module<'a>>,
        /// Former names that still answer, ascending by name.
        pub aliases: List<'a, Alias<'a>>,
    }
}

wire! {
    /// A declared attribute of subjects.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct SubjectAttribute<'a> {
        /// Its name.
        pub name: &'a str,
        /// Whether only the tenant's directory may give it.
        pub directory_only: bool,
    }
}

wire! {
    /// Where the team attribute is among the declared ones.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct TeamAttribute {
        /// Index among the subject's attributes, if declared there.
        pub subject: Option<u16>,
        /// Index among the resource's attributes.
        pub resource: u16,
    }
}

/// What an atom reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Source {
    /// The subject's id.
    SubjectId,
    /// The subject's type.
    SubjectType,
    /// A declared attribute of the subject.
    Subject(u16),
    /// A declared attribute of the action.
    Action(u16),
    /// A declared attribute of the context.
    Context(u16),
    /// The resource's id.
    ResourceId,
    /// A declared attribute of the resource.
    Resource(u16),
}

/// One comparison. Constants are ascending and distinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Atom<'a> {
    /// A set of the subject's meets one of the resource or context.
    Shares(Source, Source),
    /// The set meets the constants.
    Is(Source, List<'a, &'a str>),
    /// The set does not meet the constants.
    Lacks(Source, List<'a, &'a str>),
    /// The set is not empty and lies within the constants.
    Within(Source, List<'a, &'a str>),
    /// The resource's set is not empty.
    Present(Source),
    /// The resource's set is empty.
    Absent(Source),
    /// A set of the subject's does not meet one of the resource or context: since format 2.
    Differs(Source, Source),
}

wire! {
    /// The condition behind one scope.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct ScopeRow {
        /// Index of the scope.
        pub scope: u16,
        /// Index of the condition.
        pub condition: u16,
    }
}

wire! {
    /// Features that must be on.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Requirement<'a> {
        /// Whether one of them is enough.
        pub any: bool,
        /// Indices of features, ascending.
        pub features: List<'a, u16>,
    }
}

wire! {
    /// A node of the module tree.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Module<'a> {
        /// Its whole id, dots included.
        pub id: &'a str,
        /// What people call it; empty where that is its id.
        pub label: &'a str,
        /// Index of the parent.
        pub parent: OptionalIndex,
        /// Indices of the module's own requirements.
        pub requires: List<'a, u16>,
        /// Its permissions; they are numbered through all modules in order.
        pub permissions: List<'a, Permission>,
    }
}

wire! {
    /// An action on a module.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct Permission {
        /// Index of the action.
        pub action: u16,
        /// Index of the permission's own requirement.
        pub requires: OptionalIndex,
        /// Index of the scope table: the scopes it supports.
        pub scopes: u16,
    }
}

wire! {
    /// A former name of a permission.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct Alias<'a> {
        /// The former name, `module:action`.
        pub name: &'a str,
        /// Index of the permission that it means.
        pub permission: u16,
    }
}

/// When a changed role reaches a running session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleChanges {
    /// The newest bundle answers.
    Instant,
    /// A verified token's policy version answers while it is retained.
    NextSession,
}

wire! {
    /// A role with its effective grants.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Role<'a> {
        /// Its id.
        pub id: &'a str,
        /// What people call it; empty where that is its id.
        pub label: &'a str,
        /// Who defines it, and whether a token may state it.
        pub origin: RoleOrigin,
        /// Whether it may be held yet; one that may not grants nothing.
        pub available: bool,
        /// For each granted permission, ascending: the gap to the one before it less
        /// one, then the index of a scope set; each a varint.
        pub grants: &'a [u8],
    }
}

/// Who defines a role, and whether a token or the header of a trusted peer may state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RoleOrigin {
    /// The tenant: it cannot be stated.
    Tenant,
    /// The catalog: it can be stated.
    Catalog,
    /// The tenant, and it can be stated: since format 2.
    TenantClaimable,
    /// The catalog, and it cannot be stated: since format 2.
    CatalogUnclaimable,
}

impl RoleOrigin {
    /// Finds the origin of a role.
    #[must_use]
    pub const fn new(built_in: bool, claimable: bool) -> Self {
        match (built_in, claimable) {
            (false, false) => Self::Tenant,
            (true, true) => Self::Catalog,
            (false, true) => Self::TenantClaimable,
            (true, false) => Self::CatalogUnclaimable,
        }
    }

    /// Says whether the catalog defines the role.
    #[must_use]
    pub(crate) const fn is_built_in(self) -> bool {
        matches!(self, Self::Catalog | Self::CatalogUnclaimable)
    }

    /// Says whether a token may state the role.
    #[must_use]
    pub(crate) const fn is_claimable(self) -> bool {
        matches!(self, Self::Catalog | Self::TenantClaimable)
    }

    /// Says whether format 1 has it: there a role is claimable if the catalog defines it.
    pub(crate) const fn is_in_format_1(self) -> bool {
        matches!(self, Self::Tenant | Self::Catalog)
    }
}

wire! {
    /// A role, held everywhere or on one team.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct Binding<'a> {
        /// Index of the role.
        pub role: u16,
        /// The team it is bound to; empty where it is held everywhere.
        pub team: &'a str,
    }
}

wire! {
    /// What a group of an identity provider maps to.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Group<'a> {
        /// Its immutable id. Since format 2 the empty one, which no subject can state, is of
        /// everybody: it has one role, and in the place of teams the types of subjects that
        /// hold it.
        pub id: &'a str,
        /// The roles it gives, ascending by role, then team.
        pub roles: List<'a, Binding<'a>>,
    }
}

wire! {
    /// What the tenant's directory says of one subject.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Person<'a> {
        /// The subject's type.
        pub kind: &'a str,
        /// The subject's id.
        pub id: &'a str,
        /// Roles assigned, ascending by role, then team.
        pub roles: List<'a, Binding<'a>>,
        /// Groups it is in, ascending. Since format 2 an empty one says that the subject holds
        /// nothing, whatever gives it a role.
        pub groups: List<'a, &'a str>,
        /// Its attributes, ascending by index. Since format 2 [`ENDING`] is no attribute: in the
        /// place of values it has the roles that the subject holds for a time; nor is
        /// [`SESSIONS_FROM`], which has a second there.
        pub attributes: List<'a, PersonAttribute<'a>>,
    }
}

wire! {
    /// One attribute in the directory.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct PersonAttribute<'a> {
        /// Index among the subject's declared attributes, or [`ENDING`] or [`SESSIONS_FROM`].
        pub attribute: u16,
        /// Its values, ascending and distinct.
        pub values: List<'a, &'a str>,
    }
}

impl Group<'_> {
    /// Says whether it is everybody's.
    #[must_use]
    pub const fn is_everybodys(&self) -> bool {
        self.id.is_empty()
    }
}

impl<'a> PersonAttribute<'a> {
    /// Returns the roles that are held for a time, if it is of these.
    #[must_use]
    pub fn ending(&self) -> Option<List<'a, EndingBinding<'a>>> {
        (self.attribute == ENDING).then(|| List::new(self.values.bytes()))
    }

    /// Returns the first second at which a sign-in counts, if it says that.
    #[must_use]
    pub fn sessions_from(&self) -> Option<u64> {
        if self.attribute != SESSIONS_FROM {
            return None;
        }
        List::<u64>::new(self.values.bytes()).iter().next()
    }
}

impl<'a> Person<'a> {
    /// Returns the roles that it holds for a time, ascending by role, then team.
    #[must_use]
    pub fn ending(&self) -> List<'a, EndingBinding<'a>> {
        // The largest number comes last.
        let last = self.attributes.iter().last();
        last.and_then(|own| own.ending()).unwrap_or_default()
    }

    /// Returns the first second at which its sign-in counts; 0 where every one does.
    #[must_use]
    pub fn sessions_from(&self) -> u64 {
        let mut own = self.attributes.iter();
        own.find_map(|own| own.sessions_from()).unwrap_or(0)
    }

    /// Says whether it has what format 1 does not have.
    fn is_new(&self) -> bool {
        let last = self.attributes.iter().last();
        self.is_inactive() || last.is_some_and(|own| own.attribute >= SESSIONS_FROM)
    }

    /// Says whether it holds nothing.
    #[must_use]
    #[inline]
    pub const fn is_inactive(&self) -> bool {
        // An empty name comes first, and is encoded as its length.
        matches!(self.groups.bytes(), [0, ..])
    }
}

impl<'a> Wire<'a> for Source {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        match variant(cursor, 7) {
            0 => Self::SubjectId,
            1 => Self::SubjectType,
            2 => Self::Subject(Wire::read(cursor)),
            3 => Self::Action(Wire::read(cursor)),
            4 => Self::Context(Wire::read(cursor)),
            5 => Self::ResourceId,
            _ => Self::Resource(Wire::read(cursor)),
        }
    }
}

impl<'a> Wire<'a> for Atom<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        let kind = variant(cursor, 7);
        let source = Source::read(cursor);
        match kind {
            0 => Self::Shares(source, Source::read(cursor)),
            1 => Self::Is(source, List::read(cursor)),
            2 => Self::Lacks(source, List::read(cursor)),
            3 => Self::Within(source, List::read(cursor)),
            4 => Self::Present(source),
            5 => Self::Absent(source),
            _ => Self::Differs(source, Source::read(cursor)),
        }
    }
}

impl<'a> Wire<'a> for RoleOrigin {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        match variant(cursor, 4) {
            0 => Self::Tenant,
            1 => Self::Catalog,
            2 => Self::TenantClaimable,
            _ => Self::CatalogUnclaimable,
        }
    }
}
