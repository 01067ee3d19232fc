package calibrate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// sample has a cell of each kind: all outcomes seen, some unseen, one unexpected, one skipped.
func sample() Result {
	r := Result{Version: 1, Kernel: "6.18", Cells: []Cell{
		{Program: "L01", Title: "create", Filesystem: "xfs", Allowed: litmus.Set{"/f=", "nothing"}},
		{Program: "L02", Title: "fsync", Filesystem: "xfs", Allowed: litmus.Set{"/f=n1"}},
		{Program: "L01", Title: "create", Filesystem: "btrfs", Allowed: litmus.Set{"/f=", "nothing"}},
		{Program: "L02", Title: "fsync", Filesystem: "btrfs", Skipped: "no disk"},
	}}
	r.Cells[0].see("/f=")
	r.Cells[0].see("nothing")
	r.Cells[0].see("nothing")
	bad := r.Cells[1].see("/f=.1")
	bad.Plan, bad.State, bad.Log, bad.Image = "at the end commit", "all before #1", []string{"write 512@0", "flush"}, "dir/a.img"
	r.Cells[2].see("nothing")
	return r
}

func TestText(t *testing.T) {
	t.Parallel()
	r := sample()
	var b strings.Builder
	require.NoError(t, r.WriteText(&b))
	require.Equal(t, `program     xfs                   btrfs
L01 create  2 of 2                1 of 2
L02 fsync   0 of 1, 1 UNEXPECTED  -

Kernel 6.18 left 3 of 5 allowed outcomes on 5 different disks, and 1 that are not allowed.

UNEXPECTED L02 on xfs: /f=.1
  seen on    1 disks
  kernel     at the end commit
  survived   all before #1
  look       mount -o loop dir/a.img DIR
  allowed    /f=n1
    #0    write 512@0
    #1    flush
`, b.String())
	require.Equal(t, 1, r.Unexpected())
	require.Equal(t, []string{"/f="}, r.Cells[2].Unseen())
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	r := sample()
	var b strings.Builder
	require.NoError(t, r.WriteMarkdown(&b))
	require.Equal(t, `| program | xfs | btrfs |
|---|---|---|
| L01 create | 2 of 2 | 1 of 2 |
| L02 fsync | 0 of 1, 1 UNEXPECTED | - |

Kernel 6.18 left 3 of 5 allowed outcomes on 5 different disks, and 1 that are not allowed.
`, b.String())
}

func TestJSONRoundTrips(t *testing.T) {
	t.Parallel()
	r := sample()
	var b strings.Builder
	require.NoError(t, r.WriteJSON(&b))
	var again Result
	require.NoError(t, json.Unmarshal([]byte(b.String()), &again))
	require.Equal(t, r, again)
}
