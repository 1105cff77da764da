//! The smallest life that still breaks the law: whatever does not matter is left out.

use std::time::{Duration, Instant};

use appconfig_edge::session::Mistake;

use super::life::{Item, Life};
use super::run::{live, Broken};

/// Leaves out ever smaller parts of what was done, as long as the same law is broken and there is time.
pub(crate) fn shrink(broken: &Broken, mistake: Option<Mistake>, time: Duration) -> Box<Broken> {
    let begin = Instant::now();
    let mut best = Box::new(broken.clone());
    let mut size = best.items.len().div_ceil(2);
    while size > 0 && begin.elapsed() < time {
        let mut has_shrunk = false;
        for part in best.items.clone().chunks(size) {
            if begin.elapsed() > time {
                break;
            }
            if let Some(smaller) = without(&best, part, mistake) {
                best = smaller;
                has_shrunk = true;
            }
        }
        // What matters only together is often found once something else is gone.
        size = if has_shrunk && size == 1 { 1 } else { size / 2 };
    }
    best
}

fn without(broken: &Broken, part: &[Item], mistake: Option<Mistake>) -> Option<Box<Broken>> {
    let rest = broken.items.iter().copied().filter(|it| !part.contains(it)).collect();
    let smaller = live(&Life { seed: broken.life.seed, script: Some(rest) }, mistake, false).err()?;
    (smaller.violation.is_like(&broken.violation) && smaller.items.len() < broken.items.len()).then_some(smaller)
}
