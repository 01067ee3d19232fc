package operators

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// typed returns a type-checked package of one file.
func typed(t *testing.T, source string) *Package {
	t.Helper()
	f := newFile(token.NewFileSet(), "a.go", "/tmp/a.go", []byte(source))
	require.NoError(t, parse(f))
	p := &Package{ImportPath: "p", files: []*file{f}}
	require.NoError(t, p.check(&exports{fset: f.fset, importer: importer.Default()}, listed{ImportPath: "p"}))
	return p
}

const classicalHead = `package p
import ("errors"; "fmt"; "bytes")
var _, _, _ = errors.New, fmt.Sprint, bytes.Equal
type pair struct{ a, b int }
func use(...any) {}
func two(a, b int, c string) (int, error) { return a + b, nil }
`

func TestClassicalOperators(t *testing.T) {
	for _, row := range []struct {
		name, source string
		want         []string // kind and new source of the line
	}{
		{"a comparison", "func f(a, b int) bool { return a < b }", []string{
			"negate-condition func f(a, b int) bool { return a >= b }", "off-by-one func f(a, b int) bool { return a <= b }",
			"early-return func f(a, b int) bool { return false; return a < b }",
		}},
		{"an equality has no neighbour", "func f(a []int) bool { return a == nil }", []string{
			"negate-condition func f(a []int) bool { return a != nil }", "early-return func f(a []int) bool { return false; return a == nil }",
		}},
		{"a condition that is a call", "func f(ok func() bool) {\nif ok() { use() }\n}", []string{
			"negate-condition if !(ok()) { use() }", "drop-statement if ok() {  }", "drop-branch if ok() {  }", "early-return return; if ok() { use() }",
		}},
		{"and, or", "func f(a, b, c bool) bool {\nreturn a && b || c }", []string{
			"swap-logic return (a && b && c) }", "swap-logic return (a || b) || c }", "early-return return false; return a && b || c }",
		}},
		{"sums of numbers, not of strings", "func f(a int, s string) {\nuse(a * a, s + s)\na += a\na++\n}", []string{
			"swap-arithmetic use((a / a), s + s)", "drop-statement _, _ = a, s", "swap-arguments use(s + s, a * a)",
			"early-return return; use(a * a, s + s)",
			"swap-arithmetic a -= a", "drop-statement _ = a",
			"swap-arithmetic a--", "drop-statement _ = a", "early-return return; a++",
		}},
		{"constants", "const n, m, s = 0, 7, \"x\"\nvar yes = true", []string{
			"change-constant const n, m, s = (0 + 1), 7, \"x\"",
			"change-constant const n, m, s = 0, (7 + 1), \"x\"", "change-constant const n, m, s = 0, (7 - 1), \"x\"",
			"change-constant var yes = false",
		}},
		{"a removal leaves no unused variables", "func f(b []byte) (err error) {\nx := bytes.Clone(b)\nerr = fmt.Errorf(\"%s\", x)\nreturn }", []string{
			"early-return return; x := bytes.Clone(b)", "drop-statement _, _, _ = err, fmt.Errorf, x",
		}},
		{"both branches", "func f(ok bool) {\nif ok {\nuse(ok)\n} else {\nuse()\n}\n}", []string{
			"negate-condition if !(ok) {", "drop-branch if ok { _ = ok   } else {", "early-return return; if ok {",
			"drop-statement _ = ok", "drop-else } else {    }", "drop-statement ",
		}},
		{"cases", "func f(n int, c chan int) {\nswitch n {\ncase 1:\nuse(n)\ndefault:\n}\nselect {\ncase <-c:\n}\n}", []string{
			"early-return return; switch n {",
			"change-constant case (1 + 1):", "change-constant case (1 - 1):", "drop-branch _ = n", "drop-statement _ = n",
		}},
		{"arguments of one type", "func f() { two(1<<1, 2, \"\") }", []string{
			"swap-arithmetic func f() { two((1>>1), 2, \"\") }",
			"change-constant func f() { two((1 + 1)<<1, 2, \"\") }", "change-constant func f() { two((1 - 1)<<1, 2, \"\") }",
			"change-constant func f() { two(1<<(1 + 1), 2, \"\") }", "change-constant func f() { two(1<<(1 - 1), 2, \"\") }",
			"change-constant func f() { two(1<<1, (2 + 1), \"\") }", "change-constant func f() { two(1<<1, (2 - 1), \"\") }",
			"drop-statement func f() {  }", "swap-arguments func f() { two(2, 1<<1, \"\") }",
			"early-return func f() { return; two(1<<1, 2, \"\") }",
		}},
		{"arguments of a symmetric function", "func f(a, b []byte) bool {\nreturn bytes.Equal(a, b) }", []string{
			"early-return return false; return bytes.Equal(a, b) }",
		}},
		{"zero values of every type", "func f() (int, string, []byte, pair, error) {\nreturn two2() }\nfunc two2() (a int, b string, c []byte, d pair, e error)", []string{
			"early-return return 0, \"\", nil, *new(pair), nil; return two2() }",
		}},
		{"loops", "func f(c []int) {\nfor range c {\nif len(c) == 3 { break }\n}\n}", []string{
			"early-return return; for range c {",
			"negate-condition if len(c) != 3 { break }", "change-constant if len(c) == (3 + 1) { break }",
			"change-constant if len(c) == (3 - 1) { break }", "drop-branch if len(c) == 3 {  }",
			"early-return return; if len(c) == 3 { break }", "swap-jump if len(c) == 3 { continue }",
		}},
		{"errors and panics are text", "func f(n int) error {\npanic(n + 1) }\nfunc g(n int) error {\nreturn fmt.Errorf(\"%d\", n + 1) }", []string{
			"drop-statement _ = n }", "early-return return nil; panic(n + 1) }", "early-return return nil; return fmt.Errorf(\"%d\", n + 1) }",
		}},
		{"methods that make text", "func (p pair) String() string { return fmt.Sprint(p.a + 1) }", nil},
		{"locking calls are not dropped as statements", "func f(mu interface{ Lock(); Unlock() }) {\nmu.Lock()\ndefer mu.Unlock() }", []string{
			"early-return return; mu.Lock()",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			source := classicalHead + row.source + "\n"
			p := typed(t, source)
			var got []string
			for _, m := range p.Find(Classical()) {
				if m.Line > strings.Count(classicalHead, "\n") {
					got = append(got, fmt.Sprintf("%s %s", m.Kind, difference(source, string(m.Apply([]byte(source))))))
				}
				if text := m.Diff([]byte(source)); !strings.HasSuffix(text, "+_ = n }\n") { // nothing is returned there
					require.NoError(t, p.Compiles(&m), "%s", text)
				}
				require.Equal(t, strings.Count(source, "\n"), strings.Count(string(m.Apply([]byte(source))), "\n"))
			}
			require.Equal(t, row.want, got)
		})
	}
}

