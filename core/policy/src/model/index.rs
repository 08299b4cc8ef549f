//! Positions in a model's lists.

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident($number:ty);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);

        impl $name {
            /// Returns the position.
            #[must_use]
            pub const fn get(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

index! {
    /// A position in [`Model::features`](super::Model::features).
    FeatureIndex(u16);
    /// A position in [`Model::scopes`](super::Model::scopes).
    ScopeIndex(u16);
    /// A position in [`Model::conditions`](super::Model::conditions).
    ConditionIndex(u16);
    /// A position in [`Model::modules`](super::Model::modules).
    ModuleIndex(u16);
    /// A position in [`Model::permissions`](super::Model::permissions).
    PermissionIndex(u16);
    /// A position in [`Model::roles`](super::Model::roles).
    RoleIndex(u16);
    /// A position in [`Model::scope_sets`](super::Model::scope_sets).
    ScopeSetIndex(u32);
}
