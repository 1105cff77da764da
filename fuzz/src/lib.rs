//! The targets of `tests/fuzz/`, which `cargo test` runs as well.

#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

/// Gives `data` to the target of this name.
pub fn check(target: &str, data: &[u8]) {
    let (_, check) = targets::TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    check(data);
}
