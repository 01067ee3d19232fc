package backup

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// FuzzList gives every list a matching checksum. An accepted list has only names that stay within their directory.
func FuzzList(f *testing.F) {
	marker := `{"name":"marker.000001.MANIFEST-000003","bytes":40,"sha256":"` + sum + `"}`
	for _, files := range []string{
		marker,
		`{"name":"000006.sst","bytes":5120,"sha256":"` + sum + `"},` + marker,
		`{"name":"../000006.sst","bytes":5,"sha256":"` + sum + `"},` + marker,
		`{"name":"/etc/passwd","bytes":5,"sha256":"` + sum + `"},` + marker,
		`{"name":"000006.sst","bytes":-5,"sha256":"../../x"},` + marker,
		`{"name":"18446744073709551615.log","bytes":5,"sha256":"` + sum + `"},` + marker,
		marker + `,` + marker,
	} {
		f.Add(`{"version":1,"id":1,"new_bytes":5,"files":[` + files + "]")
	}
	f.Add(`{"version":2,"id":1`)
	f.Fuzz(func(t *testing.T, text string) {
		body := text + "\n}\n"
		b, err := parseList([]byte(body+listSum([]byte(body))), "repo/backup-000001.json", 1)
		if err != nil {
			require.Empty(t, b.Files)
			if !errors.Is(err, manifest.ErrVersion) {
				require.ErrorIs(t, err, corrupt.Err)
			}
			return
		}
		seen := map[string]bool{}
		for _, file := range b.Files {
			for _, name := range []string{file.Name, file.stored()} {
				require.False(t, seen[name])
				seen[name] = true
				require.True(t, filepath.IsLocal(name) && filepath.Base(name) == name && !strings.ContainsAny(name, `/\`), name)
			}
			require.GreaterOrEqual(t, file.Bytes, int64(0))
		}
	})
}
