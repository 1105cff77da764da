//! What comes from outside: each target with its corpus, and with random changes of that. `npm run fuzz` looks for more, with libFuzzer.
//!
//! `FUZZ_SEED` and `FUZZ_RUNS` (for each target) say what is random and how much of it there is.

#![cfg(not(target_arch = "wasm32"))]

mod change;
mod targets;

use std::collections::BTreeSet;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use change::Changes;
use targets::TARGETS;

/// Any number would do; the same one makes the same inputs.
const SEED: u64 = 20_251_127;
const RUNS: u64 = 2000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |path: PathBuf| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), std::fs::read(&path).expect("a file"));
    let mut all: Vec<_> = entries.map(|entry| read(entry.expect("an entry").path())).collect();
    all.sort();
    all
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let all = files(&folder().join("corpus").join(target));
    assert!(!all.is_empty(), "{target} has no corpus");
    all
}

#[test]
fn every_target_takes_its_corpus() {
    for (target, check) in TARGETS {
        for (name, data) in corpus(target) {
            let broken = catch_unwind(AssertUnwindSafe(|| check(&data))).is_err();
            assert!(!broken, "{target} breaks at fuzz/corpus/{target}/{name}; the panic above says how");
        }
    }
}

#[test]
fn every_target_takes_random_changes_of_its_corpus() {
    let (seed, runs) = (number("FUZZ_SEED").unwrap_or(SEED), number("FUZZ_RUNS").unwrap_or(RUNS));
    println!("FUZZ_SEED={seed} FUZZ_RUNS={runs}");
    let words = change::words(&std::fs::read_to_string(folder().join("dictionary.txt")).expect("a dictionary"));
    for (target, check) in TARGETS {
        let corpus: Vec<_> = corpus(target).into_iter().map(|(_, data)| data).collect();
        let mut changes = Changes::new(seed, &corpus, &words);
        for run in 0..runs {
            let data = changes.next();
            let broken = catch_unwind(AssertUnwindSafe(|| check(&data))).is_err();
            assert!(!broken, "{target} breaks at run {run} of FUZZ_SEED={seed}: b\"{}\"", data.escape_ascii());
        }
    }
}

/// libFuzzer knows the same targets as this test.
#[test]
fn every_target_is_one_of_libfuzzers() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(self::folder().join(folder)).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path().file_stem().unwrap_or_default().to_string_lossy().into_owned()).collect()
    };
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).expect("a manifest");
    for name in targets {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
