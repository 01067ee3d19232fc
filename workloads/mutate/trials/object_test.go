package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/internal/overlay"
)

func TestEqualDigestsMeanEqualCode(t *testing.T) {
	dir := filepath.Join("..", "testdata", "module")
	path, err := filepath.Abs(filepath.Join(dir, "same", "same.go"))
	require.NoError(t, err)
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	digest := func(old, changed string) string {
		t.Helper()
		require.Contains(t, string(source), old)
		file, err := overlay.Write(filepath.Dir(path), t.TempDir(), map[string]string{"same.go": strings.Replace(string(source), old, changed, 1)})
		require.NoError(t, err)
		d, err := objectOf(t.Context(), dir, "./same", file)
		require.NoError(t, err)
		return d
	}
	unchanged, err := objectOf(t.Context(), dir, "./same", "")
	require.NoError(t, err)
	require.Len(t, unchanged, 32, "object.go does not know the archive format of this version of Go")
	require.Equal(t, unchanged, digest("n += 0", "n    += 0"), "columns differ")
	require.Equal(t, unchanged, digest("n += 0", "n -= 0"))
	require.NotEqual(t, unchanged, digest("n += 0", "n += 1"))
	require.NotEqual(t, unchanged, digest("n < 0", "n > 0"))
	require.Equal(t, unchanged, digest("n / 2", "n / 3"), "generic code is compiled elsewhere, as Provable says")
}

func TestAnUnknownArchiveFormatProvesNothing(t *testing.T) {
	for _, text := range []string{"", "!<arch>\n", "!<arch>\n" + strings.Repeat("x", 60), "MZ" + strings.Repeat("x", 100)} {
		_, err := digestOf([]byte(text))
		require.ErrorIs(t, err, errObject)
	}
	head := func(name, length string) string {
		return name + strings.Repeat(" ", 48-len(name)) + length + strings.Repeat(" ", 10-len(length)) + "`\n"
	}
	_, err := digestOf([]byte(archiveMagic + head("_go_.o", "7") + "go obje"))
	require.ErrorIs(t, err, errObject, "no code")
	_, err = digestOf([]byte(archiveMagic + head("_go_.o", "99999") + "go obje"))
	require.ErrorIs(t, err, errObject, "cut off")
	whole := "go object\n!\n\x00go120ld12345678code"
	digest, err := digestOf([]byte(archiveMagic + head("other", "1") + "x\n" + head("_go_.o", "35") + whole))
	require.ErrorIs(t, err, errObject, "the stated length exceeds the archive")
	require.Empty(t, digest)
	digest, err = digestOf([]byte(archiveMagic + head("other", "1") + "x\n" + head("_go_.o", "31") + whole))
	require.NoError(t, err)
	require.Len(t, digest, 32)
}
