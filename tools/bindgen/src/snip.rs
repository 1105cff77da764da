//! Takes out of a module what only a panic would run. The client's panic handler traps without a word (src/wasm/allocator.rs),
//! but the functions that put a panic's message together are compiled before anybody knows that.

use std::collections::HashSet;

use walrus::ir::{Call, Value, Visitor};
use walrus::{ConstExpr, DataKind, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// Functions of the standard library that never return: they put a message together and panic.
fn panics(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "::panicking::",
        "slice_index_fail",
        "slice_error_fail",
        "len_mismatch_fail",
        "expect_failed",
        "unwrap_failed",
        "capacity_overflow",
        "handle_error",
        "handle_alloc_error",
    ];
    // Of the glue, what says that there is no more memory.
    is_standard(name) && NAMES.iter().any(|part| name.contains(part)) || name.starts_with("wasm_bindgen::throw_str")
}

/// Functions that write texts for `format!` and the like, which the client does not use.
fn formats(name: &str) -> bool {
    name.contains("core") && (name.contains("::fmt::") || name.contains("do_count_chars"))
}

fn is_standard(name: &str) -> bool {
    ["core[", "core::", "alloc[", "alloc::"].iter().any(|start| name.trim_start_matches('<').starts_with(start))
}

/// The name as Rust has it.
fn name_of(module: &Module, id: FunctionId) -> String {
    rustc_demangle::demangle(module.funcs.get(id).name.as_deref().unwrap_or_default()).to_string()
}

struct Calls<'a>(&'a HashSet<FunctionId>, Option<FunctionId>);

impl<'instr> Visitor<'instr> for Calls<'_> {
    fn visit_call(&mut self, call: &Call) {
        if self.0.contains(&call.func) {
            self.1 = Some(call.func);
        }
    }
}

/// Lets every such function trap at once. Fails where one that formats is called by something that does not panic: then the
/// module would trap where it should work.
pub fn snip(module: &mut Module) -> Result<(), String> {
    let named = |test: fn(&str) -> bool| -> HashSet<FunctionId> {
        module.funcs.iter_local().map(|(id, _)| id).filter(|id| test(&name_of(module, *id))).collect()
    };
    let (panicking, formatting) = (named(panics), named(formats));
    if panicking.is_empty() {
        return Err("there is no function that panics: have their names changed? See tools/bindgen/src/snip.rs".into());
    }
    for (id, function) in module.funcs.iter_local() {
        if panicking.contains(&id) || formatting.contains(&id) {
            continue;
        }
        let mut calls = Calls(&formatting, None);
        visit(&mut calls, function);
        if let Some(called) = calls.1 {
            let (by, what) = (name_of(module, id), name_of(module, called));
            return Err(format!("{by} formats a text, by {what}: the client's module must not (tools/bindgen/src/snip.rs)"));
        }
    }
    for id in panicking.into_iter().chain(formatting) {
        let (parameters, results) = module.types.params_results(module.funcs.get(id).ty());
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
        builder.func_body().unreachable();
        let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
    }
    Ok(())
}

/// Says that the module does not use references to JavaScript's values, which is true of the client: else wasm-bindgen gives it a
/// table for them, with code that keeps it. The section is a list of a sign and a name each, all shorter than 128.
pub fn without_references(module: &mut Module) -> Result<(), String> {
    const SECTION: &str = "target_features";
    let section = module.customs.remove_raw(SECTION).ok_or("there is no section target_features: is the profile's strip still false?")?;
    let mut entries = Vec::new();
    let mut rest = section.data.get(1..).unwrap_or_default();
    while let [_, length, after @ ..] = rest {
        let end = usize::from(*length) + 2;
        if after.get(..end - 2) != Some(b"reference-types") {
            entries.push(rest.get(..end).ok_or("the section target_features is cut short")?.to_vec());
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    let count = u8::try_from(entries.len()).map_err(|error| error.to_string())?;
    let data = [vec![count], entries.concat()].concat();
    module.customs.add(walrus::RawCustomSection { name: SECTION.into(), data });
    Ok(())
}

/// What the messages of panics are made of: the paths of sources (those of crates begin as scripts/build.mjs lets them begin), and texts
/// of the standard library and of wasm-bindgen's glue.
const PATHS: [&str; 3] = ["/rustc/", "/crates/", "src/"];
const MESSAGES: [&str; 20] = [
    "slice index starts at ",
    " but ends at ",
    "index out of bounds: the len is ",
    " but the index is ",
    "range start index ",
    "range end index ",
    " out of range for slice of length ",
    "copy_from_slice: source slice length (",
    ") does not match destination slice length (",
    "removal index (is ",
    ") should be < len (is ",
    "memory allocation of ",
    " bytes failed",
    "capacity overflow",
    "Tried to shrink to a larger capacity",
    "attempt to divide by zero",
    "attempted to take ownership of Rust value while it was borrowed",
    "null pointer passed to rust",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    concat!(
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849",
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
    ),
];

/// What stands for a value between two pieces of a message.
const VALUE: u8 = 0xc0;
/// A place in a source, as a panic names it: the address and the length of its path, line and column.
const LOCATION: usize = 16;

/// Overwrites these texts, which nobody reads any more, with zeros, and the places in the sources with them: they pack to nothing.
pub fn blank(module: &mut Module) {
    let all: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    let mut paths = Vec::new();
    for id in &all {
        let data = module.data.get_mut(*id);
        for message in MESSAGES {
            while let Some(at) = find(&data.value, message.as_bytes()) {
                // A piece of a message has its length before it.
                let from = if at > 0 && usize::from(data.value[at - 1]) == message.len() { at - 1 } else { at };
                let end = at + message.len();
                data.value[from..end].fill(0);
                if data.value.get(end) == Some(&VALUE) {
                    data.value[end] = 0;
                }
            }
        }
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(address)), .. } = data.kind else { continue };
        for start in PATHS {
            let mut from = 0;
            while let Some(at) = find(&data.value[from..], start.as_bytes()).map(|at| from + at) {
                let path = data.value[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"/_-.".contains(byte)).count();
                if let Some(end) = find(&data.value[at..at + path], b".rs") {
                    let length = end + 3;
                    data.value[at..at + length].fill(0);
                    paths.push([address.cast_unsigned() + at as u32, length as u32].map(u32::to_le_bytes).concat());
                }
                from = at + 1;
            }
        }
    }
    for id in all {
        let data = module.data.get_mut(id);
        for path in &paths {
            while let Some(at) = find(&data.value, path) {
                let end = (at + LOCATION).min(data.value.len());
                data.value[at..end].fill(0);
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn visit(calls: &mut Calls<'_>, function: &LocalFunction) {
    walrus::ir::dfs_in_order(calls, function, function.entry_block());
}
