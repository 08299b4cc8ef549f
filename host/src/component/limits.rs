//! How much a component may use.

/// The bounds of the sandbox. They are the second fence: the engine's own limits on
/// bundles and requests come first, and no legal request reaches these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentLimits {
    /// Most memory of one instance, in bytes.
    pub memory_bytes_max: usize,
    /// Most instances at once, over all policies.
    pub instances_max: u32,
    /// Fuel for verifying a bundle, about one unit an instruction.
    ///
    /// One of 4 MiB with 900 roles, 1.8 million grants and 8 signatures takes 4.3 billion.
    pub open_fuel: u64,
    /// Fuel for one call.
    ///
    /// A subject of 256 roles takes at most 1.6 billion of that bundle, for its modules,
    /// and 6.1 billion for a batch of 4,096 questions; a small policy takes thousands.
    pub call_fuel: u64,
}

impl Default for ComponentLimits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 64 * 1024 * 1024,
            instances_max: 64,
            open_fuel: 20_000_000_000,
            call_fuel: 20_000_000_000,
        }
    }
}