func TestMutationsThatDoNotCompileAreNoticed(t *testing.T) {
	source := "package p\nfunc f(a int) int {\nif a == 1 { return 2 } else { return 3 }\n}\n"
	p := typed(t, source)
	refused := map[Kind]bool{}
	for _, m := range p.Find(Classical()) {
		if p.Compiles(&m) != nil {
			refused[m.Kind] = true
		}
	}
	require.Equal(t, map[Kind]bool{DropBranch: true, DropElse: true}, refused)
}

func TestOnlyFunctionsCompiledWithTheirPackageAreProvable(t *testing.T) {
	source := "package p\nconst c = 1\ntype s[T any] struct{}\nfunc (s[T]) m() int { return 1 }\nfunc g[T any]() int { return 1 }\n" +
		"func f() int { return 1 }\ntype r struct{}\nfunc (*r) m() int { return 1 }\n"
	got := map[string]bool{}
	for _, m := range typed(t, source).Find([]Kind{EarlyReturn, ChangeConstant}) {
		name := strings.Split(m.ID, ":")[1]
		got[name] = m.Provable()
	}
	require.Equal(t, map[string]bool{"c": false, "s.m": false, "g": false, "f": true, "r.m": true}, got)
}

func TestAnIDDependsOnlyOnItsFunction(t *testing.T) {
	ids := func(source string) []string {
		var all []string
		for _, m := range typed(t, source).Find([]Kind{NegateCondition}) {
			all = append(all, m.ID)
		}
		return all
	}
	f := "func f(a int) bool { return a == 1 || a == 2 }\n"
	before := ids("package p\n" + f)
	require.Len(t, before, 2)
	require.Regexp(t, `^a\.go:f:negate-condition:1@[0-9a-f]{8}$`, before[0])
	require.Equal(t, before, ids("package p\n\n// A comment.\nvar x = 1\n\n"+f), "the function moved")
	require.Equal(t, before, ids("package p\n" + f + "func g(a int) bool { return a == 1 }\n")[:2], "another function was added")
	require.NotEqual(t, before, ids("package p\n"+strings.Replace(f, "2", "3", 1)), "the function changed")
}

func TestASampleDependsOnTheSeed(t *testing.T) {
	all := typed(t, classicalHead+"const a, b, c, d, e, f = 1, 2, 3, 4, 5, 6\n").Find(Classical())
	first := Shuffle(all, "1")
	require.ElementsMatch(t, all, first)
	require.Equal(t, first, Shuffle(all, "1"))
	require.NotEqual(t, first, Shuffle(all, "2"))
}

func TestGeneratedFilesAreLeftOut(t *testing.T) {
	p := typed(t, "// Code generated by hand. DO NOT EDIT.\n\npackage p\nvar x = 1 + 1\n")
	require.True(t, ast.IsGenerated(p.files[0].tree))
	require.Empty(t, p.Find(All()))
}
