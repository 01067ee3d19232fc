package forge

import (
	"archive/zip"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// storeOf returns the files of a store written by an earlier version of the engine.
func storeOf(t *testing.T, version string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader("../past/testdata/" + version + ".zip")
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		if path.Dir(f.Name) == "db" {
			files[path.Base(f.Name)], err = io.ReadAll(r)
			require.NoError(t, err)
		}
		require.NoError(t, r.Close())
	}
	require.NoError(t, z.Close())
	return files
}

// Parsing a file and putting it together again gives the same bytes, so a forgery differs only where it was forged.
func TestUnchangedPartsKeepTheirBytes(t *testing.T) {
	for _, version := range []string{"v1", "v2", "v3"} {
		files := storeOf(t, version)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			content := files[name]
			switch {
			case strings.HasSuffix(name, ".sst"):
				require.Equal(t, content, tableOf(content).bytes(), "%s of %s", name, version)
			case strings.HasSuffix(name, ".log"), strings.HasPrefix(name, "MANIFEST-"):
				read := chunks(content)
				made := join(number(name), read)
				require.NotEmpty(t, made)
				require.Equal(t, content[:len(made)], made, "%s of %s, without a torn tail", name, version)
				for _, at := range records(read) {
					if record := read[at].payload; strings.HasPrefix(name, "MANIFEST-") {
						require.Equal(t, record, edit(fields(record)), "%s of %s", name, version)
					} else {
						require.Equal(t, record, batchOf(record).bytes(), "%s of %s", name, version)
					}
				}
			}
		}
	}
}

func TestForgeriesRepeatAndLeaveTheirInputAlone(t *testing.T) {
	files := Reduced(storeOf(t, "v3"))
	before := map[string][]byte{}
	for name, content := range files {
		before[name] = slices.Clone(content)
	}
	all := Of(files)
	require.Equal(t, before, files)
	require.Equal(t, all, Of(files))
	names := map[string]bool{}
	for _, f := range all {
		require.False(t, names[f.Name], "two forgeries have the name %s", f.Name)
		names[f.Name] = true
		same := true
		for name, content := range f.Files {
			known, ok := files[name]
			same = same && ok && content != nil && slices.Equal(content, known)
		}
		require.Equal(t, strings.HasSuffix(f.Name, ": nothing"), same, "only a forgery of nothing equals the store: %s", f.Name)
	}
	require.Greater(t, len(all), 150)
}

// Every number of a manifest is forged to values on both sides of what it was and of its limit.
func TestNumbersAreForgedOnBothSidesOfTheirLimits(t *testing.T) {
	files := Reduced(storeOf(t, "v3"))
	read := func(files map[string][]byte, e edge) uint64 {
		made := chunks(files[manifestOf(files)])
		all := fields(made[records(made)[0]].payload)
		return all[find(all, e.tag, e.n)].numbers[e.i]
	}
	forged := map[string]map[string][]byte{}
	for _, f := range manifests(files) {
		forged[f.Name] = f.Files
	}
	for _, e := range edges() {
		now := read(files, e)
		want := map[string]uint64{"is 0": 0, "is one lower": now - 1, "is one higher": now + 1}
		if e.limit != noMax {
			want["is at its limit"], want["is one above its limit"] = e.limit, e.limit+1
		}
		for what, number := range want {
			name := "manifest: " + e.what + " " + what
			require.Contains(t, forged, name)
			require.Equal(t, number, read(forged[name], e), name)
		}
	}
}
