//! `bench`: criterion's benchmarks, with the least sample of each as one line of JSON.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::gateways;
use crate::guests::COMPONENT;
use crate::run::{self, cargo, root, say};
use crate::wasm;
use crate::web;

/// Builds the guests, runs the benchmarks and, if asked, prints the figures as JSON.
pub(crate) fn run(json: bool, filter: Option<&str>) -> Result<()> {
    if filter == Some("gateways") {
        return gateways::bench(json);
    }
    if filter == Some("web") {
        return web::bench(json);
    }
    if filter == Some("author") {
        return web::bench_author(json);
    }
    wasm::build(&[COMPONENT])?;
    let results = root().join("target").join("criterion");
    // Whatever is there afterwards is of this run; criterion compares with what it keeps apart.
    for old in new_folders(&results)? {
        fs::remove_dir_all(&old).with_context(|| format!("could not clear {}", old.display()))?;
    }

    let mut bench = cargo();
    bench
        .args([
            "bench",
            "--package",
            "portcullis-benches",
            "--benches",
            "--locked",
        ])
        .env("CRITERION_HOME", &results);
    if let Some(filter) = filter {
        bench.args(["--", filter]);
    }
    run::run(&mut bench)?;

    let mut figures = new_folders(&results)?
        .iter()
        .map(|folder| Figure::read(folder))
        .collect::<Result<Vec<_>>>()?;
    figures.sort_by(|a, b| a.name.cmp(&b.name));
    if figures.is_empty() {
        bail!(
            "no benchmark ran; is `{}` part of a name?",
            filter.unwrap_or_default()
        );
    }
    if json {
        println!("{}", object(&figures));
    } else {
        for figure in &figures {
            say(format!("{:>14.1} ns  {}", figure.nanoseconds, figure.name));
        }
    }
    Ok(())
}

/// A benchmark's name and its least sample.
#[derive(Debug, PartialEq)]
struct Figure {
    name: String,
    nanoseconds: f64,
}

impl Figure {
    fn read(folder: &Path) -> Result<Self> {
        let json = |file: &str| -> Result<Value> {
            let path = folder.join(file);
            let text =
                fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
            Ok(serde_json::from_slice(&text)?)
        };
        Self::from_json(&json("benchmark.json")?, &json("sample.json")?)
            .with_context(|| format!("{} is not what criterion writes", folder.display()))
    }

    /// Reads what criterion wrote: total times of runs of so many iterations each.
    fn from_json(benchmark: &Value, sample: &Value) -> Option<Self> {
        let name = benchmark.get("full_id")?.as_str()?.to_owned();
        let elements = benchmark
            .get("throughput")
            .and_then(|throughput| throughput.get("Elements"))
            .and_then(Value::as_f64)
            .unwrap_or(1.0);
        let numbers = |member: &str| -> Option<Vec<f64>> {
            sample
                .get(member)?
                .as_array()?
                .iter()
                .map(Value::as_f64)
                .collect()
        };
        let least = numbers("times")?
            .into_iter()
            .zip(numbers("iters")?)
            .map(|(time, iterations)| time / iterations)
            .min_by(f64::total_cmp)?;
        let nanoseconds = least / elements;
        nanoseconds
            .is_finite()
            .then_some(Self { name, nanoseconds })
    }
}

fn object(figures: &[Figure]) -> Value {
    let rounded = |figure: &Figure| (figure.nanoseconds * 100.0).round() / 100.0;
    let members = figures
        .iter()
        .map(|figure| (figure.name.clone(), rounded(figure).into()));
    Value::Object(members.collect::<Map<_, _>>())
}

// Criterion makes a folder per benchmark, nested by its name, and `new` in it for the last run.
fn new_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.ends_with("new") && path.join("sample.json").is_file() {
                found.push(path);
            } else if path.is_dir() {
                pending.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figure(throughput: &Value, iters: &Value, times: &Value) -> Option<Figure> {
        Figure::from_json(
            &json!({ "group_id": "native/check", "full_id": "native/check/small", "throughput": throughput }),
            &json!({ "sampling_mode": "Linear", "iters": iters, "times": times }),
        )
    }

    #[test]
    fn the_least_time_of_an_iteration_counts() {
        let found = figure(
            &json!(null),
            &json!([10.0, 20.0, 30.0]),
            &json!([500.0, 800.0, 1500.0]),
        );
        let expected = Figure {
            name: "native/check/small".into(),
            nanoseconds: 40.0,
        };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn a_batch_is_reported_per_element() {
        let found = figure(&json!({ "Elements": 100 }), &json!([2.0]), &json!([9000.0])).unwrap();
        assert!((found.nanoseconds - 45.0).abs() < 1e-9, "{found:?}");
        let bytes = figure(&json!({ "Bytes": 100 }), &json!([2.0]), &json!([9000.0])).unwrap();
        assert!((bytes.nanoseconds - 4500.0).abs() < 1e-9, "{bytes:?}");
    }

    #[test]
    fn what_criterion_would_not_write_is_refused() {
        assert_eq!(figure(&json!(null), &json!([]), &json!([])), None);
        assert_eq!(figure(&json!(null), &json!([0.0]), &json!([1.0])), None);
        assert_eq!(figure(&json!(null), &json!(["1"]), &json!([1.0])), None);
    }

    #[test]
    fn the_line_is_one_object() {
        let figures = [
            Figure {
                name: "floor/check/small".into(),
                nanoseconds: 12.345_6,
            },
            Figure {
                name: "native/check/small".into(),
                nanoseconds: 30.0,
            },
        ];
        assert_eq!(
            object(&figures).to_string(),
            r#"{"floor/check/small":12.35,"native/check/small":30.0}"#
        );
    }
}
