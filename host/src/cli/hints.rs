//! What to do about each failure, in words for people.

use std::io;

use portcullis_engine::RejectedBundle;
use portcullis_host::Failure;

/// Says why a bundle was rejected: its stable code, then words.
pub(crate) fn rejected(code: &str) -> String {
    let known = RejectedBundle::from_code(code);
    let words = known.map_or_else(
        || "the bundle is not believed".to_owned(),
        |it| it.to_string(),
    );
    format!("bundle-rejected({code}): {words}")
}

/// Says what to do about a failure, where there is something to do.
pub(crate) fn of_failure(failure: &Failure) -> Option<String> {
    match failure {
        Failure::BundleRejected(code) => RejectedBundle::from_code(code).and_then(of_rejection),
        Failure::BundleExpired => of_rejection(RejectedBundle::Expired),
        Failure::InvalidTrust(_) => Some("look at `threshold` and `keys` of the trust file".into()),
        Failure::Trap(_) => Some(
            "that is a denial; if `--engine native` answers, the component ran out of fuel or memory"
                .into(),
        ),
        _ => None,
    }
}

/// Says what to do about a policy file or its log that cannot be used.
pub(crate) fn of_file(error: &io::Error) -> Option<String> {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "who changes a policy must be able to write the file, its log and their folder"
        }
        io::ErrorKind::NotFound => "name the policy file as it is called from here",
        io::ErrorKind::IsADirectory => "name a file",
        io::ErrorKind::InvalidData => "write it as UTF-8 text",
        io::ErrorKind::StorageFull => "make room on the disk, and ask again",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn of_rejection(rejection: RejectedBundle) -> Option<String> {
    use RejectedBundle as R;
    let hint = match rejection {
        R::TooLarge => {
            "leave people out (`portcullis build --without directory`), or split the policy"
        }
        R::BadMagic => "is this the file that `portcullis build -o` wrote?",
        R::UnsupportedFormat => {
            "build the bundle with the version of portcullis that is to read it"
        }
        R::MalformedEnvelope
        | R::MalformedPayload
        | R::NotCanonical
        | R::UnsortedSignatures
        | R::TooManySignatures => {
            "the file was cut short or changed on its way: fetch or build it again"
        }
        R::BadSignature => {
            "the file was changed after it was signed: fetch or build it again, and find out why"
        }
        R::UntrustedSigner => {
            "sign with a key of this trust file, or give the trust file that belongs to the key"
        }
        R::WrongPayloadType => "what was signed is something else: give a bundle",
        R::WrongAudience => {
            "build with `--audience` as the trust file names it, or give the other trust file"
        }
        R::WrongTenant => "give this tenant's bundle, or add the tenant to the trust file",
        R::SlicesOnlyKey => {
            "sign whole bundles with a key whose use is `any`; this one may sign slices only"
        }
        R::WrongTenantKey => {
            "sign with a key that the trust file has for this tenant, or add the tenant to the key's `tenants`"
        }
        R::WholeOnlyKey => {
            "sign slices with a key whose use is `any` or `slices-only`; this one may sign whole bundles only"
        }
        R::SliceRefused => "give the whole bundle: a slice holds what one audience may see",
        R::WholeRefused => "give a slice: this trust has only keys that sign slices",
        R::NotYetValid => "check this machine's clock, or wait until the bundle holds",
        R::Expired => "build and publish a new bundle; `--valid-for` says how long it holds",
        R::RolledBack => "publish with a higher sequence: one that was accepted is never undone",
        R::Equivocation => {
            "two bundles have one sequence: build again with a higher `--sequence`, and find out why"
        }
        R::Corrupt => "the bundle contradicts itself: build it again with this version",
        _ => return None,
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rejection_has_its_code_and_a_hint() {
        for rejection in RejectedBundle::ALL {
            assert!(of_rejection(rejection).is_some(), "{rejection:?}");
            let words = rejected(rejection.code());
            assert!(words.starts_with(&format!("bundle-rejected({})", rejection.code())));
        }
        assert!(rejected("from-the-future").contains("from-the-future"));
    }
}
