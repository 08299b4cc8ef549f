//! What of a policy ends, as at some time.

use std::borrow::Cow;

use portcullis_engine::UnixSeconds;

use super::{FeatureIndex, Model};

impl Model {
    /// Returns the same policy before anything ends: nothing in it does.
    #[must_use]
    pub fn before_any_end(&self) -> Self {
        let mut model = self.clone();
        model.tenant.feature_ends.clear();
        let people = model.tenant.directory.iter_mut();
        let roles = people.flat_map(|person| &mut person.roles);
        roles.for_each(|binding| binding.until = None);
        model
    }

    /// Returns the same policy with the features that are on at that time, none of which ends.
    #[must_use]
    pub fn with_features_at(&self, now: UnixSeconds) -> Cow<'_, Self> {
        if self.tenant.feature_ends.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut model = self.clone();
        let is_on = |feature: &FeatureIndex| self.is_on(*feature, now);
        model.tenant.features.retain(is_on);
        model.tenant.feature_ends.clear();
        Cow::Owned(model)
    }

    /// Returns whether the tenant has a feature at that time.
    #[must_use]
    pub fn is_on(&self, feature: FeatureIndex, now: UnixSeconds) -> bool {
        let ends = self.tenant.feature_ends.get(&feature);
        self.tenant.features.binary_search(&feature).is_ok() && ends.is_none_or(|end| now < *end)
    }
}
