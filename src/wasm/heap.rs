//! The client's allocator: small, and sound because its target has one thread (`allocator.rs`).
//!
//! A block's size is one of four between two powers of two, so that less than a fifth of it is unused, or seven bytes. A block that is
//! given back waits in a list of its size for the next one, and is neither split nor joined: what is held is, of each size, the most
//! that was in use at a time. A client asks for the same few sizes again and again, so that costs next to nothing.

use core::alloc::Layout;
use core::ptr;

/// What blocks are made of.
pub(super) trait Source {
    /// Where it ends.
    fn end(&self) -> *mut u8;
    /// Moves the end by at least so many bytes; `false` where there are no more.
    fn grow(&mut self, bytes: usize) -> bool;
}

/// Every block's size is a multiple of it, and so is its address. No type of the client's is aligned to more.
const UNIT: usize = 8;
/// As many as the sizes up to `isize::MAX` have, which is all that a `Layout` can ask for.
const CLASSES: usize = 4 * (usize::BITS as usize - 5);

/// Blocks, and what is left of the source.
pub(super) struct Heap<S> {
    source: S,
    /// The first block of each list; each begins with the address of the next one.
    lists: [*mut u8; CLASSES],
    /// Where the next new block begins, a multiple of [`UNIT`].
    next: *mut u8,
}

/// The class of a block with room for so many bytes, and its size.
fn class(bytes: usize) -> (usize, usize) {
    let last = bytes.saturating_sub(1);
    // The first digit and the two behind it tell sizes apart; up to 64 bytes they are multiples of a unit.
    let shift = (usize::BITS - 3) - (last | (4 * UNIT)).leading_zeros();
    let quarters = last >> shift;
    (quarters + 4 * (shift - UNIT.trailing_zeros()) as usize, (quarters + 1) << shift)
}

#[allow(clippy::cast_ptr_alignment)] // every block is aligned to a unit
impl<S: Source> Heap<S> {
    /// `start` is a multiple of [`UNIT`], and what the source has begins there.
    pub(super) const fn new(source: S, start: *mut u8) -> Self {
        Self { source, lists: [ptr::null_mut(); CLASSES], next: start }
    }

    /// A block, or null where there is no more memory, or none that is aligned like that.
    ///
    /// # Safety
    /// Blocks are given back once, with the layout that they were asked for with, and not used afterwards.
    pub(super) unsafe fn allocate(&mut self, layout: Layout) -> *mut u8 {
        let (class, size) = class(layout.size());
        // SAFETY (here and below): of a size that a layout can have, the class is less than `CLASSES`.
        let list = self.lists.get_unchecked_mut(class);
        let block = *list;
        if !block.is_null() {
            *list = block.cast::<*mut u8>().read();
            return block;
        }
        let left = self.source.end().addr() - self.next.addr();
        if layout.align() > UNIT || left < size && !self.source.grow(size - left) {
            return ptr::null_mut();
        }
        let block = self.next;
        self.next = block.add(size);
        block
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// See [`Heap::allocate`].
    pub(super) unsafe fn free(&mut self, block: *mut u8, layout: Layout) {
        let list = self.lists.get_unchecked_mut(class(layout.size()).0);
        block.cast::<*mut u8>().write(*list);
        *list = block;
    }

    /// Changes a block's size. It stays where it is if it is a block of that size anyway; else what it holds is copied.
    ///
    /// # Safety
    /// See [`Heap::allocate`].
    pub(super) unsafe fn resize(&mut self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        if class(layout.size()).0 == class(bytes).0 {
            return block;
        }
        let new = self.allocate(Layout::from_size_align_unchecked(bytes, layout.align()));
        if !new.is_null() {
            ptr::copy_nonoverlapping(block, new, layout.size().min(bytes));
            self.free(block, layout);
        }
        new
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation)] // small numbers
mod tests {
    use super::*;
    use crate::random::Random;

    /// Pages of a region that has an end.
    struct Region {
        memory: Vec<u64>,
        used: usize,
        page: usize,
    }

    impl Source for Region {
        fn end(&self) -> *mut u8 {
            self.memory.as_ptr().cast_mut().cast::<u8>().wrapping_add(self.used)
        }

        fn grow(&mut self, bytes: usize) -> bool {
            let used = self.used + bytes.div_ceil(self.page) * self.page;
            let fits = used <= self.memory.len() * 8;
            if fits {
                self.used = used;
            }
            fits
        }
    }

    fn heap(bytes: usize, page: usize) -> Heap<Region> {
        let mut memory = vec![0_u64; bytes / 8];
        let start = memory.as_mut_ptr().cast();
        Heap::new(Region { memory, used: 0, page }, start)
    }

