//! Which of the roles that an identity states count.

use alloc::{string::String, sync::Arc};

use portcullis_engine::Policy;

use crate::identity::Identity;

/// Returns the identity without the roles of the policy that nobody may state, and how many these
/// are. Names that the policy does not know stay: they grant nothing.
pub(super) fn claimable(policy: &Policy, identity: &Arc<Identity>) -> (Arc<Identity>, usize) {
    let stated = |name: &str| {
        let role = policy.role(name);
        role.is_none_or(|role| policy.role_is_claimable(role))
    };
    let dropped = identity.all_roles().filter(|name| !stated(name)).count();
    if dropped == 0 {
        return (Arc::clone(identity), 0);
    }
    let keep = |name: &String| stated(name);
    let mut own = Identity::clone(identity);
    own.roles.retain(keep);
    for (_, roles) in &mut own.team_roles {
        roles.retain(keep);
    }
    own.team_roles.retain(|(_, roles)| !roles.is_empty());
    (Arc::new(own), dropped)
}
