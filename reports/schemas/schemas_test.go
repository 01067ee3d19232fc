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

var update = flag.Bool("update", false, "rewrite the schemas")

const (
	modulePath = "github.com/lightningdb/lightning-torture"
	root       = "../.."
)

// TestSchemasAreUpToDate fails if a type changed and its schema did not.
func TestSchemasAreUpToDate(t *testing.T) {
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
		require.Equal(t, string(want), string(got), "%s does not match its type; see doc.go", name)
	}
	all, err := filepath.Glob("*.schema.json")
	require.NoError(t, err)
	for _, name := range all {
		require.True(t, files[name], "%s: no type has this schema", name)
	}
}

// comments returns the comments on all types and fields of the module, read once.
var comments = sync.OnceValues(func() (map[string]string, error) {
	r := &reflector.Reflector{}
	err := r.AddGoComments(modulePath, ".", reflector.WithFullComment())
	return r.CommentMap, err
})

// generate returns the schema of a format. If open is set, it allows properties that it does not name.
func generate(t *testing.T, f format, open bool) []byte {
	t.Helper()
	t.Chdir(root) // AddGoComments takes only relative paths
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

// named qualifies the name of a type with its package, so that types of the same name do not collide.
func named(t reflect.Type) string {
	if t.Name() == "" || t.PkgPath() == "" {
		return ""
	}
	return path.Base(t.PkgPath()) + "." + t.Name()
}

// text returns the schema of a type that is encoded as text, with its names if it is an enumeration. It returns nil for
// other types, which keep the schema that the library gives them.
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
		if err != nil || bytes.Contains(written, []byte("(")) { // such as "verdict(3)": past the last name
			break
		}
		s.Enum = append(s.Enum, string(written))
	}
	return s
}

// strict returns the schema of a format without additional properties.
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

// matches fails unless text has at least one JSON document and each of them matches the named schema.
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
