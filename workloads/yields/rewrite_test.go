package yields

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRewrite(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{
			"each statement of each block begins with a yield",
			"func f() {\n\ta()\n\tfor range 3 {\n\t\tb()\n\t}\n\tgo func() { c() }()\n}\n",
			"func f() {\n\tYIELD; a()\n\tYIELD; for range 3 {\n\t\tYIELD; b()\n\t}\n\tYIELD; go func() { YIELD; c() }()\n}\n",
		},
		{
			"cases of switch and select are blocks, and break and continue are left alone",
			"func f() {\n\tswitch {\n\tcase x:\n\t\ta()\n\t\tbreak\n\tdefault:\n\t}\n\tselect {\n\tcase <-c:\n\t\tb()\n\t}\n}\n",
			"func f() {\n\tYIELD; switch {\n\tcase x:\n\t\tYIELD; a()\n\t\tbreak\n\tdefault:\n\t}\n\tYIELD; select {\n\tcase <-c:\n\t\tYIELD; b()\n\t}\n}\n",
		},
		{
			"another goroutine may run between the parts of a condition",
			"func f() {\n\tif x := a(); x == nil || y {\n\t\tb()\n\t}\n}\n",
			"func f() {\n\tYIELD; if x := a(); YIELD && (x == nil || y) {\n\t\tYIELD; b()\n\t}\n}\n",
		},
		{
			"a field is read before the yield and written after it",
			"func f() {\n\tp.q.n--\n\tp.n += 2 | b\n\tp.all = append(p.all, 1)\n}\n",
			"func f() {\n\tYIELD; p.q.n = LATER(p.q.n) - 1\n\tYIELD; p.n = LATER(p.n) + (2 | b)\n\tYIELD; p.all = LATER(append(p.all, 1))\n}\n",
		},
		{
			"variables, elements and fields of results are left whole, because they may not be read twice",
			"func f() {\n\tn++\n\tp.a[i()]--\n\tg().n += 1\n\tp.all = append(p.rest, 1)\n}\n",
			"func f() {\n\tYIELD; n++\n\tYIELD; p.a[i()]--\n\tYIELD; g().n += 1\n\tYIELD; p.all = append(p.rest, 1)\n}\n",
		},
		{
			"functions with directives for the compiler are left alone",
			"//go:nosplit\nfunc f() { a() }\n",
			"//go:nosplit\nfunc f() { a() }\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := rewrite("x.go", "package x\n\n"+c.source)
			require.NoError(t, err)
			require.Equal(t, "package x\n\n"+expand(c.want), got)
		})
	}
}

// expand writes out the names of the functions that are called.
func expand(text string) string {
	return strings.NewReplacer("YIELD", yieldName+"()", "LATER", laterName).Replace(text)
}

func TestWhatDoesNotParseIsRefused(t *testing.T) {
	_, err := rewrite("x.go", "package x\n\nfunc f() {")
	require.ErrorIs(t, err, ErrSource)
	require.ErrorContains(t, err, "x.go")
}
