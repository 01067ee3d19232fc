package edn_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// texts reads all values and returns each as EDN.
func texts(source io.Reader) (all []string, err error) {
	r := edn.NewReader(source)
	for {
		v, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, string(v.AppendEDN(nil)))
	}
}

func TestValuesOfAFile(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"a comment and nothing else", "; none", ""},
		{"values one after the other", "{:a 1} {:b 2}\n3", "{:a 1}|{:b 2}|3"},
		{"a vector around all", "[{:a 1},\n {:b 2}]\n", "{:a 1}|{:b 2}"},
		{"a list around all, with comments", ";x\n({:a 1} ;y ]\n nil) ;z", "{:a 1}|nil"},
		{"an empty vector", " [ ] ", ""},
		{
			"atoms", `[nil true -12 +3 4N 1.5e3 2/3 :a/b sym "s" \newline \[ \u0041 ##Inf]`,
			`nil|true|-12|3|4|1.5e3|2/3|:a/b|sym|"s"|\newline|\[|\u0041|##Inf`,
		},
		{"escapes", `["a\tb\\\"\u00e9\ud83d\ude00\/" "\ud800x"]`, "\"a\\u0009b\\\\\\\"é😀/\"|\"\ufffdx\""},
		{"collections", "[#{1 2} (1 [2 {}]) {:a {:b []}}]", "#{1 2}|(1 [2 {}])|{:a {:b []}}"},
		{"tags are skipped", `#jepsen.history.Op{:index 0} #inst "2026" #:ns{:a #_b 1}`, `{:index 0}|"2026"|{:a 1}`},
		{"discards", "#_1 2 #_ #_ 3 4 5 [#_(6) 7 #_8]", "2|5|[7]"},
		{"a byte order mark", "\ufeff[1]", "1"},
		{
			"JSON objects", `{"type": "ok", "value": [["r", "x", null], true, 1.5]}` + "\n" + `{"a":{"b:":[]},"c":-1}`,
			`{"type" "ok" "value" [["r" "x" nil] true 1.5]}|{"a" {"b:" []} "c" -1}`,
		},
		{"a JSON array", `[ {"a" : 1}, {"b":2} ]`, `{"a" 1}|{"b" 2}`},
		{"a map whose first key is a string is not JSON without a colon", `{"a" :b}`, `{"a" :b}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, source := range []io.Reader{strings.NewReader(row.text), iotest.OneByteReader(strings.NewReader(row.text))} {
				all, err := texts(source)
				require.NoError(t, err)
				require.Equal(t, row.want, strings.Join(all, "|"))
			}
		})
	}
}

func TestSyntaxErrorsNameTheLine(t *testing.T) {
	for _, row := range []struct{ name, text, says string }{
		{"the file ends within a map", "{:a 1}\n{:b", "line 2: the file ends within the value that begins here"},
		{"the file ends within a string", "\"abc", "line 1: the file ends within the value that begins here"},
		{"the file ends within an escape", `"abc\u00`, "the file ends within the value that begins here"},
		{"the file ends within the vector", "[{:a 1}\n\n", "line 3: the file ends within the vector around all values"},
		{"more after the vector", "[{:a 1}]\n{:b 1}", "line 2: there is more after the end"},
		{"a wrong bracket", "{:a [1}", "'}' does not match an opening bracket"},
		{"a bracket too many", "{:a 1}\n)", "line 2: ')' does not match"},
		{"a key without a value", "{:a 1 :b}", "a map has a key without a value"},
		{"EDN among JSON", "{\"b\":1}\n{:a 1, :b}", "line 2: "},
		{"an unknown escape", `"\q"`, `the unknown escape \q`},
		{"a bad escape", `"\u12G4"`, `the escape \u12G4`},
		{"a colon alone", "{: 1}", "a colon without a name"},
		{"a regular expression", `#"x"`, `#" is Clojure`},
		{"metadata", "^:a {}", `"^" is Clojure`},
		{"a discard without a value", "[[#_]]", "a discard without a value"},
		{"a discard at the end", "#_", "the file ends within the value that begins here"},
		{"too deep", strings.Repeat("[", 1000), "collections are nested more than 100 deep"},
		{"too deep, and closed", strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20), "collections are nested more than 100 deep"},
		{"many discards", strings.Repeat("#_ ", 1<<20), "the file ends within the value that begins here"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := texts(strings.NewReader(row.text))
			require.ErrorIs(t, err, edn.ErrSyntax)
			require.ErrorContains(t, err, row.says)
		})
	}
}

func TestAValueHasLimits(t *testing.T) {
	_, err := texts(strings.NewReader("{:a \"" + strings.Repeat("x", edn.MaxBytes+1<<20) + "\"}"))
	require.ErrorIs(t, err, edn.ErrSyntax)
	require.ErrorContains(t, err, "of more than 67108864 bytes")

	_, err = texts(strings.NewReader("[[" + strings.Repeat("1 ", edn.MaxParts+1) + "]]"))
	require.ErrorContains(t, err, "a value with more than 4194304 parts")
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	r := edn.NewReader(strings.NewReader("\n; a\n[{:a\n 1}\n\n {:b 2} {:c 3}\n]"))
	var lines []int
	for {
		if _, err := r.Next(); err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		lines = append(lines, r.Line())
	}
	require.Equal(t, []int{3, 6, 6}, lines)
}

func TestPartsOfAValue(t *testing.T) {
	v, err := edn.Parse([]byte(`{:f :txn, :value [[:r "x" nil] 7]}`))
	require.NoError(t, err)
	require.Equal(t, 4, v.Len())
	var keys []string
	for key, value := range v.Pairs() {
		keys = append(keys, string(key.Text()))
		if string(key.Text()) == "value" {
			require.Equal(t, edn.Vector, value.Kind())
			require.True(t, value.Sequential())
			require.Equal(t, "x", string(value.At(0).At(1).Text()))
			require.Equal(t, edn.Nil, value.At(0).At(2).Kind())
			require.Equal(t, edn.Nil, value.At(5).Kind())
			require.Equal(t, "a number", value.At(1).Kind().String())
		}
	}
	require.Equal(t, []string{"f", "value"}, keys)
	_, err = edn.Parse([]byte("1 2"))
	require.ErrorIs(t, err, edn.ErrSyntax)
	require.Zero(t, edn.Value{}.Len())
}

// FuzzRead checks that no input crashes the reader, that the result does not depend on how the input is split into
// reads, and that what it reads survives being written and read again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"[{:a 1} #{:b}]", `{"a":[null,"\ud83d\ude00"]}`, "({:a \\[} ;x\n)", "#_ #_ 1 2 #t{:a #inst \"x\"}", "{:a [1 2", "\"\\u12", "##NaN",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := texts(bytes.NewReader(text))
		slowly, slowErr := texts(iotest.OneByteReader(bytes.NewReader(text)))
		require.Equal(t, all, slowly)
		require.Equal(t, err, slowErr)
		for _, v := range all {
			again, err := edn.Parse([]byte(v))
			require.NoError(t, err, v)
			require.Equal(t, v, string(again.AppendEDN(nil)))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	line := `{:type :ok, :f :txn, :value [[:append 11 1] [:r 11 [1 2 3 4 5 6 7 8 9 10 11 12]] [:r 9 nil]], :process 10, :time 31076248, :index 2}` + "\n"
	text := []byte(strings.Repeat(line, 10_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := edn.NewReader(bytes.NewReader(text))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}
}
