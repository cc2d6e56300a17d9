"""A file in each language, with what a reader counts in it: complexity by function, bases by type, imports."""

SAMPLES = {
    "python": ('''import os
from a.b import c as d

class A(B, metaclass=M):
    """About A."""
    @property
    def f(self, x: int = 1, *a) -> str:
        """About f."""
        if x and y or z:
            return [i for i in x if i]
        try:
            pass
        except E:
            pass
        match x:
            case 1: pass
            case _: pass
        return a if b else c

async def _g(): pass
''', {"A.f": 9, "_g": 1}, {"A": ("class", ["B"])}, ["os", "a.b.c"], "About f.", ["_g"]),
    "javascript": ('''import x, {y} from './a';
const z = require("q");
export default class A extends B {
  /** About f. */
  async f(a, b = 1) { if (a && b) {} for (const i of a) {} }
}
export function g(x) { switch (x) { case 1: break; default: } }
const h = (a) => a ? 1 : 2;
''', {"A.f": 4, "g": 2, "h": 2}, {"A": ("class", ["B"])}, ["./a", "q"], "About f.", []),
    "typescript": ('''import {y} from './a';
export interface I extends J { m(a: string): void }
export abstract class A extends B<T> implements I, K {
  /** About f. */
  private f(a: string): number { return a ?? 1 }
}
export const h = async (a: number): Promise<void> => {};
''', {"I.m": 1, "A.f": 2, "h": 1}, {"I": ("interface", ["J"]), "A": ("class", ["B", "I", "K"])}, ["./a"],
        "About f.", ["f"]),
    "java": ('''package p;
import java.util.List;
import static a.b.C.*;
public class A extends B implements C, D {
  public A(int x) {}
  /** About f. */
  @Override public int f(String s, int... r) throws E {
    if (s == null && r > 1) {}
    for (int i : r) {}
    switch (x) { case 1: break; default: }
    try {} catch (E e) {}
    return a ? 1 : 2;
  }
  private void q() {}
}
interface Z extends W {}
''', {"A.A": 1, "A.f": 7, "A.q": 1}, {"A": ("class", ["B", "C", "D"]), "Z": ("interface", ["W"])},
        ["java.util.List", "a.b.C"], "About f.", ["q"]),
    "go": ('''package p
import ("fmt"; m "a/b")
type T struct { X int; Base }
type I interface { F() }
// About F.
func (t *T) F(a int, b string) (int, error) {
  if a > 1 && b == "" {}
  for i := range x {}
  switch a { case 1: }
  return 1, nil
}
func g() {}
''', {"T.F": 5, "g": 1}, {"T": ("struct", ["Base"]), "I": ("interface", [])}, ["fmt", "a/b"], "About F.", ["g"]),
    "c": ('''#include <stdio.h>
#include "a.h"
struct S { int x; };
/* About f. */
static int *f(int a, char *b) {
  if (a && b) {}
  while (a) {}
  switch (a) { case 1: break; default: ; }
  return a ? b : 0;
}
''', {"f": 6}, {"S": ("struct", [])}, ["stdio.h", "a.h"], "About f.", ["f"]),
    "cpp": ('''#include <vector>
namespace n {
template<class T> class A : public B, private C<T> {
 public:
  // About f.
  virtual int f(int a) const override { for (auto x : v) {} try {} catch (...) {} return 1; }
};
}
int n::A::g(int a) { return a; }
''', {"A.f": 3, "n.A.g": 1}, {"A": ("class", ["B", "C"])}, ["vector"], "About f.", []),
    "csharp": ('''using System;
using X = A.B;
namespace N {
public class A : B, I {
  /// <summary>About F.</summary>
  public async Task<int> F(string s) {
    if (s is null && x) {}
    foreach (var i in r) {}
    switch (x) { case 1: break; }
    try {} catch (E) {}
    return a ?? (b ? 1 : 2);
  }
}
record R(int A);
}
''', {"A.F": 8}, {"A": ("class", ["B", "I"]), "R": ("record", [])}, ["System", "A.B"], "About F.", []),
    "rust": ('''use std::io;
use a::{b, c::d};
pub struct S<T> { x: T }
trait T: U { fn q(&self); }
impl T for S {
  /// About f.
  pub async fn f(&self, a: i32) -> Result<i32, E> {
    if a > 1 && b {}
    for i in x {}
    match a { 1 => 2, _ => 3 };
    a?
  }
}
mod m;
''', {"T.q": 1, "S.f": 6}, {"S": ("struct", []), "T": ("trait", ["U"])}, ["std::io", "a", "self::m"], "About f.",
        ["q", "T"]),
    "ruby": ('''require "a"
require_relative 'b'
module M
  class A < B
    # About f.
    def f(a, b = 1, *c, k: 2)
      if a && b then 1 end
      x unless y
      case a when 1 then 2 end
      begin; rescue E; end
    end
    def self.g; end
  end
end
''', {"M.A.f": 6, "M.A.g": 1}, {"M": ("module", []), "M.A": ("class", ["B"])}, ["a", "b"], "About f.", []),
    "php": ('''<?php
use A\\B as C;
require_once 'x.php';
abstract class A extends B implements I, J {
  /** About f. */
  public static function f(int $a, ?string $b = null): ?int {
    if ($a && $b) {}
    foreach ($a as $x) {}
    switch ($a) { case 1: break; }
    try {} catch (E $e) {}
    return $a ?? ($b ? 1 : 2);
  }
}
interface I {}
function g() {}
''', {"A.f": 8, "g": 1}, {"A": ("class", ["B", "I", "J"]), "I": ("interface", [])}, ["A\\B", "x.php"], "About f.", []),
    "kotlin": ('''package p
import a.b.C
open class A(val x: Int) : B(x), I {
  /** About f. */
  suspend fun f(a: Int, b: String = "x"): Int {
    if (a > 1 && b == "") {}
    for (i in x) {}
    when (a) { 1 -> 2; else -> 3 }
    try {} catch (e: E) {}
    return a ?: 1
  }
}
interface I
enum class E { X }
private fun g() = 1
''', {"A.f": 7, "g": 1}, {"A": ("class", ["B", "I"]), "I": ("interface", []), "E": ("enum", [])}, ["a.b.C"],
        "About f.", ["g"]),
    "sql": ('''CREATE TABLE q (id int);
CREATE TABLE t (id int PRIMARY KEY, x text REFERENCES q (id));
CREATE VIEW v AS SELECT id FROM t;
-- About f.
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT CASE WHEN a > 1 AND b THEN 1 ELSE 2 END $$;
''', {"f": 3}, {"q": ("table", []), "t": ("table", []), "v": ("view", [])}, [], "About f.", []),
}  # fmt: skip
