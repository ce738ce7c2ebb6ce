;; Floods the receipt with events.
(module
  (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "many") (loop (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (br 0)))
  (func (export "large") (loop (drop (call $emit (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 16384))) (br 0)))
  (func (export "too_large") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16385)))))
