;; Masks what lies in its memory, 16 bytes at a time. mask-blocks.ts holds it assembled (test/mask-blocks.test.ts compares).
(module
  (memory (export "memory") 1)
  ;; From 0 to `end`, a multiple of 16 above 0, with the key as a little-endian word.
  ;; Returns 0 when all that came out is ASCII.
  (func (export "mask") (param $end i32) (param $key i32) (result i32)
    (local $at i32) (local $keys v128) (local $seen v128) (local $block v128)
    (local.set $keys (i32x4.splat (local.get $key)))
    (loop $next
      (local.set $block (v128.xor (v128.load (local.get $at)) (local.get $keys)))
      (v128.store (local.get $at) (local.get $block))
      (local.set $seen (v128.or (local.get $seen) (local.get $block)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i8x16.bitmask (local.get $seen))))
