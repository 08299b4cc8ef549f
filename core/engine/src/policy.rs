//! A policy ready to answer.

use alloc::{borrow::Cow, sync::Arc, vec::Vec};

use crate::{
    bits::Bits,
    bundle::{Bundle, Header},
    bytes::equal_bytes,
    feature_gate::FeatureGate,
    format::{FeatureEnd, List, Person},
    ids::{ActionId, AttributeId, FeatureId, ModuleId, PermissionId, RoleId, ScopeId, UnixSeconds},
    index::{Span, item_at, utf8},
    subject::Subject,
};

/// A verified bundle under a set of enabled features, as it answers at a time.
///
/// Cheap to clone: the bundle is shared. What a tenant gives for a time, a role of somebody or a
/// feature, counts only in the view of a time: see [`Policy::at`].
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) bundle: Arc<Bundle>,
    pub(crate) feature_gate: Arc<FeatureGate>,
    /// What is open at other times; nothing where that does not depend on the time.
    gates: Option<Arc<Gates>>,
    /// When it is asked.
    pub(crate) now: UnixSeconds,
}

/// What the features leave open, over time.
#[derive(Debug)]
struct Gates {
    /// By the second until which each holds, distinct.
    before: Vec<(UnixSeconds, Arc<FeatureGate>)>,
    /// Once all has ended that ends.
    last: Arc<FeatureGate>,
}

/// A list of names that a catalog declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// Features, ascending.
    Features,
    /// Scopes, in catalog order.
    Scopes,
    /// Attributes of subjects.
    Subject,
    /// Attributes of actions.
    Action,
    /// Attributes of the context.
    Context,
    /// Attributes of resources.
    Resource,
}

impl From<Bundle> for Policy {
    fn from(bundle: Bundle) -> Self {
        let mut features = Bits::new(bundle.tables.features.len());
        let enabled = List::<u16>::new(bundle.tables.enabled.bytes(&bundle.bytes));
        for feature in enabled.iter() {
            features.set(usize::from(feature));
        }
        let last = Arc::new(FeatureGate::new(&bundle, features.clone()));
        let ends = bundle.tables.feature_ends.bytes(&bundle.bytes);
        let gates = (!ends.is_empty()).then(|| {
            let last = Arc::clone(&last);
            Arc::new(Gates::new(&bundle, &features, List::new(ends), last))
        });
        Self {
            bundle: Arc::new(bundle),
            feature_gate: last,
            gates,
            now: UnixSeconds(u64::MAX),
        }
    }
}

impl Gates {
    #[cold]
    fn new(
        bundle: &Bundle,
        lasting: &Bits,
        ends: List<'_, FeatureEnd>,
        last: Arc<FeatureGate>,
    ) -> Self {
        let mut before: Vec<(UnixSeconds, Arc<FeatureGate>)> = Vec::new();
        for end in ends.iter() {
            let moment = UnixSeconds(end.until);
            if before.iter().any(|(known, _)| *known == moment) {
                continue;
            }
            let mut features = lasting.clone();
            for other in ends.iter() {
                if moment.0 <= other.until {
                    features.set(usize::from(other.feature));
                }
            }
            before.push((moment, Arc::new(FeatureGate::new(bundle, features))));
        }
        Self { before, last }
    }

    fn at(&self, now: UnixSeconds) -> &Arc<FeatureGate> {
        let (mut next, mut gate) = (None, &self.last);
        for (until, own) in &self.before {
            if now < *until && next.is_none_or(|next| *until < next) {
                (next, gate) = (Some(*until), own);
            }
        }
        gate
    }
}

