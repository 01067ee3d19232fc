package past

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestStoresOfEarlierVersionsReadAsTheyDid(t *testing.T) {
	for v := 1; v <= versions && *update; v++ {
		name := "v" + strconv.Itoa(v)
		fsys, _, err := unpack(name)
		require.NoError(t, err)
		text, err := tools(optionsOn(fsys))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join("testdata", name+".txt"), []byte(text), 0o644))
	}
	if *update {
		for file, cases := range goldens {
			all, err := cases(newest)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile("testdata/"+file+".txt", []byte(textOf(all)), 0o644))
		}
	}
	if !*update { // the new files are embedded only in the next run
		for _, check := range Checks() {
			require.NoError(t, check())
		}
	}
}

// The content of a store and the reports of the tools are compared with those recorded.
func TestADifferenceIsNoticed(t *testing.T) {
	require.NoError(t, compare("a scan", "a\n", "a\n"))
	require.ErrorContains(t, compare("a scan", "a\nc\n", "a\nb\n"), "line 2 is c, want b")
	require.ErrorContains(t, compare("a scan", "a\n", "a\nb\n"), ErrDiffers.Error())
	fsys, shows, err := unpack("v2")
	require.NoError(t, err)
	db, err := engine.Open("db", optionsOn(fsys))
	require.NoError(t, err)
	require.NoError(t, reads(db, shows))
	require.NoError(t, db.Delete([]byte("last"), engine.NoSync))
	require.ErrorIs(t, reads(db, shows), ErrDiffers)
	require.NoError(t, db.Close())
}
