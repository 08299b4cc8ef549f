//! Ids: the numbers of what a catalog names; and seconds.

/// Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// Returns the position in the list that the number indexes.
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

id!(
    /// A feature, numbered in ascending order of its name.
    FeatureId
);
id!(
    /// A module, numbered in catalog order.
    ModuleId
);
id!(
    /// A permission, numbered in catalog order through all modules.
    PermissionId
);
id!(
    /// An action name.
    ActionId
);
id!(
    /// A role, numbered in ascending order of its id.
    RoleId
);
id!(
    /// A scope, numbered in catalog order.
    ScopeId
);
id!(
    /// A condition behind scopes, numbered as the catalog lists them.
    ConditionId
);
id!(
    /// A declared attribute of one kind: subject, action, context or resource.
    AttributeId
);