impl Policy {
    /// Returns the policy as it answers at `now`, until the next of its features or of a subject's
    /// roles ends: see [`Policy::ends_at`].
    ///
    /// A policy that was not viewed so answers as if all had ended that ever does, so that nobody
    /// who forgets the time lets anybody in.
    #[must_use]
    #[inline]
    pub fn at(&self, now: UnixSeconds) -> Cow<'_, Self> {
        if self.gates.is_none() && !self.bundle.tables.has_endings {
            return Cow::Borrowed(self);
        }
        Cow::Owned(self.viewed(now))
    }

    #[cold]
    #[inline(never)]
    fn viewed(&self, now: UnixSeconds) -> Self {
        let gates = self.gates.as_ref();
        let feature_gate = gates.map_or(&self.feature_gate, |gates| gates.at(now));
        Self {
            feature_gate: Arc::clone(feature_gate),
            now,
            ..self.clone()
        }
    }

    /// Returns the first second after the view's at which a feature ends, or a role that the
    /// directory gives the subject: from then on this view does not hold for it.
    #[must_use]
    pub fn ends_at(&self, subject: &Subject<'_>) -> Option<UnixSeconds> {
        self.ends_for(self.person(subject).as_ref())
    }

    pub(crate) fn ends_for(&self, person: Option<&Person<'_>>) -> Option<UnixSeconds> {
        let tables = &self.bundle.tables;
        let mut next = None;
        let mut note = |until: u64| {
            let until = UnixSeconds(until);
            if self.now < until && next.is_none_or(|next| until < next) {
                next = Some(until);
            }
        };
        if self.gates.is_some() {
            let ends = List::<FeatureEnd>::new(tables.feature_ends.bytes(&self.bundle.bytes));
            ends.iter().for_each(|end| note(end.until));
        }
        if let Some(person) = person.filter(|_| tables.has_endings) {
            person.ending().iter().for_each(|own| note(own.until));
        }
        next
    }

    /// Returns the same policy as if the tenant had exactly these features, whatever ends; unknown
    /// ones are ignored. For previews and tests, never from a request.
    #[must_use]
    pub fn with_features(&self, features: &[&str]) -> Self {
        let mut enabled = Bits::new(self.bundle.tables.features.len());
        for (name, at) in self.features().zip(0_usize..) {
            if features.contains(&name) {
                enabled.set(at);
            }
        }
        Self {
            bundle: Arc::clone(&self.bundle),
            feature_gate: Arc::new(FeatureGate::new(&self.bundle, enabled)),
            gates: None,
            now: self.now,
        }
    }

    /// Returns who the bundle is for and how long it holds.
    #[must_use]
    pub fn header(&self) -> &Header {
        self.bundle.header()
    }

    /// Returns the bundle behind the policy.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Returns the first second at which the policy no longer answers.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.bundle.header.expires_at
    }

    /// Says whether role changes wait for a subject's next session.
    #[must_use]
    pub fn changes_at_next_session(&self) -> bool {
        self.bundle.tables.next_session
    }

    /// Returns the permission called `module:action`, by its present or a former name.
    #[must_use]
    #[inline]
    pub fn permission(&self, name: &str) -> Option<PermissionId> {
        let (tables, bytes) = (&self.bundle.tables, &self.bundle.bytes);
        let is_called = |id| tables.is_called(bytes, id, name.as_bytes());
        let id = tables.permission_names.find(name.as_bytes(), is_called)?;
        match usize::from(id).checked_sub(tables.permissions.len()) {
            None => Some(PermissionId(id)),
            Some(alias) => tables.aliases.get(alias).map(|(_, permission)| *permission),
        }
    }

    /// Returns the role with that id.
    #[must_use]
    #[inline]
    pub fn role(&self, id: &str) -> Option<RoleId> {
        let is_called = |role| equal_bytes(self.role_bytes(RoleId(role)), id.as_bytes());
        self.bundle
            .tables
            .role_names
            .find(id.as_bytes(), is_called)
            .map(RoleId)
    }

    /// Returns whether the tenant maps a group to roles.
    #[must_use]
    pub fn maps_group(&self, id: &str) -> bool {
        crate::roles::group(&self.bundle, id).is_some()
    }

    /// Returns the number of a declared resource attribute.
    #[must_use]
    pub fn resource_attribute(&self, name: &str) -> Option<AttributeId> {
        let named = |span: &Span| span.bytes(&self.bundle.bytes) == name.as_bytes();
        let at = self
            .bundle
            .tables
            .resource_attributes
            .iter()
            .position(named)?;
        u16::try_from(at).ok().map(AttributeId)
    }

    /// Returns how many permissions there are; they are numbered from 0.
    #[must_use]
    pub fn permission_count(&self) -> usize {
        self.bundle.tables.permissions.len()
    }

    /// Returns how many grants all roles have together.
    #[must_use]
    pub fn grant_count(&self) -> usize {
        self.bundle.tables.grants.len()
    }

    /// Returns every feature that is off and named by a requirement that keeps the
    /// permission closed, ascending.
    pub fn missing_features(&self, permission: PermissionId) -> impl Iterator<Item = &str> {
        let missing = self
            .feature_gate
            .missing(&self.bundle, permission)
            .into_iter();
        missing.map(|feature| self.feature_name(feature))
    }

    /// Returns every module's id, in catalog order.
    pub fn modules(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.bundle.tables.modules.len())
            .map(|index| self.module_name(ModuleId(u16::try_from(index).unwrap_or(u16::MAX))))
    }

    /// Returns the ids of the modules whose features are on, in catalog order: what a
    /// role editor lists.
    pub fn enabled_modules(&self) -> impl Iterator<Item = &str> {
        self.open_modules().map(|module| self.module_name(module))
    }

    /// Returns every role's id, ascending.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.bundle
            .tables
            .roles
            .iter()
            .map(|row| utf8(row.id.bytes(&self.bundle.bytes)))
    }

    /// Returns every scope's name, in catalog order.
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.declared(Declared::Scopes)
    }

    /// Returns every feature's name, ascending.
    pub fn features(&self) -> impl ExactSizeIterator<Item = &str> {
        self.declared(Declared::Features)
    }

    /// Returns the features that are on, ascending.
    pub fn enabled_features(&self) -> impl Iterator<Item = &str> {
        let all = (0..).map(FeatureId).take(self.bundle.tables.features.len());
        all.filter(|feature| self.feature_gate.is_on(*feature))
            .map(|feature| self.feature_name(feature))
    }

    /// Returns the declared attributes of subjects, and whether only the directory
    /// may give each.
    pub fn subject_attributes(&self) -> impl ExactSizeIterator<Item = (&str, bool)> {
        let directory_only = self.bundle.tables.directory_only.iter().copied();
        self.declared(Declared::Subject).zip(directory_only)
    }

    /// Returns the declared attributes of actions.
    pub fn action_attributes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.declared(Declared::Action)
    }

    /// Returns the declared attributes of the context.
    pub fn context_attributes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.declared(Declared::Context)
    }

    /// Returns the declared attributes of resources.
    pub fn resource_attributes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.declared(Declared::Resource)
    }

    /// Returns what the catalog declares, in the order in which it is numbered.
    pub fn declared(&self, of: Declared) -> impl ExactSizeIterator<Item = &str> {
        let tables = &self.bundle.tables;
        let spans = match of {
            Declared::Features => &tables.features,
            Declared::Scopes => &tables.scopes,
            Declared::Subject => &tables.subject_attributes,
            Declared::Action => &tables.action_attributes,
            Declared::Context => &tables.context_attributes,
            Declared::Resource => &tables.resource_attributes,
        };
        let names = spans.iter();
        names.map(|span| utf8(span.bytes(&self.bundle.bytes)))
    }

    /// Returns a permission's module and action.
    #[must_use]
    pub fn permission_parts(&self, permission: PermissionId) -> Option<(&str, &str)> {
        let row = self.bundle.tables.permissions.get(permission.index())?;
        Some((self.module_name(row.module), self.action_name(row.action)))
    }

    /// Returns the former names of permissions that still answer, ascending.
    pub fn former_names(&self) -> impl Iterator<Item = (&str, PermissionId)> {
        let base = self.bundle.bytes.as_slice();
        let aliases = self.bundle.tables.aliases.iter();
        aliases.map(move |(name, permission)| (utf8(name.bytes(base)), *permission))
    }

    /// Returns a role's id.
    #[must_use]
    pub fn role_name(&self, role: RoleId) -> &str {
        utf8(self.role_bytes(role))
    }

    /// Returns a role's label: its id where it has none.
    #[must_use]
    pub fn role_label(&self, role: RoleId) -> &str {
        let bytes = &self.bundle.bytes;
        let row = self.bundle.tables.roles.get(role.index());
        let after = row.and_then(|row| row.id.end());
        let label = after
            .and_then(|end| item_at::<&str>(bytes, end))
            .unwrap_or_default();
        if label.is_empty() {
            self.role_name(role)
        } else {
            label
        }
    }

    /// Says whether the catalog defines the role.
    #[must_use]
    pub fn role_is_built_in(&self, role: RoleId) -> bool {
        self.bundle
            .tables
            .roles
            .get(role.index())
            .is_some_and(|row| row.origin.is_built_in())
    }

    /// Says whether a token or the header of a trusted peer may state the role.
    #[must_use]
    pub fn role_is_claimable(&self, role: RoleId) -> bool {
        self.bundle
            .tables
            .roles
            .get(role.index())
            .is_some_and(|row| row.origin.is_claimable())
    }

    /// Says whether the role may be held yet.
    #[must_use]
    pub fn role_is_available(&self, role: RoleId) -> bool {
        self.bundle
            .tables
            .roles
            .get(role.index())
            .is_some_and(|row| row.available)
    }

    /// Returns a scope's name.
    #[must_use]
    pub fn scope_name(&self, scope: ScopeId) -> &str {
        self.text(&self.bundle.tables.scopes, scope.index())
    }

    /// Returns an action's name.
    pub(crate) fn action_name(&self, action: ActionId) -> &str {
        self.text(&self.bundle.tables.actions, action.index())
    }

    /// Returns a feature's name.
    pub(crate) fn feature_name(&self, feature: FeatureId) -> &str {
        self.text(&self.bundle.tables.features, feature.index())
    }

    /// Returns a module's id.
    pub(crate) fn module_name(&self, module: ModuleId) -> &str {
        utf8(self.bundle.tables.module_id(&self.bundle.bytes, module))
    }

    /// Returns a module's label: its id where it has none.
    #[must_use]
    pub fn module_label(&self, module: ModuleId) -> &str {
        let rest = self.bundle.tables.module_rest(&self.bundle.bytes, module);
        match rest {
            Some(rest) if !rest.label.is_empty() => rest.label,
            _ => self.module_name(module),
        }
    }

    #[inline]
    pub(crate) fn role_bytes(&self, role: RoleId) -> &[u8] {
        let row = self.bundle.tables.roles.get(role.index());
        row.map(|row| row.id.bytes(&self.bundle.bytes))
            .unwrap_or_default()
    }

    fn text(&self, spans: &[Span], at: usize) -> &str {
        spans
            .get(at)
            .map(|span| utf8(span.bytes(&self.bundle.bytes)))
            .unwrap_or_default()
    }
}
