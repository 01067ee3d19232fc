package schemas

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	reflector "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the schemas")

const (
	modulePath = "github.com/lightningdb/lightning-torture"
	root       = "../.."
)

// TestSchemasAreThoseOfTheTypes fails when a type has changed and its schema has not.
func TestSchemasAreThoseOfTheTypes(t *testing.T) {
	files := map[string]bool{}
	for _, f := range formats() {
		name := f.name + ".schema.json"
		files[name] = true
		want := generate(t, f, true)
		if *update {
			require.NoError(t, os.WriteFile(name, want, 0o644))
		}
		got, err := os.ReadFile(name)
		require.NoError(t, err, "go -C reports/schemas test -run Schemas -update writes it")
		require.Equal(t, string(want), string(got), "%s is not that of its type; see doc.go", name)
	}
	all, err := filepath.Glob("*.schema.json")
	require.NoError(t, err)
	for _, name := range all {
		require.True(t, files[name], "%s: no type has this schema", name)
	}
}

// comments are those of all types and fields, read once.
var comments = sync.OnceValues(func() (map[string]string, error) {
	r := &reflector.Reflector{}
	err := r.AddGoComments(modulePath, ".", reflector.WithFullComment())
	return r.CommentMap, err
})

// generate returns the schema of a format. Only an open one allows properties that it does not name.
func generate(t *testing.T, f format, open bool) []byte {
	t.Helper()
	t.Chdir(root) // AddGoComments wants relative paths
	known, err := comments()
	require.NoError(t, err)
	r := &reflector.Reflector{
		AllowAdditionalProperties: open, Anonymous: true, ExpandedStruct: reflect.TypeOf(f.value).Kind() == reflect.Struct,
		CommentMap: known, Mapper: text, Namer: named,
	}
	s := r.Reflect(f.value)
	s.Title, s.ID = f.title, reflector.ID("https://"+modulePath+"/reports/schemas/"+f.name+".schema.json")
	encoded, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	t.Chdir(filepath.Join("reports", "schemas"))
	return append(encoded, '\n')
}

// named tells types of one name in different packages apart.
func named(t reflect.Type) string {
	if t.Name() == "" || t.PkgPath() == "" {
		return ""
	}
	return path.Base(t.PkgPath()) + "." + t.Name()
}

// text is the schema of a type whose JSON is its text, with the names that it has if it is an enumeration. Bytes and
// numbers keep the schema of the library.
func text(t reflect.Type) *reflector.Schema {
	if t.PkgPath() == "time" || !t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	s := &reflector.Schema{Type: "string"}
	if t.Kind() != reflect.Uint8 && t.Kind() != reflect.Int {
		return s
	}
	for i := range 256 {
		v := reflect.New(t).Elem()
		if v.CanUint() {
			v.SetUint(uint64(i))
		} else {
			v.SetInt(int64(i))
		}
		written, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil || bytes.Contains(written, []byte("(")) { // "verdict(3)": there are no more names
			break
		}
		s.Enum = append(s.Enum, string(written))
	}
	return s
}

// strict returns the schema that output has to match exactly.
func strict(t *testing.T, name string) *validator.Schema {
	t.Helper()
	for _, f := range formats() {
		if f.name != name {
			continue
		}
		document, err := validator.UnmarshalJSON(bytes.NewReader(generate(t, f, false)))
		require.NoError(t, err)
		c := validator.NewCompiler()
		require.NoError(t, c.AddResource(name, document))
		s, err := c.Compile(name)
		require.NoError(t, err)
		return s
	}
	require.Fail(t, "no such format", name)
	return nil
}

// matches fails unless every document of the text, one or one a line, matches a schema; there has to be one.
func matches(t *testing.T, name, text string) {
	t.Helper()
	s := strict(t, name)
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	n := 0
	for ; d.More(); n++ {
		var document any
		require.NoError(t, d.Decode(&document), "%s: %.300s", name, text)
		require.NoError(t, s.Validate(document), "%s: %.1000s", name, text)
	}
	require.NotZero(t, n, "%s: no document", name)
}
