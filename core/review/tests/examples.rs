//! The example policies compile, come back as written, and pass their own tests.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files should fail loudly"
)]

use std::path::Path;

use portcullis_engine::UnixSeconds;
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::{Source, compile};
use portcullis_review::suite;

/// Calls back with the name and the text of each example.
fn each(mut check: impl FnMut(&str, &str)) {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let folder = entry.unwrap().path();
        if let Ok(text) = std::fs::read_to_string(folder.join("policy.json")) {
            found += 1;
            check(&folder.file_name().unwrap().to_string_lossy(), &text);
        }
    }
    assert!(found > 0);
}

/// Calls back for the five examples that are a product's role system.
fn each_system(mut check: impl FnMut(&str, &str)) {
    let mut systems = 0;
    each(|name, text| {
        if [
            "cx-platform",
            "omni24",
            "omniflow",
            "omnivoice",
            "sleekflow",
        ]
        .contains(&name)
        {
            systems += 1;
            check(name, text);
        }
    });
    assert_eq!(systems, 5);
}

#[test]
fn every_example_compiles_and_comes_back_as_written() {
    each(|name, text| match Source::load(text) {
        Ok((source, model)) => {
            let written = serde_json::to_string(&source).unwrap();
            assert_eq!(Source::parse(&written).unwrap(), source, "{name}");
            for warning in &model.warnings {
                println!("{name}: {warning}");
            }
        }
        Err(invalid) => panic!("{name}:\n{invalid}"),
    });
}

#[test]
fn every_example_passes_its_own_tests_and_exercises_every_grant_and_route() {
    each(|name, text| {
        let (source, model) = Source::load(text).unwrap();
        let metadata = BundleMetadata::new("default", UnixSeconds(1_000), 60, &source.catalog);
        let report = suite::test(&model, &source.tests, &metadata).unwrap();
        for test in report.failing() {
            for failure in &test.failures {
                println!("{name}: {}: {failure}", test.name);
            }
        }
        for grant in &report.coverage.unexercised {
            println!("{name}: not exercised: {grant}");
        }
        let routes = &report.coverage.routes;
        assert!(report.passes(), "{name}");
        assert_eq!(report.coverage.percent(), 100, "{name}");
        assert_eq!(routes.unexercised, [""; 0], "{name}");
        assert_eq!(routes.total, source.catalog.routes.len(), "{name}");
    });
}

#[test]
fn every_example_passes_its_tests_whatever_features_are_turned_on_or_off() {
    each_system(|name, text| {
        let (source, _) = Source::load(text).unwrap();
        let all = source.catalog.features.0.clone();
        let on: Vec<String> = source.tenant.features.names().map(str::to_owned).collect();
        let toggled = all.iter().map(|feature| {
            let mut features = on.clone();
            if on.contains(feature) {
                features.retain(|known| known != feature);
            } else {
                features.push(feature.clone());
            }
            features
        });
        for features in toggled.chain([Vec::new(), all.clone()]) {
            let mut source = source.clone();
            source.tenant.features = features.iter().cloned().collect();
            let model = compile(&source.catalog, &source.tenant).unwrap();
            let metadata = BundleMetadata::new("default", UnixSeconds(1_000), 60, &source.catalog);
            let report = suite::test(&model, &source.tests, &metadata).unwrap();
            let failing = report.failing().map(|test| &test.name).collect::<Vec<_>>();
            assert!(failing.is_empty(), "{name} with {features:?}: {failing:?}");
            let routes = report.coverage.routes.percent();
            let percents = (report.coverage.percent(), routes);
            assert_eq!(percents, (100, 100), "{name} with {features:?}");
        }
    });
}

#[test]
fn every_readme_names_each_test_of_its_policy_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut facts = std::fs::read_to_string(root.join("core/review/src/lint/tests.rs")).unwrap();
    for entry in std::fs::read_dir(root.join("host/tests/administration")).unwrap() {
        facts.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    each_system(|name, text| {
        let (source, _) = Source::load(text).unwrap();
        let readme = root.join("examples").join(name).join("README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let named = |open, close| {
            let quoted = readme.split(open).skip(1);
            quoted
                .filter_map(move |rest: &str| rest.split(close).next())
                .collect::<Vec<_>>()
        };
        let named_tests = named('“', '”');
        for test in &source.tests {
            assert!(named_tests.contains(&&*test.name), "{name}: {}", test.name);
        }
        for test in named_tests {
            assert!(
                source.tests.iter().any(|known| known.name == test),
                "{name}: {test}"
            );
        }
        let mut operations = 0;
        for fact in named('`', '`') {
            if fact.matches('_').count() > 2 {
                operations += 1;
                assert!(facts.contains(&format!("fn {fact}()")), "{name}: {fact}");
            }
        }
        assert!(operations >= 3, "{name} names no test of its operations");
    });
}