    fn layout(bytes: usize) -> Layout {
        Layout::from_size_align(bytes, UNIT).unwrap()
    }

    #[test]
    fn classes_are_in_order_and_waste_less_than_a_fifth_or_seven_bytes() {
        let mut previous = (0, UNIT);
        for bytes in 0..100_000 {
            let (class, size) = class(bytes);
            assert!(size >= bytes && size % UNIT == 0, "{bytes}");
            assert!(size - bytes < UNIT || 5 * (size - bytes) < size || bytes == 0, "{bytes}: {size}");
            assert!((class, size) == previous || class == previous.0 + 1 && size > previous.1 && bytes == previous.1 + 1, "{bytes}");
            previous = (class, size);
        }
        assert_eq!(class(isize::MAX as usize).0, CLASSES - 1);
        assert_eq!(class(isize::MAX as usize).1, 1 << (usize::BITS - 1));
    }

    #[test]
    fn blocks_keep_what_they_hold_whatever_happens_to_others() {
        for seed in 0..20 {
            let (mut heap, mut random) = (heap(1 << 22, 4096), Random::new(seed));
            let mut blocks: Vec<(*mut u8, usize, u8)> = Vec::new();
            for step in 0..4000 {
                let bytes = random.up_to([8, 100, 2000][step % 3]) as usize;
                let mark = step as u8;
                let at = random.up_to(99) as usize;
                // SAFETY: of each block as many bytes are written and read as were asked for, and each is given back once.
                unsafe {
                    let fill = |block: *mut u8, mark: u8, bytes: usize| ptr::write_bytes(block, mark, bytes);
                    let holds = |block: *mut u8, mark: u8, bytes: usize| (0..bytes).all(|at| *block.add(at) == mark);
                    if at >= blocks.len() {
                        let block = heap.allocate(layout(bytes));
                        assert!(!block.is_null() && block.addr() % UNIT == 0, "seed {seed}");
                        fill(block, mark, bytes);
                        blocks.push((block, bytes, mark));
                    } else if step % 2 == 0 {
                        let (block, before, mark) = blocks.swap_remove(at);
                        assert!(holds(block, mark, before), "seed {seed} step {step}");
                        heap.free(block, layout(before));
                    } else {
                        let (block, before, mark) = blocks[at];
                        let block = heap.resize(block, layout(before), bytes);
                        assert!(holds(block, mark, before.min(bytes)), "seed {seed} step {step}");
                        fill(block, mark, bytes);
                        blocks[at] = (block, bytes, mark);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_given_back_is_used_again() {
        let mut heap = heap(1 << 16, 1024);
        let mut used = 0;
        for round in 0..1000 {
            // SAFETY: each block is given back once.
            unsafe {
                let blocks = [1, 60, 840, 1000, 840].map(|bytes| (heap.allocate(layout(bytes)), bytes));
                for (block, bytes) in blocks {
                    heap.free(block, layout(bytes));
                }
            }
            assert!(round == 0 || heap.source.used == used);
            used = heap.source.used;
        }
    }

    #[test]
    fn a_block_grows_and_shrinks_in_its_place_as_far_as_it_has_room() {
        let mut heap = heap(1 << 16, 1024);
        // SAFETY: each block is given back once.
        unsafe {
            let block = heap.allocate(layout(840));
            assert_eq!(heap.resize(block, layout(840), 896), block);
            assert_eq!(heap.resize(block, layout(896), 769), block);
            let other = heap.resize(block, layout(769), 768);
            assert_ne!(other, block);
            assert_eq!(heap.allocate(layout(800)), block);
        }
    }

    #[test]
    fn where_there_is_no_more_null_is_given_and_what_there_is_stays_good() {
        let mut heap = heap(4096, 1024);
        // SAFETY: each block is given back once.
        unsafe {
            let block = heap.allocate(layout(1000));
            *block = 7;
            assert!(heap.allocate(layout(4096)).is_null());
            assert!(heap.resize(block, layout(1000), 8000).is_null());
            assert!(heap.allocate(layout(isize::MAX as usize - 64)).is_null());
            assert!(heap.allocate(Layout::from_size_align(8, 16).unwrap()).is_null());
            assert_eq!(*block, 7);
            let rest = heap.allocate(layout(3000));
            assert!(!rest.is_null() && heap.allocate(layout(1)).is_null());
            heap.free(block, layout(1000));
            assert_eq!(heap.allocate(layout(1000)), block);
        }
    }
}
