package record

import (
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

func TestTheEndOfTheLatestWriteToALog(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	a := appends{fs: fs, target: &contract.Target{LogGlobs: []string{"*.log"}}}
	files := map[string]afero.File{}
	for _, step := range []struct {
		file string
		data string
		off  int64
		want int64
	}{
		{want: 0},
		{file: "db/table", data: "pairs", want: 0},
		{file: "db/1.log", data: "record", want: 6},
		{file: "db/1.log", data: "\x00\x00\x00", off: 6, want: 6}, // preallocated
		{file: "db/table", data: "pairs", off: 5, want: 6},
		{file: "db/1.log", data: "record", off: 100, want: 106},
		{file: "db/2.log", data: "r", want: 1},
	} {
		if step.file != "" {
			f := files[step.file]
			if f == nil {
				require.NoError(t, fs.MkdirAll("db", 0o777))
				var err error
				f, err = fs.Create(step.file)
				require.NoError(t, err)
				files[step.file] = f
			}
			_, err := f.WriteAt([]byte(step.data), step.off)
			require.NoError(t, err)
		}
		require.Equal(t, step.want, a.end(), step.file)
		require.Equal(t, step.want, a.end(), "asked again")
	}
}
