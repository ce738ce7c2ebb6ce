;; Loops without end, of every shape. Each must run out of gas, and use exactly what it was given.
(module
  (memory (export "memory") 1)
  (func (export "plain") (loop (br 0)))
  (func (export "nops") (loop nop nop nop (br 0)))
  (func (export "nested") (loop (loop (br_if 1 (i32.const 1)))))
  (func (export "table") (loop (br_table 0 0 0 (i32.const 1))))
  ;; A tree of calls without a loop: 2^30 calls.
  (func $tree (param $depth i32)
    (if (local.get $depth)
      (then
        (call $tree (i32.sub (local.get $depth) (i32.const 1)))
        (call $tree (i32.sub (local.get $depth) (i32.const 1))))))
  (func (export "tree") (call $tree (i32.const 30))))
